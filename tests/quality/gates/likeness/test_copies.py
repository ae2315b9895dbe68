"""Gates about copies, as a contract asks for them: which records they find, and whose twins those are."""

from typing import Any

import polars as pl
import pytest

from contracts.model import Contract
from quality.gates.likeness.compared import rationale_items, rationale_of, work_items, work_of
from quality.gates.likeness.copies import TWINS, KeptBatch, twin_of
from quality.gates.likeness.twins import SIGNATURES, Signed, signatures
from quality.gates.record.gate import Asked
from quality.gates.record.judging import Gated, gate_records
from quality.gates.record.registry import GATE_BY_CODE
from quality.gates.record.repeats import Earlier
from rampart.records.identity import record_keys
from rampart.records.reasons import reasons_of
from tests.quality.gates.delivered import record, response, table, terms

ASKING = terms(
    {
        "repeated_work": "discard",
        "near_duplicates": "discard",
        "copied_rationales": "discard",
        "exact_duplicates": "allow",
    }
)
STORY = "The river rises in the hills, runs past two old towns and ends in a wide bay full of islands."
OTHER = "A long answer that says nothing of water but names each of the kings who ever ruled the land."
WHY = "It names both towns and says where the river ends."


def item(number: int, story: str = STORY, **changes: Any) -> dict[str, Any]:
    asked = [{"role": "user", "content": "Tell me about the river that runs through the old country."}]
    return record(number, prompt=asked, responses=[response(story), response(OTHER)], **changes)


def gated(rows: list[dict[str, Any]], contract: Contract = ASKING, *batches: KeptBatch) -> Gated:
    return gate_records(table(*rows), contract, 1, Earlier(batches=batches))


def codes(found: Gated) -> list[list[str]]:
    return [[reason.code for reason in reasons_of(mask)] for mask in found.masks]


def kept(week: int, *rows: dict[str, Any]) -> KeptBatch:
    """An earlier batch, from what was stored of it."""
    records = pl.DataFrame(pl.from_arrow(table(*rows)))
    work = signatures(work_of(records), work_items(records, record_keys(records)))
    reasons = signatures(rationale_of(records), rationale_items(records["rationale"]))

    def read(places: Any, _: Any) -> pl.DataFrame:
        return records[list(places)]

    stored = [pl.DataFrame(pl.from_arrow(each.to_arrow().cast(SIGNATURES))) for each in (work, reasons)]
    codes = ("near_duplicate", "copied_rationale")
    return KeptBatch(
        "other-1", week, {code: Signed(each, read) for code, each in zip(codes, stored, strict=True)}
    )


def test_a_few_words_changed_make_a_near_duplicate_and_its_twin_is_named() -> None:
    found = gated([item(1), record(2), item(3, STORY.replace("wide", "broad"))])
    assert codes(found) == [[], [], ["near_duplicate"]]
    twin = found.twins.row(0, named=True)
    likeness = twin.pop("likeness")
    assert 0.9 < likeness < 1
    assert twin == {
        "row": 2,
        "code": "near_duplicate",
        "contract_id": None,
        "week": None,
        "record_id": "r1",
        "source_file": "rows.jsonl",
        "source_line": 1,
    }
    assert found.twins.to_arrow().cast(TWINS).num_rows == 1


def test_a_person_is_told_which_record_a_copy_is_like() -> None:
    before = kept(3, item(8, record_id="old"))
    found = gated([record(1), item(2, STORY.replace("wide", "broad"))], ASKING, before)
    twin = twin_of(found.twins, 1, "near_duplicate")
    assert twin
    place = "(rows.jsonl, line 8, kept in week 3 of other-1)"
    assert twin.sentence == f"98% of the words are those of record old {place}"
    assert twin_of(found.twins, 0, "near_duplicate") is None
    assert twin_of(found.twins, 1, "copied_rationale") is None


def test_every_judgement_of_a_copied_item_is_found_and_none_of_the_original() -> None:
    copy = STORY.replace("wide", "broad")
    rows = [item(1), item(2), item(3, copy), item(4), item(5, copy)]
    asked = terms({"near_duplicates": "discard"})
    assert codes(gated(rows, asked)) == [[], [], ["near_duplicate"], [], ["near_duplicate"]]


def test_a_twin_of_an_earlier_batch_is_named_with_its_contract_and_week() -> None:
    before = kept(3, record(7), item(8, record_id="old"))
    found = gated([record(1), item(2, STORY.replace("wide", "broad"))], ASKING, kept(2, record(9)), before)
    assert codes(found) == [[], ["near_duplicate"]]
    assert found.twins.select("contract_id", "week", "record_id").row(0) == ("other-1", 3, "old")


def test_the_item_of_an_earlier_batch_again_is_another_gate_s_affair() -> None:
    assert codes(gated([item(1)], ASKING, kept(2, item(8)))) == [[]]


def test_a_shared_system_prompt_makes_no_near_duplicates() -> None:
    system = {"role": "system", "content": f"{STORY} {OTHER} " * 20}
    rows = [
        record(
            n, prompt=[system, {"role": "user", "content": question}], responses=[response(a), response(b)]
        )
        for n, (question, a, b) in enumerate(
            [
                ("Who was king?", "It was Harold.", "Nobody knows."),
                ("How long is it?", "Ten miles.", "It varies."),
            ]
        )
    ]
    assert codes(gated(rows)) == [[], []]


def test_work_repeated_in_the_delivery_is_found_whoever_judged_it_and_on_whichever_side() -> None:
    turned = {**item(2), "responses": item(2)["responses"][::-1]}
    assert codes(gated([item(1), turned])) == [[], ["repeated_work"]]
    assert codes(gated([item(1), turned], terms())) == [[], []]


@pytest.mark.parametrize(
    ("rationale", "copied"),
    [
        (WHY, True),
        (f"  {WHY.upper()} ", True),
        (WHY.replace("both towns", "two towns"), True),
        ("It gives every date and says who was king then.", False),
        ("A is better.", False),
        (None, False),
        ("", False),
    ],
)
def test_a_rationale_is_copied_when_it_is_another_s_but_for_a_word_or_its_spelling(
    rationale: str | None, copied: bool
) -> None:
    found = gated([record(1, rationale=WHY), record(2, rationale=rationale)])
    assert codes(found) == [[], ["copied_rationale"] if copied else []]


def test_a_template_with_slots_filled_is_a_copied_rationale() -> None:
    filled = "Response {} is better because it explains {} more clearly and gives an example of it."
    rows = [
        record(n, rationale=filled.format(side, what))
        for n, (side, what) in enumerate([("A", "tides"), ("B", "rent")])
    ]
    assert codes(gated(rows)) == [[], ["copied_rationale"]]


def test_a_stock_phrase_may_be_said_by_all() -> None:
    assert codes(gated([record(n, rationale="Both are fine, A is shorter.") for n in range(4)])) == [[]] * 4


def test_a_rationale_of_an_earlier_batch_is_copied_and_says_from_where() -> None:
    found = gated([record(1, rationale=WHY.upper())], ASKING, kept(2, record(9, rationale=WHY)))
    assert codes(found) == [["copied_rationale"]]
    assert found.twins.select("week", "record_id", "likeness").row(0) == (2, "r9", 1.0)


def test_label_only_records_have_no_text_to_be_copied() -> None:
    rows = [record(n, prompt=[], responses=[], ranking=None, category="x") for n in (1, 2)]
    assert gated(rows, terms({"near_duplicates": "flag", "required": ["label"]})).twins.is_empty()


def test_nothing_is_compared_that_no_contract_asks_for() -> None:
    assert gated([item(1), item(2, STORY.replace("wide", "broad"))], terms()).twins.is_empty()


def test_what_is_only_flagged_is_kept() -> None:
    found = gated([item(1), item(2, STORY.replace("wide", "broad"))], terms({"near_duplicates": "flag"}))
    assert (found.masks.to_list(), [mask > 0 for mask in found.flags]) == ([0, 0], [False, True])


@pytest.mark.parametrize("code", ["repeated_work", "near_duplicate", "copied_rationale"])
def test_each_finding_is_explained(code: str) -> None:
    seen = GATE_BY_CODE[code].seen(record(1, rationale=WHY), Asked(ASKING, 1))
    assert seen.found
    assert seen.expected
