"""Rosters as vendors keep them, and as they are kept."""

import pytest

from rampart.delivery.pseudonyms import pseudonym
from rampart.delivery.rosters import RosterError, kept_roster, read_roster

KEY = b"k"


def read(text: str, *, scored: bool = False) -> dict[str, float | None]:
    return dict(read_roster(text.encode(), "acme/roster.csv", "acme", KEY, scored=scored).scores)


def named(*names: str) -> list[str]:
    return [pseudonym(KEY, "acme", name) for name in names]


def test_a_roster_names_annotators_by_the_pseudonyms_that_records_have() -> None:
    seven, anna = named("7", "Anna")
    text = '\ufeffname,annotator_id,screening_score\r\nx, 7 ,0.9\r\n\r\n"y, z",Anna,\r\n'
    assert read(text) == {seven: 0.9, anna: None}
    assert read("annotator_id\n7\n") == {seven: None}


def test_what_is_kept_holds_no_name_and_reads_back_whatever_the_order_was() -> None:
    one = read_roster(b"annotator_id,screening_score\nAnna,0.1\nBert,\n", "r", "acme", KEY, scored=True)
    other = read_roster(b"screening_score,annotator_id\n,Bert\n0.10,Anna\n", "r", "acme", KEY, scored=True)
    assert one.data == other.data
    assert one.digest == other.digest
    assert b"Anna" not in one.data
    assert kept_roster(one.data, "kept").scores == one.scores


@pytest.mark.parametrize(
    ("text", "scored", "said"),
    [
        ("", False, "the roster lists no annotator"),
        ("annotator_id\n", False, "the roster lists no annotator"),
        ("id\n7\n", False, "line 1: there is no column annotator_id"),
        ("annotator_id\n7\n", True, "line 1: there is no column screening_score"),
        ("annotator_id,annotator_id\n7,8\n", False, "line 1: the column annotator_id stands there twice"),
        ("annotator_id,x\n7\n", False, "line 2: the line has 1 cells, the header 2"),
        ("annotator_id,x\n ,a\n", False, "line 2: annotator_id is empty"),
        ("annotator_id\n7\n\n7\n", False, "line 4: annotator_id '7' stands on line 2 already"),
        ("annotator_id,screening_score\n7,85 %\n", False, "line 2: screening_score is '85 %', no number"),
        ("annotator_id,screening_score\n7,nan\n", False, "line 2: screening_score is 'nan', no number"),
        ("annotator_id,screening_score\n7,1.01\n", True, "line 2: screening_score is '1.01', no number"),
        ('annotator_id\n"7\n', False, "this is not CSV"),
    ],
)
def test_a_roster_that_cannot_be_read_names_file_line_and_field(text: str, scored: bool, said: str) -> None:
    with pytest.raises(RosterError) as refused:
        read(text, scored=scored)
    assert str(refused.value).startswith("acme/roster.csv")
    assert said in str(refused.value)
    assert "Fix: " in str(refused.value)


def test_a_roster_in_another_encoding_names_the_line() -> None:
    with pytest.raises(RosterError, match="line 2: this is not UTF-8"):
        read_roster(b"annotator_id\nJ\xe9r\xf4me\n", "r.csv", "acme", KEY, scored=False)
