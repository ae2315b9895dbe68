"""What is exported reads back, says nothing new, and leaves nothing open."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.load import load_contract, parse_contract
from contracts.model import Contract
from contracts.reading.document import read_document
from contracts.reading.standard import standard_problems
from contracts.sheets.export import contract_json, net_price, odcs, odcs_yaml, terms_of
from tests.contracts.files import GOOD, SPECS, changed

FILES = sorted(SPECS.rglob("*.odcs.yaml"))
# Words that YAML, of one version or another, would read as something else; and text that quotes badly.
AWKWARD = [
    "no",
    "yes",
    "null",
    "~",
    "1",
    "1.0",
    "01",
    "0x1f",
    "1e3",
    ".5",
    "2026-01-05",
    "1:30",
    "- a",
    "a: b",
]
AWKWARD += [
    "# c",
    "{x}",
    "[y]",
    "*a",
    "&b",
    "!c",
    "%d",
    "@e",
    "`f",
    "'",
    '"',
    "| g",
    "> h",
    "ü",
    "日本",
    "a\\nb",
    "?",
]
WORDS = st.sampled_from(AWKWARD) | st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1
)
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=40)
MONEY = st.decimals(0, 100_000_000, places=4)
SHARES = st.floats(0, 1)
DISCOUNTS = st.integers(0, 10_000).map(lambda part: part / 10_000)


def read_back(contract: Contract, standard: dict[str, Any] | None = None) -> Contract:
    text = odcs_yaml(contract, standard)
    document = read_document(text.encode(), "exported")
    assert list(standard_problems(document)) == []
    back = parse_contract(text.encode(), "exported").model_copy(update={"digest": contract.digest})
    # Python holds 1, 1.0 and true equal; as words of a label they are not.
    assert json.dumps(terms_of(back), sort_keys=True) == json.dumps(terms_of(contract), sort_keys=True)
    return back


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_spec_s_export_is_the_standard_s_and_reads_back_to_the_same_contract(path: Path) -> None:
    contract = load_contract(path)
    given_fields = read_document(path.read_bytes(), str(path)).values
    assert read_back(contract, given_fields) == contract
    assert read_back(contract) == contract
    exported = odcs(contract, given_fields)
    ours = ("customProperties", "slaProperties")
    assert {name: exported[name] for name in given_fields if name not in ours} == {
        name: value for name, value in given_fields.items() if name not in ours
    }
    assert [
        entry for entry in given_fields.get("slaProperties", ()) if entry not in exported["slaProperties"]
    ] == []


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Contracts with awkward words, long amounts and any set of optional groups."""
    count = draw(st.integers(1, 4))
    words = draw(st.lists(WORDS, min_size=3, max_size=3, unique_by=lambda text: text.strip().casefold()))
    scheme = draw(
        st.sampled_from(
            [
                {"kind": "arena", "a": [words[0]], "b": [words[1]], "tie": [words[2]]},
                {"kind": "binary", "a": [1, words[0] + "x"], "b": [2.5, words[1] + "y"]},
                {"kind": "thumbs", "up": [True], "down": [False]},
                {"kind": "likert", "low": -3, "high": 3, "words": {"1 x": 1, words[0] + " z": 0}},
                {"kind": "category", "categories": {"no": [words[0]], "1": [words[1]]}},
                {"kind": "rating", "low": 0.1, "high": draw(st.floats(1, 1e9)), "min_gap": 1e-9},
            ]
        )
    )
    phases = {
        name: {
            "discard_ceiling": draw(SHARES),
            "price": draw(MONEY),
            "discount": draw(DISCOUNTS),
            "on_breach": draw(st.sampled_from(["partial", "hold", "reject"])),
        }
        for name in ("calibration", "production")
    }
    weeks = {
        number: {
            "phase": draw(st.sampled_from(list(phases))),
            "units": draw(st.integers(1, 10**6)),
            "discount": draw(st.none() | DISCOUNTS),
        }
        for number in range(1, count + 1)
    }
    terms: dict[str, Any] = {
        "contract_id": "dc-drawn",
        "version": draw(st.sampled_from(["1", "1.0", "2026-01-05", "no", "1e3", "0x1f"])),
        "status": "draft",
        "name": draw(WORDS),
        "digest": "0" * 64,
        "vendor": {"id": "acme", "name": draw(NAMES)},
        "program": draw(st.sampled_from(["rm", "1", "null", "1e3"])),
        "term": {"start": date(2000, 1, 1) + timedelta(draw(st.integers(0, 20_000))), "weeks": count},
        "ramp": {"weeks": weeks, "phases": phases, "credits": {"short_unit": draw(MONEY)}},
        "annotation": {"scheme": scheme},
        "delivery": {
            "rows": {
                "path": "rows.csv",
                "format": "csv",
                "csv": {"delimiter": draw(st.sampled_from(";\t|#:'-"))},
            },
            "transcript": {
                "markers": {"user": "\n\nHuman:", draw(WORDS): draw(st.sampled_from([" A:", "\tB "]))}
            },
            "roles": draw(st.dictionaries(WORDS, st.sampled_from(["user", "assistant"]), max_size=3)),
            "record": {"prompt": "\"p q\" || 'none'", "responses": "[x, y]", "label": "if(z, 'a', `1`)"},
        },
        "gates": draw(st.fixed_dictionaries({}, optional={"min_duration_s": st.floats(0, 1e9)})),
        "rights": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "delete_by": st.dates(date(1970, 1, 1), date(2500, 12, 31)),
                    "train": st.booleans(),
                },
            )
        ),
    }
    return Contract.model_validate(terms)


@settings(max_examples=60, deadline=None)
@given(contracts())
def test_any_contract_s_export_reads_back_to_the_same_contract(contract: Contract) -> None:
    assert read_back(contract) == contract


CONTRACTS = [load_contract(path) for path in FILES]
TOLD = ("contract_id", "version", "status", "name", "digest")


def leaves(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every scalar below `value`."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, each in pairs for leaf in leaves(each, (*above, key))]
    return below if isinstance(value, dict | list) else [above]


def another(value: Any, draw: st.DrawFn) -> Any:
    """A value in the place of `value`, mostly of its kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw(st.integers(0, 10**6))
    if isinstance(value, float):
        return draw(SHARES | st.floats(0, 1e6))
    return draw(st.none() | WORDS | st.just(f"{value}-2"))


@st.composite
def mutated(draw: st.DrawFn) -> Contract:
    """A contract of the specs with some of its terms changed, where that is a contract."""
    contract = draw(st.sampled_from(CONTRACTS))
    terms = json.loads(json.dumps(terms_of(contract)), object_pairs_hook=dict)
    for path in draw(st.lists(st.sampled_from(leaves(terms)), min_size=1, max_size=3, unique=True)):
        group = terms
        for key in path[:-1]:
            group = group[key]
        group[path[-1]] = another(group[path[-1]], draw)
    try:
        return Contract.model_validate({**terms, **{name: getattr(contract, name) for name in TOLD}})
    except ValidationError:
        reject()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(mutated())
def test_a_spec_with_other_terms_is_exported_and_reads_back_to_the_same_contract(contract: Contract) -> None:
    assert read_back(contract) == contract
    parsed = parse_contract(odcs_yaml(contract).encode(), "exported")
    assert odcs_yaml(parsed) == odcs_yaml(contract)


def test_the_json_is_ascii_so_nothing_a_contract_says_acts_in_a_terminal() -> None:
    contract = parse_contract(changed("name: Test", 'name: "a\\x9b31m\\u202eb"'), "c")
    text = contract_json(contract)
    assert text.isascii()
    assert json.loads(text)["name"] == "a\x9b31m\u202eb"


def test_other_properties_and_the_standard_s_fields_stay_and_ours_is_written_in_place() -> None:
    data = changed(
        "customProperties:\n",
        "team: {name: ops}\nprice: {priceAmount: 7}\n"
        ""
        "slaProperties: [{property: latency, value: 3, unit: d}]\n"
        "customProperties:\n  - {property: first, value: [1, no]}\n",
    )
    contract = parse_contract(data, "c")
    exported = odcs(contract, read_document(data, "c").values)
    assert exported["team"] == {"name": "ops"}
    assert exported["price"] == {"priceAmount": 7}
    assert [each["property"] for each in exported["slaProperties"]] == ["latency", "frequency"]
    assert exported["slaProperties"][0] == {"property": "latency", "value": 3, "unit": "d"}
    assert [each["property"] for each in exported["customProperties"]] == ["first", "rampart"]
    assert exported["customProperties"][0]["value"] == [1, "no"]


def test_what_the_terms_imply_is_said_in_the_standard_s_own_fields() -> None:
    data = changed("      gates:", "      rights: {retention_days: 30}\n      gates:")
    exported = odcs(parse_contract(data, "c"))
    assert exported["price"] == {
        "priceAmount": 1.25,
        "priceCurrency": "USD",
        "priceUnit": "accepted judgement",
    }
    said = {each["property"]: (each["value"], each["unit"]) for each in exported["slaProperties"]}
    assert said == {"frequency": (1, "w"), "latency": (9, "h"), "retention": (30, "d")}


def test_the_json_has_every_term_and_what_follows_for_a_week() -> None:
    data = changed("{phase: calibration, units: 10}", "{phase: calibration, units: 10, discount: 0.15}")
    told = json.loads(contract_json(parse_contract(data, "c")))
    assert told["gates"]["max_unreadable"] == 0.05  # a default
    assert (told["contract_id"], told["status"], len(told["digest"])) == ("dc-test", "draft", 64)
    first = told["weeks"][0]
    assert (first["start"], first["end"]) == ("2026-01-05T00:00:00+00:00", "2026-01-12T00:00:00+00:00")
    assert first["due"] == "2026-01-12T09:00:00+00:00"
    assert (first["net_price"], first["discount_clause"]) == ("0.85", "ramp.weeks.1.discount")
    assert first["ceiling_clause"] == "ramp.phases.calibration.discard_ceiling"


def test_the_net_price_is_exact() -> None:
    contract = parse_contract(GOOD.replace("price: 1.25", "price: 0.0035, discount: 0.3").encode(), "c")
    assert net_price(contract, 2) == Decimal("0.00245")
