"""Groups of annotators, read from the columns of a roster."""

import pytest

from rampart.delivery.groups import read_groups
from rampart.delivery.pseudonyms import pseudonym
from rampart.delivery.rosters import RosterError

KEY = b"key"


def test_people_are_known_by_pseudonym_with_the_groups_they_belong_to() -> None:
    people = read_groups(
        b"annotator_id,region,screening_score\nw-1,north,0.9\nw-2,,0.8\n", "p.csv", "acme", KEY
    )
    assert people.to_dicts() == [
        {"annotator_id": pseudonym(KEY, "acme", "w-1"), "region": "north"},
        {"annotator_id": pseudonym(KEY, "acme", "w-2"), "region": None},
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"annotator_id\nw-1\n", "there is no group in it"),
        (b"region\nnorth\n", "there is no column annotator_id"),
        (b"annotator_id,region\n,north\n", "line 2: annotator_id is empty"),
        (
            b"annotator_id,region\nw-1,north\nw-1,south\n",
            "line 3: annotator_id 'w-1' stands on line 2 already",
        ),
        (b"annotator_id,region\nw-1\n", "the line has 1 cells, the header 2"),
        (b"annotator_id,region\n", "there is no group in it"),
    ],
)
def test_what_names_no_group_is_refused_with_the_line_and_the_fix(text: bytes, said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_groups(text, "p.csv", "acme", KEY)
