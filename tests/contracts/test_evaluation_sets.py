"""What a contract may say of evaluation sets and copies, and how the term sheet repeats it."""

import pytest
from pydantic import ValidationError

from contracts.model import Contract
from contracts.sheets.term_sheet import term_sheet
from contracts.terms.gates import RecordGates
from tests.quality.gates.delivered import terms

HELD_OUT = {"name": "held-out", "path": "2026/held-out.jsonl"}


def test_a_set_lies_below_the_folder_of_sets() -> None:
    for path in ("/etc/passwd", "../held-out.txt", "s3://elsewhere/held-out.txt"):
        with pytest.raises(ValidationError, match="leaves the folder of evaluation sets"):
            RecordGates.model_validate({"evaluation_sets": [{**HELD_OUT, "path": path}]})


def test_two_sets_of_one_name_could_not_be_told_apart_in_reports() -> None:
    with pytest.raises(ValidationError, match="two evaluation sets are named 'held-out'"):
        RecordGates.model_validate({"evaluation_sets": [HELD_OUT, {**HELD_OUT, "path": "other.txt"}]})


def test_below_four_words_in_five_near_duplicates_cannot_be_promised() -> None:
    with pytest.raises(ValidationError, match=r"greater than or equal to 0\.8"):
        RecordGates.model_validate({"near_duplicate_similarity": 0.7})


def said(contract: Contract) -> dict[str, str]:
    return {line.clause: line.says for _, lines in term_sheet(contract).sections for line in lines}


def test_the_term_sheet_says_which_copies_are_discarded_and_what_must_stay_out() -> None:
    asked = {"near_duplicates": "discard", "copied_rationales": "flag", "evaluation_sets": [HELD_OUT]}
    found = said(terms(asked))
    assert found["gates.near_duplicates"] == "work that is another item's but for a few words"
    assert found["gates.evaluation_sets"] == "text of held-out"
    assert found["gates.copied_rationales"] == "rationales of other records"
    assert "gates.evaluation_sets" not in said(terms())
