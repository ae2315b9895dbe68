import json
from pathlib import Path
from typing import Any

import pytest
from jmespath.functions import Functions
from pydantic import TypeAdapter

from contracts.language.expressions import ExpressionError, Words, compiled
from contracts.load import ContractError
from contracts.terms.annotation import Scheme
from contracts.terms.mapping import RecordFields
from rampart.delivery.errors import DeliveryError
from rampart.records.schemes import read_label
from tests.docs.pages import ROOT, blocks, code, table
from tests.docs.worked import Example, agrees, carried_out, examples, problems_text, said

PAGE = ROOT / "docs" / "mapping.md"
MARKERS = {"user": "Human:", "assistant": "Assistant:"}  # as the page says
BLOCKS = list(blocks(PAGE))
EXAMPLES = examples(BLOCKS)
READ = [example for example in EXAMPLES if example.files and "refusal" not in example.says]
REFUSED = [example for example in EXAMPLES if "refusal" in example.says]
WRONG = [example for example in EXAMPLES if "problems" in example.says]
GIVES = [tuple(map(code, row)) for row in table(PAGE, "expression", "on", "gives")]
SAYS = [tuple(map(code, row)) for row in table(PAGE, "expression", "on", "says")]
LABELS = [tuple(map(code, row)) for row in table(PAGE, "scheme", "label", "ranking", "besides")]


def place(example: Example) -> str:
    return example.place


def value(text: str) -> Any:
    return json.loads(text)


@pytest.mark.parametrize(("text", "row", "result"), GIVES)
def test_an_expression_gives_what_the_page_says(text: str, row: str, result: str) -> None:
    found = compiled(text, MARKERS)(value(row))
    assert found == value(result)
    assert type(found) is type(value(result))


@pytest.mark.parametrize(("text", "row", "message"), SAYS)
def test_an_expression_that_fails_says_what_the_page_says(text: str, row: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        compiled(text, MARKERS)(value(row))
    assert message in str(raised.value)


def test_the_page_has_an_example_for_every_function_of_ours() -> None:
    ours = set(Words.FUNCTION_TABLE) - set(Functions.FUNCTION_TABLE)
    assert {code(row[0]).split("(")[0] for row in table(PAGE, "function", "what it does")} == ours
    assert {name for name in ours if any(f"{name}(" in text for text, _, _ in GIVES)} == ours


@pytest.mark.parametrize("example", READ, ids=place)
def test_a_worked_example_gives_the_rows_the_page_shows(example: Example, tmp_path: Path) -> None:
    found = carried_out(example, tmp_path)
    assert example.says
    for name in example.says:
        assert agrees(said(example, name), getattr(found, name)), getattr(found, name)
    if "quarantine" not in example.says:
        assert found.quarantine == []


@pytest.mark.parametrize("example", REFUSED, ids=place)
def test_a_delivery_that_is_refused_says_what_the_page_shows(example: Example, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as raised:
        carried_out(example, tmp_path)
    assert str(raised.value) == " ".join(example.says["refusal"].split()), "see tests/docs/refresh.py"


@pytest.mark.parametrize("example", WRONG, ids=place)
def test_wrong_terms_give_the_problems_the_page_shows(example: Example) -> None:
    with pytest.raises(ContractError) as raised:
        example.contract()
    shown = " ".join(example.says["problems"].split())
    assert shown == " ".join(problems_text(raised.value)), "see tests/docs/refresh.py"


@pytest.mark.parametrize(("scheme", "label", "ranking", "besides"), LABELS)
def test_a_label_reads_as_the_page_says(scheme: str, label: str, ranking: str, besides: str) -> None:
    raw = value(label)
    terms: Scheme = TypeAdapter(Scheme).validate_python(value(scheme))
    alone = terms.kind in ("thumbs", "spans", "critique", "demonstration", "category")
    responses = 1 if alone else len(raw) if isinstance(raw, list) else 2
    found = read_label(terms, raw, responses)
    if ranking == "outside the scheme":
        assert found is None
        return
    assert found is not None
    assert found.ranking == (None if ranking == "none" else tuple(value(ranking)))
    shown = {name: getattr(found, name) for name in ("strength", "both_bad", "ratings", "category", "spans")}
    said = {name: tuple(v) if isinstance(v, list) else v for name, v in value(besides).items()}
    assert {name: v for name, v in shown.items() if v is not None} == said


def test_the_page_shows_labels_of_every_scheme() -> None:
    kinds = {TypeAdapter(Scheme).validate_python(value(scheme)).kind for scheme, *_ in LABELS}
    assert kinds == set(TypeAdapter(Scheme).json_schema()["discriminator"]["mapping"])


def test_the_page_names_every_field_of_a_record() -> None:
    shown = {code(row[0]) for row in table(PAGE, "field", "expects")}
    assert shown == set(RecordFields.model_fields)


def test_every_terms_block_of_the_page_is_part_of_an_example() -> None:
    loose = [block.place for block in BLOCKS if block.language == "yaml" and not block.caption.endswith(":")]
    assert loose == []
    assert all(example.files or "problems" in example.says for example in EXAMPLES)
