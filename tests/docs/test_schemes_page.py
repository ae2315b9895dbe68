from typing import Any, get_args

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from contracts.terms.annotation import Scheme
from rampart.records.schemes import Label, read_label, written
from rampart.records.training_pairs import training_pairs
from rampart.records.unpaired import unpaired
from tests.docs.pages import ROOT, blocks
from tests.records.judged import judged, table

EXAMPLES = [block for block in blocks(ROOT / "docs" / "schemes.md") if block.language == "yaml"]
TEXT = "An apple."


def scheme_of(shown: dict[str, Any]) -> Scheme:
    return TypeAdapter(Scheme).validate_python(shown["scheme"])


def said(label: Label) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(label).items()
        if value is not None
    }


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.place)
def test_a_label_reads_writes_and_trains_as_the_page_says(block: Any) -> None:
    shown = YAML(typ="safe").load(block.text)
    scheme, count = scheme_of(shown), shown["responses"]
    label = read_label(scheme, shown["label"], count, [TEXT] * count)
    assert label is not None
    assert said(label) == shown["reads"]
    assert written(scheme, label) == shown["written"]
    assert type(written(scheme, label)) is type(shown["written"])

    fields = {name: value for name, value in said(label).items() if name != "ranking"}
    record = judged([f"{TEXT} {place}" for place in range(count)], said(label).get("ranking"), **fields)
    pairs = training_pairs(table(record), scheme)
    columns = ["first_position", "second_position", "outcome", "weight"]
    assert [list(row) for row in pairs.select(columns).rows()] == shown["pairs"]
    graded = unpaired(table(record), scheme)["desirable"].to_list()
    assert graded == ([shown["desirable"]] if "desirable" in shown else [])


def test_the_page_has_an_example_of_every_scheme_under_its_name() -> None:
    kinds = {one.model_fields["kind"].annotation for one in get_args(get_args(Scheme)[0])}
    known = {get_args(kind)[0] for kind in kinds}
    assert {scheme_of(YAML(typ="safe").load(block.text)).kind for block in EXAMPLES} == known
    assert known <= {block.headings[-1] for block in EXAMPLES}
