import numpy as np
import pytest

from rampart.retrain.digests import canonical_json
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.snapshot import build_snapshot
from rampart.retrain.worth import value
from rampart.retrain.worth.value import DOUBTED_SHARE, too_much, worth
from tests.retrain.planted import batch, planted_rows
from tests.retrain.worth.conftest import WEEKLY, Weeks


def test_everything_is_said_of_every_batch_and_the_same_pairs_say_the_same(poisoned: Weeks) -> None:
    names = np.full(poisoned.table.num_rows, "")
    found, people = worth(poisoned.table, LinearConfig(), names, None)
    again, _ = worth(poisoned.table, LinearConfig(), names, None)
    assert canonical_json(found) == canonical_json(again)
    assert found.flagged == (("acme", 4),)
    assert [one.week for one in found.left_out] == [1, 2, 3, 4, 5, 6]
    assert found.curve is not None
    assert set(people) == {("acme", week) for week in range(1, 7)}


def test_a_tenth_of_a_batch_is_to_look_at_and_no_more_of_it_is(poisoned: Weeks) -> None:
    _, people = worth(poisoned.table, LinearConfig(), np.full(poisoned.table.num_rows, ""), None)
    named = people["acme", 4].doubted
    assert len(named) == len(set(named)) == round(DOUBTED_SHARE * WEEKLY)
    assert all(name.startswith("4-") for name in named), "the ids of that week's records"


def test_no_judgement_is_named_beside_the_model(poisoned: Weeks) -> None:
    found, people = worth(poisoned.table, LinearConfig(), np.full(poisoned.table.num_rows, "someone"), None)
    told = canonical_json(found).decode()
    assert not any(name in told for one in people.values() for name in one.doubted)
    assert "someone" not in told


def test_one_batch_and_too_many_pairs_are_left_alone_with_the_reason(
    poisoned: Weeks, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = build_snapshot([batch(planted_rows(60, 1))]).pairs
    found, people = worth(one, LinearConfig(), np.full(60, ""), None)
    assert (found.skipped, people) == ("Nothing to compare: there is one batch.", {})
    monkeypatch.setattr(value, "MOST_WORK", 100)
    assert "at most 100" in too_much(poisoned.table)
