"""Text of evaluation sets is found where records hold it, and nowhere else."""

# ruff: noqa: S311 (chance, not secrets)
import random
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from quality.gates.evaluation.overlap import COMMON, RUN, index_of, overlaps
from quality.gates.evaluation.sets import EvaluationSetError, Item, ReadSet, read_set, sets_digest
from quality.gates.likeness.alike import words
from quality.gates.record.gate import Asked, References
from quality.gates.record.registry import GATE_BY_CODE
from rampart.records.canonical import RECORD
from tests.quality.gates.delivered import record, response, table, terms
from tests.quality.gates.likeness.planted import edited, sentence

LONG = (
    "A train leaves the station at nine and travels north at sixty miles an hour, while a second train "
    "leaves the same station an hour later at eighty miles an hour; when does the second reach the first?"
)
SHORT = "Name the three largest moons of the planet Jupiter."  # nine words
BRIEF = "Who painted the ceiling there?"  # five
SET = ReadSet("trains", "d1", (Item(4, LONG), Item(5, SHORT), Item(6, BRIEF), Item(7, "Yes.")))
INDEX = index_of([SET])


def hits(*said: str, index: Any = INDEX) -> list[tuple[int, str, int, str]]:
    """What is found in records with one of `said` each as their prompt."""
    rows = [record(n, prompt=[{"role": "user", "content": text}]) for n, text in enumerate(said)]
    return overlaps(pl.DataFrame(pl.from_arrow(table(*rows))), index).rows()


def test_thirteen_words_of_an_item_are_found_wherever_they_stand_and_however_they_are_written() -> None:
    run = " ".join(LONG.split()[5 : 5 + RUN])
    found = hits(f"Consider this. {run.upper()}!? What then", f"Once more: {run.replace(' ', '  ')}", "Why?")
    text = "at nine and travels north at sixty miles an hour while a second"
    assert found == [(0, "trains", 4, text), (1, "trains", 4, text)]


def test_twelve_words_of_a_long_item_are_not_enough() -> None:
    assert (
        hits(f"Consider this. {' '.join(LONG.split()[5 : 4 + RUN])} Or so it is said of trains today.") == []
    )


def test_eight_words_of_a_short_item_are_enough_and_seven_are_not() -> None:
    eight = "Please name the three largest moons of the planet and their sizes, too, if you know them."
    seven = "Please list the three largest moons of the planet and their sizes, too, if you know them."
    assert hits(eight, seven) == [(0, "trains", 5, "name the three largest moons of the planet")]


def test_a_brief_item_counts_as_a_whole_only_and_a_word_or_two_never() -> None:
    assert hits("who painted  the ceiling there", f"{BRIEF} And when?", "Yes.") == [
        (0, "trains", 6, "who painted the ceiling there")
    ]


def test_responses_and_every_message_are_looked_at() -> None:
    turns = [{"role": "system", "content": LONG}, {"role": "user", "content": "Well?"}]
    rows = [record(1, responses=[response("A"), response(LONG)]), record(2, prompt=turns), record(3)]
    found = overlaps(pl.DataFrame(pl.from_arrow(table(*rows))), INDEX)
    assert found["row"].to_list() == [0, 1]


def test_a_run_does_not_reach_from_one_message_into_the_next() -> None:
    half, rest = LONG.split()[:12], LONG.split()[12:24]
    turns = [{"role": "user", "content": " ".join(each)} for each in (half, rest)]
    assert overlaps(pl.DataFrame(pl.from_arrow(table(record(1, prompt=turns)))), INDEX).is_empty()


def test_an_item_edited_here_and_there_is_found_as_nearly_the_same() -> None:
    changed = LONG.split()
    for place in (3, 10, 17, 24, 31):
        changed[place] = "instead"
    assert not any(
        " ".join(words(" ".join(changed))[start : start + RUN]) in " ".join(words(LONG))
        for start in range(24)
    )
    assert [hit[:3] for hit in hits(" ".join(changed))] == [(0, "trains", 4)]


def test_an_instruction_that_all_items_of_a_set_share_is_none_of_them() -> None:
    told = "Answer the following question with a single letter and give no reason at all for it, please."
    many = ReadSet("quiz", "d", tuple(Item(n, f"{told} Question {n}: {n * 7919}") for n in range(COMMON + 1)))
    few = ReadSet("quiz", "d", many.items[:COMMON])
    asked = f"{told} And what is your favourite colour among those that you have seen this year?"
    assert hits(asked, index=index_of([many])) == []
    assert len(hits(asked, index=index_of([few]))) == 1


def test_planted_items_are_all_found_among_unrelated_records_and_nothing_else_is() -> None:
    chance = random.Random(3)
    items = [sentence(chance, 8, 60) for _ in range(300)]
    index = index_of([ReadSet("held-out", "d", tuple(Item(n, text) for n, text in enumerate(items)))])
    clean = [sentence(chance, 5, 80) for _ in range(1_500)]
    planted = [f"{sentence(chance, 3, 9)} {text}" for text in items]
    near = [edited(([text], []), 0.08, chance)[0][0] for text in items]
    found = hits(*clean, *planted, *near, index=index)
    rows = {row: line for row, _, line, _ in found}
    assert not [row for row in rows if row < len(clean)]
    assert [rows.get(len(clean) + n) for n in range(300)] == list(range(300))
    assert sum(rows.get(len(clean) + 300 + n) == n for n in range(300)) >= 0.99 * 300


def test_every_hit_is_one_that_comparing_all_runs_by_hand_gives() -> None:
    chance = random.Random(5)
    items = [sentence(chance, 13, 40) for _ in range(40)]
    index = index_of([ReadSet("s", "d", tuple(Item(n, text) for n, text in enumerate(items)))])
    said = [sentence(chance, 5, 60) for _ in range(60)]
    for place in range(0, 60, 3):
        run = words(chance.choice(items))
        start = chance.randrange(len(run) - 12)
        said[place] += " " + " ".join(run[start : start + chance.choice([12, 13])])

    def runs(text: str) -> set[tuple[str, ...]]:
        all_words = words(text)
        return {tuple(all_words[n : n + RUN]) for n in range(len(all_words) - RUN + 1)}

    known = set().union(*map(runs, items))
    assert [row for row, *_ in hits(*said, index=index)] == [n for n, t in enumerate(said) if runs(t) & known]


def test_without_sets_or_records_nothing_is_found() -> None:
    assert hits(LONG, index=index_of([])) == []
    assert overlaps(pl.DataFrame(pl.from_arrow(RECORD.empty_table())), INDEX).is_empty()
    assert overlaps(pl.DataFrame(pl.from_arrow(table(record(1, prompt=[], responses=[])))), INDEX).is_empty()


def test_a_person_is_told_the_set_the_line_and_the_text() -> None:
    asking = terms({"evaluation_sets": [{"name": "trains", "path": "trains.txt"}]})
    shown = record(1, prompt=[{"role": "user", "content": f"So: {SHORT}"}])
    gate = GATE_BY_CODE["in_evaluation_set"]
    seen = gate.seen(shown, Asked(asking, 1, References(evaluation=INDEX)))
    assert seen.found == "line 5 of trains: name the three largest moons of the planet jupiter"
    assert seen.expected == "no text of trains"
    assert "not at hand" in gate.seen(shown, Asked(asking, 1)).found
    assert gate.policy(terms()) == "allow"


def test_items_are_read_from_lines_of_text_or_json_with_or_without_named_fields() -> None:
    assert read_set("a", "a.txt", "\ufeffOne.\n\n Two. \r\n".encode()).items == (
        Item(1, "One."),
        Item(3, "Two."),
    )
    rows = b'{"q": "One?", "a": ["x", {"b": "y"}], "n": 3}\n{"q": "Two?"}\n"Three?"\n'
    assert [item.text for item in read_set("a", "a.jsonl", rows).items] == [
        "One?",
        "x",
        "y",
        "Two?",
        "Three?",
    ]
    assert read_set("a", "a.jsonl", rows[:60], ("q",)).items[0] == Item(1, "One?")


@pytest.mark.parametrize(
    ("path", "payload", "problem"),
    [
        ("a.txt", b"\xff", "byte 0 is no UTF-8"),
        ("a.txt", b"\n \n", "there is no text in it"),
        ("a.jsonl", b'{"q": "One?"}\n{"q"', "line 2 is no JSON"),
        ("a.jsonl", b'{"a": "One?"}', "line 1 has nothing in q"),
        ("a.jsonl", b'{"q": 7}', "there is no text in it in q"),
    ],
)
def test_a_set_that_cannot_be_read_says_where_and_why(path: str, payload: bytes, problem: str) -> None:
    with pytest.raises(EvaluationSetError, match=problem):
        read_set("a", path, payload, ("q",))


def test_the_digest_of_the_sets_changes_with_any_byte_or_name_and_not_with_their_order() -> None:
    one, two = read_set("a", "a.txt", b"One."), read_set("b", "b.txt", b"Two.")
    assert sets_digest([one, two]) == sets_digest([two, one])
    others = [[one], [one, read_set("b", "b.txt", b"Two")], [one, read_set("c", "b.txt", b"Two.")], []]
    assert len({sets_digest([one, two]), *map(sets_digest, others)}) == 5


def test_a_large_delivery_is_looked_through_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.gates.evaluation.overlap._AT_ONCE", 3)
    said = [LONG if place in (2, 3, 7) else f"Question {place}?" for place in range(8)]
    assert [row for row, *_ in hits(*said)] == [2, 3, 7]


def test_records_need_no_other_columns() -> None:
    said = pa.table({name: table(record(1))[name] for name in ("prompt", "responses")})
    assert overlaps(pl.DataFrame(pl.from_arrow(said)), INDEX).is_empty()
