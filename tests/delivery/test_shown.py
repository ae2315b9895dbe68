"""Sides shown in another order than the file's: records hold what was seen, the label keeps its meaning."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.delivery.mapping import RecordMapper
from rampart.delivery.readers import Unread
from rampart.delivery.scope import Judgement
from tests.delivery.reading import contract

Case = tuple[dict[str, Any], st.SearchStrategy[Any]]

TWO: dict[str, Case] = {
    "binary": ({"kind": "binary"}, st.sampled_from(["a", "b"])),
    "arena": ({"kind": "arena", "both_bad": ["bad"]}, st.sampled_from(["a", "b", "tie", "bad"])),
    "likert": ({"kind": "likert", "low": -3, "high": 3}, st.integers(-3, 3)),
}
MANY: dict[str, Case] = {
    "rating": ({"kind": "rating", "low": 0, "high": 9}, st.integers(0, 9)),
    "ranking": ({"kind": "ranking"}, st.integers(0, 9)),
    "verifiable": ({"kind": "verifiable"}, st.booleans()),
}


def mapped(scheme: dict[str, Any], row: dict[str, Any], shown: str | None, **record: str) -> Any:
    delivery: dict[str, Any] = {
        "rows": {"path": "rows.jsonl", "format": "jsonl"},
        "record": {"prompt": "q", "responses": "answers", "label": "label", **record},
        **({"shown": shown} if shown else {}),
    }
    return RecordMapper(contract(delivery, {"scheme": scheme}), b"k").record(Judgement(0, row), "f", 1)


def said_of_each(record: dict[str, Any]) -> dict[str, Any]:
    """Text → everything that is said of that response, wherever it stands."""
    count = len(record["responses"])
    return {
        one["content"]: (
            one,
            record["ranking"] and record["ranking"][place],
            record["ratings"] and record["ratings"][place],
            [
                (aspect["axis"], aspect["scores"][place] if len(aspect["scores"]) == count else None)
                for aspect in record["aspects"] or ()
            ],
            sorted(
                (span["start"], span["end"]) for span in record["spans"] or () if span["response"] == place
            ),
        )
        for place, one in enumerate(record["responses"])
    }


@given(st.data())
def test_a_permutation_moves_responses_and_all_that_is_said_of_them_together(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([*TWO, *MANY]))
    count = 2 if kind in TWO else data.draw(st.integers(2, 6))
    scheme, labels = (TWO | MANY)[kind]
    label = data.draw(labels) if kind in TWO else data.draw(st.lists(labels, min_size=count, max_size=count))
    order = data.draw(st.permutations(range(count)))
    row = {
        "q": "?",
        "answers": [f"text {place}" for place in range(count)],
        "label": label,
        "order": order,
        "aspects": {"helpful": list(range(count)), "all": 1},
        "spans": [
            {"start": place, "end": place + 1, "label": "x", "response": place} for place in range(count)
        ],
    }
    stored = mapped(scheme, row, None, aspects="aspects", spans="spans")
    seen = mapped(scheme, row, "order", aspects="aspects", spans="spans")
    assert [one["content"] for one in seen["responses"]] == [f"text {place}" for place in order]
    assert said_of_each(seen) == said_of_each(stored)
    alike = set(stored) - {"responses", "ranking", "ratings", "aspects", "spans"}
    assert {name: seen[name] for name in alike} == {name: stored[name] for name in alike}


@given(st.booleans(), st.sampled_from(["a", "b"]))
def test_the_label_speaks_of_the_order_in_the_file(swapped: bool, label: str) -> None:
    row = {"q": "?", "answers": ["first", "second"], "label": label, "swapped": swapped}
    record = mapped({"kind": "binary"}, row, "if(swapped, `[1, 0]`, `[0, 1]`)")
    best = record["responses"][record["ranking"].index(1)]["content"]
    assert best == {"a": "first", "b": "second"}[label]
    assert record["responses"][0]["content"] == ("second" if swapped else "first")
    assert record["raw_label"] == f'"{label}"'


@pytest.mark.parametrize("order", [None, [0], [0, 0], [1, 2], [0, 1, 2], "10", [0, "x"], [True, False]])
def test_what_is_no_order_of_all_responses_is_told(order: Any) -> None:
    row = {"q": "?", "answers": ["x", "y"], "label": "a", "order": order}
    found = mapped({"kind": "binary"}, row, "order")
    assert isinstance(found, Unread)
    assert found.problem.startswith("shown: expected the places 0 to 1 in the order shown, found")


def test_places_may_be_written_as_text() -> None:
    row = {"q": "?", "answers": ["x", "y"], "label": "a", "order": "1,0"}
    record = mapped({"kind": "binary"}, row, "split(order, ',')")
    assert [one["content"] for one in record["responses"]] == ["y", "x"]
