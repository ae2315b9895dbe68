from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest

from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.train import train
from rampart.retrain.run import margins_of
from rampart.retrain.worth.agreement import FEWEST_PAIRS, agreements, most_disagreeing, parts
from tests.retrain.worth.conftest import WEEKLY, Weeks


def test_the_poisoned_week_is_flagged_and_no_other(poisoned: Weeks) -> None:
    found = agreements(poisoned.pairs, poisoned.without)
    assert [one.week for one in found if one.flagged] == [4]
    assert found[3].share.value < 0.65 < min(one.share.value for one in found if one.week != 4)


def test_agreement_is_that_with_a_model_trained_apart_on_the_other_weeks(poisoned: Weeks) -> None:
    others = (pc.field("split") == "train") & (pc.field("week") != 4)
    model, _ = train(poisoned.table.filter(others), LinearConfig(max_iterations=200))
    week = poisoned.table.filter(pc.field("week") == 4)
    right = (margins_of(model, week) > 0) == (week["target"].to_numpy() > 0.5)
    found = agreements(poisoned.pairs, poisoned.without)[3]
    assert found.share.n_pairs == WEEKLY
    # Words that only the week itself uses are rarer to the model trained apart: a pair or two may turn.
    assert found.share.value == pytest.approx(right.mean(), abs=2.5 / WEEKLY)


def test_the_annotator_who_turns_labels_over_is_told_from_the_others(poisoned: Weeks) -> None:
    # Of a clean week, whose labels one of five people turns over on paper.
    pairs, batch = poisoned.pairs, ("acme", 5)
    names = np.array([f"a{row % 5}" for row in range(len(pairs.target))])
    turned = replace(pairs, target=np.where(names == "a3", 1 - pairs.target, pairs.target))
    found = parts(turned, {batch: poisoned.without[batch]}, names)
    flagged = [one.name for one in found if one.held is not None and one.held.flagged]
    assert flagged == ["a3"]
    assert {(one.contract_id, one.week) for one in found} == {batch}
    assert min(one.share.n_pairs for one in found) >= FEWEST_PAIRS


def test_a_small_part_is_not_told_of(poisoned: Weeks) -> None:
    batch = ("acme", 5)
    names = np.full(len(poisoned.pairs.target), "most")
    names[np.flatnonzero(poisoned.pairs.of(batch))[: FEWEST_PAIRS - 1]] = "few"
    assert [one.name for one in parts(poisoned.pairs, {batch: poisoned.without[batch]}, names)] == ["most"]


def test_what_people_should_look_at_first_is_contradicted_most(poisoned: Weeks) -> None:
    batch = ("acme", 4)
    margins = poisoned.without[batch]
    signed = np.where(poisoned.pairs.target > 0.5, -margins, margins)
    rows = poisoned.pairs.of(batch)
    named = most_disagreeing(poisoned.pairs, poisoned.without, batch)
    worst = poisoned.pairs.group[rows][np.argmax(signed[rows])]
    assert named[0] == worst
    assert len(named) == int((signed[rows] > 0).sum())
