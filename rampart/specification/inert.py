"""Text of a contract for people: nothing in it acts in a terminal, in HTML or in Markdown."""

import re

from rampart.delivery.errors import printable

# What CommonMark and its table, autolink and strike-through extensions could read as markup.
_MARKUP = re.compile(r"([\\`*_\[\]#|!~@])")
_LINKS = re.compile(r"(?i)(://|\bwww\.)")


def inert(text: str) -> str:
    """`text` on one line, whole, with control and direction characters escaped."""
    return printable(text, len(text))


def inert_lines(text: str) -> str:
    """`text` with its lines and tabs kept, and everything else that is not shown escaped."""
    return "".join(each if each in "\n\t" else printable(each) for each in text)


def markdown(text: str) -> str:
    """`text` as Markdown that shows it, wherever in a paragraph, heading or table cell it stands."""
    plain = inert(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _LINKS.sub(lambda found: found[0].replace(":", "&#58;").replace(".", "&#46;"), plain)
    escaped = _MARKUP.sub(r"\\\1", plain.replace("&#58;", "\0").replace("&#46;", "\1"))
    escaped = escaped.replace("\0", "&#58;").replace("\1", "&#46;")
    # At the start of a line these would open a list, unless a digit follows.
    return re.sub(r"^(\s*\d*)([-+.)])(?!\d)", r"\1\\\2", escaped)


def markdown_code(text: str, in_table: bool = False) -> str:
    """`text` as a Markdown code span that shows it."""
    plain = inert(text)
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    space = " " if plain[:1] in ("`", " ", "") or plain[-1:] in ("`", " ") else ""
    escaped = plain.replace("|", "\\|") if in_table else plain
    return f"{fence}{space}{escaped}{space}{fence}"


def markdown_block(text: str, language: str) -> str:
    """`text` as a fenced Markdown block that nothing in it ends."""
    plain = inert_lines(text).rstrip("\n")
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{plain}\n{fence}"
