import hashlib
import itertools
from collections.abc import Iterable
from statistics import median

import numpy as np
import pytest

from contracts.load import load_contract
from rampart.delivery.work_orders import read_work_order
from simulator import DEMO_CONTRACTS, truth
from simulator.judgement import Judgement
from simulator.vendors import alder
from tests.simulator.conftest import Demo


def kept(demo: Demo, vendor: str, week: int) -> list[Judgement]:
    return [row for row in truth(demo.world, week).rows[vendor] if not row.fault]


def longer_wins(rows: Iterable[Judgement]) -> float:
    gaps = [(len(row.responses[0].content) - len(row.responses[1].content), row.leaning) for row in rows]
    return float(np.mean([(gap > 0) == (leaning > 0) for gap, leaning in gaps if gap]))


def first_wins(rows: Iterable[Judgement]) -> float:
    return float(np.mean([row.leaning > 0 for row in rows]))


def right(rows: Iterable[Judgement]) -> float:
    return float(np.mean([(row.leaning > 0) == (row.gap > 0) for row in rows]))


def words(row: Judgement) -> tuple[str, str, str]:
    return (row.prompt.text, row.responses[0].content, row.responses[1].content)


@pytest.mark.parametrize(
    ("week", "share"), [(1, 0.45), (2, 0.38), (3, 0.27), (4, 0.14), (5, 0.12), (6, 0.12)]
)
def test_alder_improves_and_stays_below_its_ceiling(demo: Demo, week: int, share: float) -> None:
    found = truth(demo.world, week).fault_share("alder")
    assert found == pytest.approx(share, abs=0.003)
    assert found < load_contract(DEMO_CONTRACTS[0]).phase(week).discard_ceiling


def test_alder_leans_on_neither_length_nor_position(demo: Demo) -> None:
    for week in range(1, 7):
        rows = kept(demo, "alder", week)
        tolerance = 4 * 0.5 / np.sqrt(len(rows))
        assert longer_wins(rows) == pytest.approx(0.5, abs=tolerance)
        assert first_wins(rows) == pytest.approx(0.5, abs=tolerance)


def test_alder_breaks_some_lines_and_words_its_labels_on_a_scale_of_eight(demo: Demo) -> None:
    rows = truth(demo.world, 4).rows["alder"]
    assert sum(row.fault == "broken_line" for row in rows) == 10
    scores = {alder.likert(row) for row in rows if row.fault != "label_word"}
    assert scores == set(range(1, 9))
    assert all(
        (int(alder.likert(row)) <= 4) == (row.leaning > 0) for row in rows if row.fault != "label_word"
    )


def test_birch_tilts_from_the_fourth_week_and_not_in_the_first_two(demo: Demo) -> None:
    # The audits' limit is 0.10 beyond one half; four standard errors keep the interval clear of it.
    for week in (4, 5, 6):
        rows = kept(demo, "birch", week)
        assert longer_wins(rows) > 0.60 + 0.05
        assert first_wins(rows) > 0.60 + 0.05
    early = [*kept(demo, "birch", 1), *kept(demo, "birch", 2)]
    assert longer_wins(early) < 0.60
    assert first_wins(early) < 0.60
    shares = [truth(demo.world, week).fault_share("birch") for week in (3, 4, 5, 6)]
    assert shares == pytest.approx([0.06] * 4, abs=0.003)


def test_cedar_first_week_is_good_work(demo: Demo) -> None:
    assert truth(demo.world, 1).fault_share("cedar") == pytest.approx(0.05, abs=0.003)
    assert right(kept(demo, "cedar", 1)) > 0.75


def test_cedar_speeds_in_week_two_on_both_sides_of_the_gate(demo: Demo) -> None:
    rows = truth(demo.world, 2).rows["cedar"]
    by_person = {
        name: [row.duration_s for row in rows if row.annotator == name]
        for name in {row.annotator for row in rows} - {""}
    }
    speeders = {name for name, seconds in by_person.items() if median(seconds) < 8}
    assert sum(row.annotator in speeders for row in rows) == pytest.approx(200, abs=20)
    below = [row.duration_s < 4 for row in rows if row.annotator in speeders]
    assert 0.2 < np.mean(below) < 0.7


def test_cedar_redelivers_its_own_work_in_week_three_under_new_ids(demo: Demo) -> None:
    earlier = {
        (*words(row), row.annotator, row.leaning)
        for row in itertools.chain(kept(demo, "cedar", 1), kept(demo, "cedar", 2))
    }
    rows = truth(demo.world, 3).rows["cedar"]
    again = [row for row in rows if (*words(row), row.annotator, row.leaning) in earlier]
    assert len(again) == sum(row.fault == "recycled" for row in rows) == 420
    assert all(row.record_id.startswith("ced-w03-") for row in again)
    assert len({row.record_id for row in again}) == 420


def test_cedar_copies_alder_in_week_four_with_its_own_people(demo: Demo) -> None:
    sold = {words(row) for row in kept(demo, "alder", 3)}
    rows = truth(demo.world, 4).rows["cedar"]
    copied = [row for row in rows if words(row) in sold]
    assert {row.fault for row in copied} == {"copied"}
    assert 0.4 < len(copied) / len(rows) < 0.6
    assert all(row.annotator.startswith("ced-") for row in copied)


def test_cedar_week_five_responses_were_never_sent_out_though_their_label_says_so(demo: Demo) -> None:
    data = (demo.work_orders / "rm-refresh" / "week-05.jsonl").read_bytes()
    order = read_work_order(data, "week-05.jsonl")
    rows = truth(demo.world, 5).rows["cedar"]
    assert {response.claimed for row in rows for response in row.responses} == {"pol-w5"}

    def sent(row: Judgement) -> bool:
        pairs = {
            (response.claimed, hashlib.sha256(response.content.encode()).hexdigest())
            for response in row.responses
        }
        return pairs <= order.items[row.item]

    assert all(sent(row) == (row.fault != "stale") for row in rows)
    assert 0.5 < np.mean([row.fault == "stale" for row in rows]) < 0.7


def test_cedar_week_six_is_clean_on_paper_and_close_to_coin_flips(demo: Demo) -> None:
    assert truth(demo.world, 6).fault_share("cedar") == pytest.approx(0.05, abs=0.003)
    assert right(kept(demo, "cedar", 6)) < 0.6


def test_about_a_tenth_of_the_items_is_judged_by_two_people(demo: Demo) -> None:
    rows = kept(demo, "birch", 5)
    by_item: dict[str, list[str]] = {}
    for row in rows:
        by_item.setdefault(row.item, []).append(row.annotator)
    twice = [people for people in by_item.values() if len(people) > 1]
    assert 0.05 < len(twice) / len(by_item) < 0.12
    assert all(len(set(people)) == len(people) == 2 for people in twice)
