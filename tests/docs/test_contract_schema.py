import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from contracts import schema
from contracts.schema import document_schema, rendered
from tests.docs.pages import ROOT

SPECS = sorted((ROOT / "contracts" / "specs").rglob("*.odcs.yaml"))


def problems(document: Any) -> list[str]:
    plain = json.loads(json.dumps(document, default=str))
    return [error.message for error in jsonschema.Draft202012Validator(document_schema()).iter_errors(plain)]


def test_the_schema_file_is_what_the_model_says_now() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == rendered(), "run: python -m contracts.schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(document_schema())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.stem)
def test_every_contract_in_the_tree_satisfies_the_schema(spec: Path) -> None:
    assert problems(YAML(typ="safe").load(spec)) == []


def test_a_misspelt_term_is_underlined() -> None:
    document = YAML(typ="safe").load(SPECS[0])
    ours = next(one for one in document["customProperties"] if one["property"] == "rampart")
    ours["value"]["gates"]["min_durations"] = 4
    assert any("min_durations" in problem for problem in problems(document))


def test_other_custom_properties_may_hold_anything() -> None:
    assert problems({"customProperties": [{"property": "costCentre", "value": 12}]}) == []


def test_an_expression_is_told_from_other_text() -> None:
    record = document_schema()["$defs"]["RecordFields"]["properties"]
    assert record["label"]["anyOf"][0]["format"] == "jmespath"
    assert "format" not in document_schema()["$defs"]["Source"]["properties"]["path"]
