"""Gold questions are counted, and answers are right by their meaning."""

import json
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from contracts.model import Contract
from contracts.terms.annotation import Arena, Category, Likert, Rating, Scheme, Thumbs
from quality.gates.batch.gold import gold
from tests.quality.gates.delivered import record, response, table, terms

GOLD = {"share": 0.05, "min_accuracy": 0.8}
ASKING = terms(annotators={"gold": GOLD})
LIKERT = Likert(kind="likert", low=-3, high=3)
ARENA = Arena(kind="arena", both_bad=("neither",))
CATEGORY = Category(kind="category", categories={"spam": (1, "yes"), "ham": (0, "no")})
SHEET = pa.schema(
    [
        ("item_id", pa.string()),
        ("annotator_id", pa.string()),
        ("gold", pa.string()),
        ("raw_label", pa.string()),
        ("responses", pa.list_(pa.struct([("sha256", pa.string())]))),
    ]
)


def answered(right: int, wrong: int, ordinary: int = 0) -> pa.Table:
    """So many gold questions answered right and wrong, by different people, and ordinary work beside."""
    rows: list[dict[str, Any]] = [record(number, gold='"a"') for number in range(right)]
    rows += [record(right + number, gold='"b"') for number in range(wrong)]
    return table(*rows, *(record(right + wrong + number) for number in range(ordinary)))


def by_scheme(scheme: Scheme) -> Contract:
    return terms(annotation={"scheme": scheme}, annotators={"gold": GOLD})


def test_a_contract_without_gold_questions_is_not_judged() -> None:
    assert gold(answered(5, 5), terms()) == ()


def test_enough_questions_answered_right_pass_with_their_shares() -> None:
    share, accuracy = gold(answered(9, 1, 90), ASKING, "address")
    assert (share.status, share.observed, share.n, share.spec.threshold) == ("pass", 0.1, 100, 0.05)
    assert (accuracy.status, accuracy.observed, accuracy.n, accuracy.evidence) == ("pass", 0.9, 10, "address")
    assert (share.spec.clause, accuracy.spec.clause) == (
        "annotators.gold.share",
        "annotators.gold.min_accuracy",
    )


def test_surely_too_few_questions_or_right_answers_fail_and_nearly_enough_warn() -> None:
    share, accuracy = gold(answered(10, 20, 3000), ASKING)
    assert (share.status, accuracy.status) == ("fail", "fail")
    share, accuracy = gold(answered(7, 3, 240), ASKING)
    assert (share.status, accuracy.status) == ("warn", "warn")
    assert gold(answered(0, 0, 200), ASKING)[0].status == "fail"
    assert gold(answered(0, 0, 200), ASKING)[1].status == "not_testable"


def test_a_blocking_clause_has_a_person_decide() -> None:
    blocking = terms(annotators={"gold": GOLD, "severity": "blocking"})
    assert {verdict.consequence for verdict in gold(answered(0, 30, 2000), blocking)} == {"hold"}


def test_of_nothing_kept_nothing_is_judged() -> None:
    assert {verdict.status for verdict in gold(table(), ASKING)} == {"not_testable"}


@pytest.mark.parametrize(
    ("scheme", "answer", "label", "right"),
    [
        (ARENA, "a", "A ", True),
        (ARENA, "tie", "neither", False),
        (ARENA, "tie", "TIE", True),
        (LIKERT, -3, "-1", True),
        (LIKERT, -3, 1, False),
        (LIKERT, 0, 0.0, True),
        (CATEGORY, "yes", 1, True),
        (CATEGORY, "yes", "0", False),
        (Rating(kind="rating", low=1, high=5), [5, 1], [4, 2], True),
        (Rating(kind="rating", low=1, high=5), [5, 1], [1, 2], False),
        (ARENA, "a", "no word of the scheme", False),
    ],
)
def test_an_answer_is_right_when_it_means_the_same(
    scheme: Scheme, answer: Any, label: Any, right: bool
) -> None:
    one = record(1, gold=json.dumps(answer), raw_label=json.dumps(label))
    assert gold(table(one), by_scheme(scheme))[1].observed == float(right)


def test_one_response_alone_is_right_by_its_score() -> None:
    rated = record(1, gold="4", raw_label='"4.0"', responses=[response("A")])
    assert gold(table(rated), by_scheme(Rating(kind="rating", low=1, high=5)))[1].observed == 1.0
    thumbed = record(1, gold='"up"', raw_label='"down"', responses=[response("A")])
    assert gold(table(thumbed), by_scheme(Thumbs(kind="thumbs")))[1].observed == 0.0


def test_a_key_that_the_scheme_cannot_read_is_left_out_and_told() -> None:
    odd = [record(20 + n, gold=text) for n, text in enumerate(('"c"', "not json", "null"))]
    verdict = gold(pa.concat_tables([answered(9, 1), table(*odd)]), ASKING)[1]
    assert (verdict.observed, verdict.n) == (0.9, 10)
    assert "3 known answers are none of the scheme's labels" in verdict.reason


def test_neither_questions_nor_answers_stand_in_a_verdict() -> None:
    secret = record(1, gold='"the secret"', item_id="item-of-gold")
    for verdict in gold(pa.concat_tables([answered(5, 5), table(secret)]), ASKING):
        assert "secret" not in verdict.reason
        assert "item-of-gold" not in verdict.reason


def sheet(rng: np.random.Generator, people: int, each: int, accuracy: float) -> pa.Table:
    """Gold answers by people who differ in skill (sd about 0.12), on questions that come up again."""
    skill = rng.beta(accuracy * 10, (1 - accuracy) * 10, people)
    who = np.repeat(np.arange(people), each)
    right = rng.random(len(who)) < skill[who]
    return pa.table(
        {
            "item_id": [f"i{number}" for number in rng.integers(0, 40, len(who))],
            "annotator_id": [f"a{number}" for number in who],
            "gold": ['"a"'] * len(who),
            "raw_label": np.where(right, '"a"', '"b"').tolist(),
            "responses": [[{"sha256": "x"}, {"sha256": "y"}]] * len(who),
        },
        schema=SHEET,
    )


@pytest.mark.parametrize(("people", "each"), [(10, 10), (40, 3)])
def test_annotators_exactly_as_good_as_asked_fail_in_at_most_one_week_in_twenty(
    people: int, each: int
) -> None:
    rng = np.random.default_rng(people)
    weeks = Counter(gold(sheet(rng, people, each, 0.8), ASKING)[1].status for _ in range(500))
    assert weeks["fail"] <= 0.05 * 500


def test_annotators_far_worse_than_asked_are_found() -> None:
    rng = np.random.default_rng(5)
    weeks = Counter(gold(sheet(rng, 40, 5, 0.6), ASKING)[1].status for _ in range(100))
    assert weeks["fail"] >= 98


def test_as_many_gold_questions_as_asked_fail_in_at_most_one_week_in_twenty() -> None:
    rng, weeks = np.random.default_rng(6), Counter[str]()
    plain = sheet(rng, 40, 25, 0.9)
    for _ in range(500):
        hidden = ['"a"' if chance < 0.05 else None for chance in rng.random(plain.num_rows)]
        place = plain.column_names.index("gold")
        drawn = plain.set_column(place, "gold", pa.array(hidden, pa.string()))
        weeks[gold(drawn, ASKING)[0].status] += 1
    assert weeks["fail"] <= 0.05 * 500
