import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from dashboard.pages import PAGES
from dashboard.rendering import ENVIRONMENT

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "dashboard.md").read_text(encoding="utf-8")


def asked_for(template: str) -> set[str]:
    """The context names a template, or a template it extends, asks for."""
    assert ENVIRONMENT.loader is not None
    source, _, _ = ENVIRONMENT.loader.get_source(ENVIRONMENT, template)
    tree = ENVIRONMENT.parse(source)
    names = meta.find_undeclared_variables(tree) - set(ENVIRONMENT.globals) - _own_names(tree)
    parents = [name for name in meta.find_referenced_templates(tree) if name == "base.html"]
    return names.union(*(asked_for(str(name)) for name in parents))


def _own_names(tree: nodes.Template) -> set[str]:
    """What the template itself imports or sets, which a block may use without asking its page."""
    imported = {name for found in tree.find_all(nodes.FromImport) for name in found.names}
    assigned = {found.target for found in tree.find_all(nodes.Assign)}
    return {str(name) for name in imported} | {n.name for n in assigned if isinstance(n, nodes.Name)}


@pytest.mark.parametrize("template", PAGES)
def test_a_template_asks_for_exactly_the_documented_fields_of_its_page(template: str) -> None:
    assert asked_for(template) == {field.name for field in fields(PAGES[template])}


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.__name__)
def test_a_page_is_frozen_and_every_field_says_what_it_holds(page: type) -> None:
    assert is_dataclass(page)
    assert page.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert page.__doc__
    for field in fields(page):
        assert str(field.metadata.get("help", "")).endswith("."), field.name


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.__name__)
def test_the_docs_list_each_page_with_its_fields_and_their_help(page: type) -> None:
    section = DOCS.split(f"\n### {page.__name__}\n")[1].split("\n#")[0]
    assert re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE) == [
        (field.name, field.metadata["help"]) for field in fields(page)
    ]


def test_the_docs_describe_no_page_that_is_not_there() -> None:
    assert re.findall(r"^### (\w+Page)$", DOCS, re.MULTILINE) == [page.__name__ for page in PAGES.values()]


def test_the_only_templates_are_pages_and_what_they_are_made_of() -> None:
    parts = {
        "base.html",
        "signs.html",
        "tables.html",
        "ramp_tables.html",
        "model_tables.html",
        "reviews.html",
        "review_sheet.html",
        "audit.html",
        "card.html",
    }
    parts |= {"audit_file.html", "breaches_file.html", "card_file.html"}
    names = {name for name in ENVIRONMENT.list_templates() if not name.startswith("charts/")}
    assert names == parts | set(PAGES)
