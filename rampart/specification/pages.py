"""The delivery specification as a page: self-contained HTML, or Markdown."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rampart.specification.inert import inert, inert_lines, markdown, markdown_block, markdown_code
from rampart.specification.specification import Block, Code, Listing, Specification, Table

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters.update(inert=inert, inert_lines=inert_lines)


def html_page(document: Specification) -> str:
    """One HTML file: no script, nothing fetched, every text escaped."""
    return _ENVIRONMENT.get_template("specification.html").render(document=document)


def markdown_page(document: Specification) -> str:
    """The same in Markdown (CommonMark with tables); names and words of the contract stay plain text."""
    return "\n\n".join(_pieces(document)) + "\n"


def _pieces(document: Specification) -> Iterator[str]:
    yield f"# {markdown(document.title)}"
    yield markdown(document.about)
    for section in document.sections:
        yield f"## {markdown(section.title)}"
        yield from (_piece(block) for block in section.blocks)


def _piece(block: Block) -> str:
    if isinstance(block, str):
        return markdown(block)
    if isinstance(block, Listing):
        return f"{markdown(block.name)}:\n\n{markdown_block(block.text, block.language)}"
    return _table(block)


def _table(table: Table) -> str:
    lines = [[markdown(cell) for cell in table.header], ["---"] * len(table.header)]
    lines += [[_cell(cell) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(cell: str | Code) -> str:
    return markdown_code(cell.text, in_table=True) if isinstance(cell, Code) else markdown(cell)
