"""Agreement is judged per scheme, on the responses themselves, and not by chance."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contracts.model import Contract
from contracts.terms.annotation import (
    Arena,
    Binary,
    Category,
    Demonstration,
    Likert,
    Ranking,
    Rating,
    Scheme,
    Thumbs,
)
from quality.gates.batch.agreement import agreement
from quality.verdict import Verdict
from rampart.records.schemes import read_label
from tests.quality.gates.delivered import record, response, table, terms


def asking(
    scheme: Scheme | None = None, coefficient: str = "krippendorff_alpha", least: float = 0.5
) -> Contract:
    return terms(
        annotation={"scheme": scheme or Binary()},
        annotators={"agreement": {"coefficient": coefficient, "least": least}},
    )


def judged(scheme: Scheme, item: int, annotator: str, label: Any, texts: tuple[str, ...]) -> dict[str, Any]:
    """One judgement, its label read as at landing."""
    said = read_label(scheme, label, len(texts))
    assert said is not None
    return record(
        item,
        record_id=f"{item}-{annotator}",
        item_id=f"item-{item}",
        annotator_id=annotator,
        raw_label=json.dumps(label),
        responses=[response(f"{text} {item}") for text in texts],
        ranking=said.ranking and list(said.ranking),
        strength=said.strength,
        both_bad=said.both_bad,
        ratings=said.ratings and list(said.ratings),
        category=said.category,
    )


def verdict(records: pa.Table, contract: Contract) -> Verdict:
    found = agreement(records, contract)
    assert found is not None
    return found


def panel(scheme: Scheme, labels: list[tuple[Any, Any]], texts: tuple[str, ...] = ("A", "B")) -> pa.Table:
    """Two annotators' labels of each item."""
    return table(
        *(
            judged(scheme, item, who, label, texts)
            for item, pair in enumerate(labels)
            for who, label in zip(("ann-1", "ann-2"), pair, strict=True)
        )
    )


def test_a_contract_that_asks_for_none_is_not_judged() -> None:
    assert agreement(panel(Binary(), [("a", "a")]), terms()) is None


@pytest.mark.parametrize(
    ("scheme", "labels", "texts"),
    [
        (Binary(), ["a", "b"], ("A", "B")),
        (Arena(kind="arena", both_bad=("bad",)), ["a", "tie", "bad"], ("A", "B")),
        (Likert(kind="likert", low=1, high=8), [1, 4, 5, 8], ("A", "B")),
        (Ranking(kind="ranking"), [[1, 2, 3], [3, 1, 2]], ("A", "B", "C")),
        (Rating(kind="rating", low=1, high=10), [[1, 9], [10, 2], [5, 5]], ("A", "B")),
        (Thumbs(kind="thumbs"), ["up", "down"], ("A",)),
        (Category(kind="category", categories={"x": ("x",), "y": ("y",)}), ["x", "y"], ("A",)),
    ],
    ids=lambda given: given.kind if hasattr(given, "kind") else "",
)
@pytest.mark.parametrize("coefficient", ["krippendorff_alpha", "gwet_ac1", "raw"])
def test_full_agreement_is_one_in_every_scheme(
    scheme: Scheme, labels: list[Any], texts: tuple[str, ...], coefficient: str
) -> None:
    pairs = [(labels[n % len(labels)],) * 2 for n in range(40)]
    found = verdict(panel(scheme, pairs, texts), asking(scheme, coefficient))
    assert (found.status, found.n) == ("pass", 40)
    assert found.observed == pytest.approx(1.0)
    assert found.spec.metric == f"agreement_{coefficient}"


def test_responses_are_told_apart_by_their_text_wherever_they_stood() -> None:
    rows = []
    for item in range(40):
        winner = "A" if item % 2 else "B"
        for who, texts in (("ann-1", ("A", "B")), ("ann-2", ("B", "A"))):
            label = "a" if texts[0] == winner else "b"
            rows.append(judged(Binary(), item, who, label, texts))
    assert verdict(table(*rows), asking()).observed == pytest.approx(1.0)


def test_a_likert_scale_counts_neighbours_as_nearer_than_opposites() -> None:
    likert = Likert(kind="likert", low=1, high=8)
    rng = np.random.default_rng(1)
    base = rng.integers(1, 8, 60)
    near = panel(likert, [(int(point), int(point) + 1) for point in base])
    far = panel(likert, [(int(point), int(9 - point)) for point in base])
    near_alpha, far_alpha = (verdict(each, asking(likert)).observed for each in (near, far))
    assert near_alpha is not None
    assert far_alpha is not None
    assert near_alpha > 0.85
    assert far_alpha < 0


def test_annotators_who_toss_coins_fail_and_nearly_enough_warns() -> None:
    rng = np.random.default_rng(2)
    coins = panel(Binary(), [tuple(rng.choice(["a", "b"], 2)) for _ in range(80)])
    found = verdict(coins, asking())
    assert (found.status, found.spec.clause) == ("fail", "annotators.agreement.least")
    nearly = panel(Binary(), [("a", "a"), ("b", "b"), ("a", "b"), ("b", "b"), ("a", "a")] * 8)
    assert verdict(nearly, asking(least=0.65)).status == "warn"


@pytest.mark.parametrize(
    ("records", "scheme", "said"),
    [
        (panel(Binary(), [("a", "b")] * 29), Binary(), "30 are needed"),
        (panel(Binary(), [("a", "b")] * 40), Demonstration(kind="demonstration"), "no label"),
        (table(*(record(n) for n in range(50))), Binary(), "0 items"),
        (table(*(record(n, annotator_id=None, item_id="one") for n in range(50))), Binary(), "0 items"),
    ],
)
def test_what_cannot_be_judged_says_why(records: pa.Table, scheme: Scheme, said: str) -> None:
    found = verdict(records, asking(scheme))
    assert found.status == "not_testable"
    assert said in found.reason


def test_one_value_alone_cannot_be_told_from_chance() -> None:
    category = Category(kind="category", categories={"x": ("x",), "y": ("y",)})
    found = verdict(panel(category, [("x", "x")] * 40, ("A",)), asking(category))
    assert found.status == "not_testable"
    assert verdict(panel(category, [("x", "x")] * 40, ("A",)), asking(category, "raw")).observed == 1.0


def test_an_annotator_who_judged_an_item_twice_is_no_second_one() -> None:
    rows = [judged(Binary(), item, "ann-1", label, ("A", "B")) for item in range(40) for label in "ab"]
    assert verdict(table(*rows), asking()).status == "not_testable"


def test_a_fine_scale_is_cut_and_stays_what_it_was() -> None:
    rating = Rating(kind="rating", low=0, high=1)
    rng = np.random.default_rng(3)
    scores = rng.random((500, 1))
    pairs = [([float(one)], [float(min(1, max(0, one + rng.normal(0, 0.05))))]) for one in scores[:, 0]]
    found = verdict(panel(rating, pairs, ("A",)), asking(rating))
    expected = 1 - 0.05**2 / 2 / (1 / 12)  # within over total variance, about
    assert found.observed == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("items", [30, 100])
def test_annotators_who_agree_exactly_as_asked_fail_in_at_most_one_week_in_twenty(items: int) -> None:
    rng, contract, weeks = np.random.default_rng(items), asking(), Counter[str]()
    accuracy = (1 + 0.5**0.5) / 2  # two who are right so often agree with an alpha of 0.5
    columns = panel(Binary(), [("a", "a")] * items)
    for _ in range(500):
        truth = np.repeat(rng.integers(0, 2, items), 2)
        said = np.where(rng.random(2 * items) < accuracy, truth, 1 - truth)
        ranking = pa.array([[1, 2] if each else [2, 1] for each in said], pa.list_(pa.int16()))
        drawn = columns.set_column(columns.column_names.index("ranking"), "ranking", ranking)
        weeks[verdict(drawn, contract).status] += 1
    assert weeks["fail"] <= 0.05 * 500


def test_three_experts_agree_on_real_pairs_as_the_library_says(pandalm: pa.Table) -> None:
    found = verdict(pandalm, asking(Arena(kind="arena")))
    # `krippendorff.alpha` (0.9.0, nominal) of the file's three columns. Sides are told apart by their text
    # here, not by their place, which moves chance agreement a little.
    assert found.observed == pytest.approx(0.86422, abs=0.01)
    assert (found.n, found.status) == (999, "pass")
