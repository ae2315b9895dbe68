"""The project's Markdown pages, taken apart: fenced blocks with their captions, tables, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = tuple(sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]))
_PARSER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced block: where it stands, the headings it is under, the line of text just before it."""

    page: str
    line: int
    headings: tuple[str, ...]
    caption: str
    language: str
    text: str

    @property
    def place(self) -> str:
        """``docs/mapping.md:12``, for the name of a test."""
        return f"{self.page}:{self.line}"


def name_of(page: Path) -> str:
    """The page's path below the checkout."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of `page`, in order."""
    headings: dict[int, str] = {}
    caption = ""
    tokens = _tokens(page)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            level = int(token.tag[1])
            headings = {depth: text for depth, text in headings.items() if depth < level}
            headings[level], caption = tokens[index + 1].content, ""
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            caption = token.content.splitlines()[-1]
        elif token.type == "fence":
            line = token.map[0] + 1 if token.map else 0
            under = tuple(headings[level] for level in sorted(headings))
            yield Block(name_of(page), line, under, caption, token.info.split(" ")[0], token.content)
            caption = ""


def tables(page: Path) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Every table of `page` as rows of cells, the header first; cells keep their Markdown."""
    rows: list[tuple[str, ...]] = []
    cells: list[str] = []
    for token in _tokens(page):
        match token.type:
            case "table_open":
                rows = []
            case "tr_open":
                cells = []
            case "inline":
                cells.append(token.content)
            case "tr_close":
                rows.append(tuple(cells))
            case "table_close":
                yield tuple(rows)


def table(page: Path, *header: str) -> tuple[tuple[str, ...], ...]:
    """The rows, without the header, of every table of `page` that has exactly this header."""
    found = [rows[1:] for rows in tables(page) if rows[0] == header]
    assert found, f"{name_of(page)} has no table with the header {' | '.join(header)}"
    return tuple(row for rows in found for row in rows)


def code(cell: str) -> str:
    """The text of a cell that is one code span."""
    found = re.fullmatch(r"(`+) ?(.+?) ?\1", cell)
    assert found, f"{cell!r} is not one code span"
    return found.group(2)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    seen: dict[str, int] = {}
    found = set()
    tokens = _tokens(page)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            name = re.sub(r"[^\w\- ]", "", tokens[index + 1].content.lower()).replace(" ", "-")
            seen[name] = seen.get(name, 0) + 1
            found.add(name if seen[name] == 1 else f"{name}-{seen[name] - 1}")
    return found


def links(page: Path) -> Iterator[str]:
    """Every address a page links to or shows as an image, HTML images included."""
    for token in _tokens(page):
        for child in token.children or ():
            address = child.attrs.get("href") or child.attrs.get("src")
            if isinstance(address, str):
                yield address
        if token.type == "html_block":
            yield from re.findall(r'(?:src|href|srcset)="([^"]+)"', token.content)


def _tokens(page: Path) -> list[Token]:
    return _PARSER.parse(page.read_text(encoding="utf-8"))
