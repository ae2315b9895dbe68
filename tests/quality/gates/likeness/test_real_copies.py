"""Copies in public sets, as they were published; models often say the same, and say so here."""

import polars as pl
import pytest

from contracts.terms.gates import RecordGates
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.records.reasons import BY_CODE
from tests.delivery.published import delivered, terms


def found(name: str, gate: str, code: str) -> pl.DataFrame:
    """The items of a set, one judgement each, in the order of the file, with what one gate says of them."""
    table = delivered(name).records
    items = pl.Series(table["item_id"].to_pylist()).is_first_distinct()
    once = table.filter(items.to_arrow())
    asked = RecordGates.model_validate({**terms(name).gates.model_dump(), gate: "flag"})
    contract = terms(name).model_copy(update={"gates": asked})
    gated = gate_records(once, contract, 1, Earlier())
    has = [bool(mask & BY_CODE[code].mask) for mask in gated.flags]
    return gated.keys.select("work_key", has=pl.Series(has, dtype=pl.Boolean))


def test_pandalm_has_ninety_nine_rows_that_repeat_prompt_and_responses_and_more_with_the_sides_swapped() -> (
    None
):
    table = pl.DataFrame(pl.from_arrow(delivered("pandalm").records)).unique("item_id", keep="first")
    said = pl.col("responses").list.eval(pl.element().struct.field("content"))
    as_shown = table.select(pl.struct("prompt", said)).to_series()
    assert table.height - as_shown.n_unique() == 99
    assert int(found("pandalm", "repeated_work", "repeated_work")["has"].sum()) == 136


def test_llmfao_s_exact_repeats_are_found() -> None:
    repeated = found("llmfao", "repeated_work", "repeated_work")
    assert int(repeated["has"].sum()) == 233 == repeated.height - repeated["work_key"].n_unique()


@pytest.mark.parametrize("name", ["oasst", "hh-rlhf"])
def test_conversations_of_many_people_have_no_near_duplicates(name: str) -> None:
    near = found(name, "near_duplicates", "near_duplicate")
    assert near.height >= 200
    assert not near["has"].any()


def test_where_many_models_answer_one_prompt_near_answers_are_found_and_most_are_not_near() -> None:
    near = found("llmfao", "near_duplicates", "near_duplicate")
    works = near.unique("work_key")
    assert 0 < int(works["has"].sum()) < 0.3 * works.height
