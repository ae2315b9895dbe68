"""Reading a page as a browser would: its elements, links and ids, and whether every tag is closed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

APART = {"br", "td", "th", "dt", "dd", "li", "p"}  # a browser never shows these joined to what is before
VOID = {"br", "meta", "link", "img", "input", "hr"}


@dataclass
class Element:
    """A start tag and the text up to its end tag, children's text included."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A parsed page; `AssertionError` for a tag that is closed wrongly or not at all."""

    source: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()
        assert not self.open, f"never closed: {[element.tag for element in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag in APART:
            self.handle_data(" ")
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Every element with this tag, in order."""
        return [element for element in self.elements if element.tag == tag]

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [name for element in self.elements if (name := element.attributes.get("id"))]

    @property
    def links(self) -> Iterator[str]:
        """Where the page's links lead."""
        return (href for link in self.all("a") if (href := link.attributes.get("href")))

    @property
    def text(self) -> str:
        """All visible text, spaces collapsed."""
        return " ".join(self.all("body")[0].text.split())
