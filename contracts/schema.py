"""The contract's terms as JSON Schema, for editors: completion, hints and red lines while you type.

``python -m contracts.schema`` writes `contracts/schema.json`; a test holds that file to the model. It covers
Rampart's terms only. What the standard asks of the rest of the file, and rules between terms, are checked by
``rampart contract check``.
"""

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from contracts.load import PROPERTY
from contracts.model import Contract
from contracts.terms.mapping import Expression

FILE = Path(__file__).with_name("schema.json")
EXPRESSION_FORMAT = "jmespath"
# Read from the standard's own fields, not from the terms.
FROM_THE_STANDARD = ("contract_id", "version", "status", "name", "digest", "quality")
_GROUPS_OF_THE_STANDARD = ("QualityRule",)
_IS_READABLE = Expression.__metadata__[-1].func  # type: ignore[attr-defined]  # an Annotated alias


class _TermsSchema(GenerateJsonSchema):
    """JSON Schema that tells expressions from other text."""

    def function_after_schema(self, schema: core_schema.AfterValidatorFunctionSchema) -> JsonSchemaValue:
        inner = super().function_after_schema(schema)
        if schema["function"]["function"] is _IS_READABLE:
            return {**inner, "format": EXPRESSION_FORMAT}
        return inner


def terms_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the terms: what stands below `value` of the property ``rampart``.

    Groups are in `$defs`. Expressions have the format ``jmespath``, which validators take as a note.
    """
    schema = Contract.model_json_schema(schema_generator=_TermsSchema)
    kept = {name: part for name, part in schema["properties"].items() if name not in FROM_THE_STANDARD}
    required = [name for name in schema["required"] if name in kept]
    groups = {name: group for name, group in schema["$defs"].items() if name not in _GROUPS_OF_THE_STANDARD}
    return {**schema, "$defs": groups, "title": "Terms", "properties": kept, "required": required}


def document_schema() -> dict[str, Any]:
    """JSON Schema of a whole contract file, as far as the terms go; everything else in it may be anything."""
    terms = terms_schema()
    groups = {**terms.pop("$defs"), "Terms": terms}
    ours = {"properties": {"property": {"const": PROPERTY}}, "required": ["property"]}
    value = {"properties": {"value": {"$ref": "#/$defs/Terms"}}, "required": ["value"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rampart's terms in an ODCS 3.2.0 data contract",
        "type": "object",
        "properties": {"customProperties": {"type": "array", "items": {"if": ours, "then": value}}},
        "$defs": groups,
    }


def rendered() -> str:
    """The text of `contracts/schema.json`."""
    return json.dumps(document_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
