"""Groups, weeks and persons: planted differences are found, small groups are not shown."""

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from contracts.model import ContrastLimit
from contracts.terms.annotation import Arena
from quality.audits import authorship, demographics, disagreement, gold_misses, judge, ties
from quality.audits.finding import Finding
from quality.audits.outliers import anscombe, people_apart, spread_of_others, standing_out
from rampart.records.comparisons import comparisons
from simulator.crowd import Crowd, batch
from tests.quality.audits.swapping import swapped
from tests.quality.conftest import Judgements

LIMIT = ContrastLimit()
BUSY = Crowd(items=1500)


def named(findings: tuple[Finding, ...], metric: str, feature: str = "") -> Finding:
    (found,) = (each for each in findings if each.spec.metric == metric and feature in each.feature)
    return found


def forced(frame: pl.DataFrame, rows: pl.Expr | pl.Series, outcome: pl.Expr | pl.Series) -> pl.DataFrame:
    """`frame` with the outcome of some rows decided otherwise."""
    return frame.with_columns(outcome=pl.when(rows).then(outcome).otherwise("outcome"))


def test_a_week_with_more_ties_is_told_from_those_before() -> None:
    frame, _ = batch(np.random.default_rng(1), BUSY)
    late = pl.col("submitted_at") == pl.col("submitted_at").max()
    lucky = pl.Series(np.random.default_rng(2).random(frame.height) < 0.25)
    more = forced(frame, late & lucky, pl.lit(0.5))
    finding = ties.by_week(more, LIMIT)
    assert finding.status == "fail"
    assert finding.observed == pytest.approx(0.22, abs=0.05)
    assert ties.by_week(frame, LIMIT).status == "pass"


def test_a_contract_week_in_the_frame_counts_before_the_calendar() -> None:
    frame, _ = batch(np.random.default_rng(1))
    numbered = frame.with_columns(week=pl.Series([1, 2] * (frame.height // 2)))
    assert "of week 2 are ties" in ties.by_week(numbered, LIMIT).reason
    alone = ties.by_week(frame.with_columns(week=pl.lit(3)), LIMIT)
    assert (alone.status, alone.reason) == ("not_testable", "All comparisons are of one week (3).")


def test_who_ties_far_more_than_the_others_stands_out_and_nobody_is_failed() -> None:
    frame, _ = batch(np.random.default_rng(3), BUSY)
    odd = forced(frame, pl.col("annotator_id") == "a7", pl.lit(0.5))
    finding = ties.by_annotator(odd)
    assert (finding.status, finding.observed) == ("warn", 1.0)
    assert "a7 (100% of" in finding.reason
    assert "cheat" not in finding.reason
    assert ties.by_annotator(frame).status == "pass"


def test_the_spread_of_the_others_is_dersimonian_and_lairds() -> None:
    rng = np.random.default_rng(4)
    values, variances = rng.normal(0, 0.3, 12), rng.uniform(0.01, 0.05, 12)
    found = spread_of_others(values, 1 / variances)
    for left_out in range(12):
        rest = np.arange(12) != left_out
        oracle = combine_effects(values[rest], variances[rest], method_re="chi2").tau2
        assert found[left_out] == pytest.approx(max(0.0, oracle))


def test_of_people_who_differ_one_in_twenty_is_under_5_percent() -> None:
    rng, small, people_seen = np.random.default_rng(5), 0, 400 * 40
    crowd = pl.DataFrame({"annotator_id": [f"a{number}" for number in range(40)]})
    for _ in range(400):
        of = rng.integers(20, 200, 40)
        share = 1 / (1 + np.exp(-(0.4 + 0.4 * rng.normal(size=40))))
        x, v = anscombe(rng.binomial(of, share), of)
        small += int((people_apart(crowd.with_columns(x=x, v=v))["p"] < 0.05).sum())
    assert 0.03 <= small / people_seen <= 0.07


def test_people_alike_are_listed_by_name_in_whatever_order_they_come() -> None:
    crowd = pl.DataFrame({"annotator_id": list("abcdefgh"), "x": 0.5, "v": 0.01})
    for order in (crowd, crowd.reverse(), crowd.sample(8, shuffle=True, seed=1)):
        assert people_apart(order)["annotator_id"].to_list() == list("abcdefgh")


def test_one_odd_person_does_not_hide_behind_the_spread_they_make() -> None:
    values = np.array([0.0, 0.05, -0.05, 0.1, -0.1, 3.0])
    assert standing_out(values, np.full(6, 0.01))[-1] > 10


def test_too_few_people_are_not_compared() -> None:
    frame, _ = batch(np.random.default_rng(6), Crowd(annotators=4))
    finding = ties.by_annotator(frame)
    assert (finding.status, finding.p) == ("not_testable", None)
    assert "Fewer than 5 annotators" in finding.reason


def test_authors_who_like_length_more_than_others_are_told_apart() -> None:
    frame, found = batch(np.random.default_rng(7), BUSY)
    longer = (found.delta["length"] > 0).cast(float)
    own = (pl.col("prompt_author_id") == pl.col("annotator_id")) & (pl.Series(found.delta["length"]) != 0)
    swayed = forced(frame, own & pl.Series(np.random.default_rng(8).random(frame.height) < 0.5), longer)
    findings = authorship.audit(swayed, found, LIMIT)
    assert named(findings, "length_wins_author").status == "fail"
    assert named(findings, "lists_wins_author").status != "fail"
    assert findings[0].observed == pytest.approx(0.4, abs=0.03)


def people(north: int) -> pl.DataFrame:
    """Forty annotators, `north` of them from the north."""
    return pl.DataFrame(
        {
            "annotator_id": [f"a{number}" for number in range(40)],
            "region": ["north" if number < north else "south" for number in range(40)],
        }
    )


def test_a_group_with_another_taste_is_told_apart() -> None:
    frame, found = batch(np.random.default_rng(9), BUSY)
    north = pl.col("annotator_id").is_in([f"a{number}" for number in range(20)])
    swayed = forced(
        frame,
        north
        & (pl.Series(found.delta["length"]) != 0)
        & pl.Series(np.random.default_rng(1).random(frame.height) < 0.5),
        (found.delta["length"] > 0).cast(float),
    )
    findings = demographics.audit(swayed, found, people(20), LIMIT)
    north_length = named(findings, "length_wins_by_group", "region: north")
    south_length = named(findings, "length_wins_by_group", "region: south")
    assert north_length.status == "fail"
    assert north_length.observed == pytest.approx(-south_length.observed)  # type: ignore[operator]
    assert named(findings, "lists_wins_by_group", "region: north").status != "fail"


@pytest.mark.parametrize(
    ("north", "items", "why"), [(4, 1500, "fewer than 5 annotators"), (8, 150, "fewer than 30 compari")]
)
def test_a_small_cell_and_what_would_give_it_away_are_suppressed(north: int, items: int, why: str) -> None:
    frame, found = batch(np.random.default_rng(10), Crowd(items=items, load_sd=0.0))
    findings = demographics.audit(frame, found, people(north), LIMIT)
    # The two groups are each other's complement: showing one would show the other.
    for group in ("north", "south"):
        finding = named(findings, "flattery_wins_by_group", f"region: {group}")
        assert (finding.status, finding.observed, finding.n) == ("not_testable", None, 0)
        assert why in finding.reason


def test_what_is_shown_of_two_large_groups_does_not_depend_on_a_suppressed_third() -> None:
    frame, found = batch(np.random.default_rng(10), BUSY)
    third = people(20).with_columns(
        region=pl.when(pl.col("annotator_id").is_in(["a0", "a1", "a20"]))
        .then(pl.lit("tiny"))
        .otherwise("region")
    )
    tiny = third.filter(pl.col("region") == "tiny")["annotator_id"].implode()
    told = demographics.audit(frame, found, third, LIMIT)
    opposite = forced(frame, pl.col("annotator_id").is_in(tiny), 1 - pl.col("outcome"))
    again = demographics.audit(opposite, found, third, LIMIT)
    for group in ("north", "south"):
        before, after = (named(each, "length_wins_by_group", f"region: {group}") for each in (told, again))
        assert before.observed is not None
        assert before == after
    assert named(told, "length_wins_by_group", "region: tiny").status == "not_testable"


def test_errors_in_assertive_texts_that_are_missed_more_often_are_found() -> None:
    frame, found = batch(np.random.default_rng(11), BUSY)
    known = frame["known"]
    surer = pl.Series(found.delta["assertiveness"])
    misled = (known.is_not_null()) & (surer != 0) & ((surer > 0) == (known == 0.0))
    swayed = forced(
        frame, pl.Series(misled & pl.Series(np.random.default_rng(2).random(frame.height) < 0.4)), 1 - known
    )
    finding = named(gold_misses.audit(swayed, found, known, LIMIT), "miss_rate_by_assertiveness")
    assert finding.status == "fail"
    assert finding.observed > 0.15  # type: ignore[operator]


def test_golds_are_read_in_the_words_of_the_scheme(judgements: Judgements) -> None:
    rows = [
        {"prompt": str(number), "texts": ["x", "y"], "ranking": [1, 2], "gold": gold}
        for number, gold in enumerate(['"A"', '"B"', '"tie"', '"nonsense"', "not json", None])
    ]
    records = judgements(rows)
    scheme = Arena(kind="arena", a=("A",), b=("B",), tie=("tie",))
    assert gold_misses.known_outcomes(records, comparisons(records), scheme).to_list() == [
        *(1.0, 0.0, 0.5),
        *(None, None, None),
    ]


def test_agreement_is_on_the_winner_not_on_the_side(llmfao: pa.Table) -> None:
    frame = comparisons(llmfao)
    turned = swapped(frame, pl.Series(np.random.default_rng(12).random(frame.height) < 0.5))
    before, after = (disagreement.audit(each) for each in (frame, turned))
    assert [each.observed for each in before] == [each.observed for each in after]
    told = disagreement.who_with_whom(disagreement.labelled(frame))
    assert told.equals(disagreement.who_with_whom(disagreement.labelled(turned)))


def test_soft_labels_are_the_share_of_votes_for_the_response_shown_first(judgements: Judgements) -> None:
    votes = [(["x", "y"], [1, 2]), (["y", "x"], [2, 1]), (["x", "y"], [1, 1]), (["y", "x"], [1, 2])]
    rows = [
        {"prompt": "p", "texts": texts, "ranking": ranking, "item_id": "i", "annotator_id": str(number)}
        for number, (texts, ranking) in enumerate(votes)
    ]
    # x has two votes and a half of four.
    assert disagreement.soft_labels(comparisons(judgements(rows))).to_list() == [
        *(0.625, 0.375, 0.625, 0.375),
    ]


def test_entropy_of_agreement_is_0_and_of_a_three_way_split_is_the_logarithm_of_3(
    judgements: Judgements,
) -> None:
    def rows(prompt: str, rankings: list[list[int]]) -> list[dict[str, object]]:
        return [
            {
                "prompt": prompt,
                "texts": ["x", "y"],
                "ranking": each,
                "item_id": prompt,
                "annotator_id": str(n),
            }
            for n, each in enumerate(rankings)
        ]

    split = rows("a", [[1, 2], [2, 1], [1, 1]])
    one = rows("b", [[1, 2], [1, 2], [1, 2]])
    assert disagreement.audit(comparisons(judgements(split)))[0].observed == pytest.approx(np.log2(3))
    assert disagreement.audit(comparisons(judgements(one)))[0].observed == 0.0
    both = disagreement.audit(comparisons(judgements(split + one)))[0]
    assert both.observed == pytest.approx(np.log2(3) / 2)
    assert both.n == 2


def test_agreement_of_two_annotators_is_a_count_of_equal_labels(llmfao: pa.Table) -> None:
    judged = disagreement.labelled(comparisons(llmfao))
    told = disagreement.who_with_whom(judged)
    row = told.row(0, named=True)
    one, other = (judged.filter(pl.col("annotator_id") == row[who]) for who in ("one", "other"))
    both = one.join(other, on="pair")
    assert (row["n"], row["agreement"]) == (
        both.height,
        pytest.approx((both["label"] == both["label_right"]).mean()),
    )
    assert told["n"].min() >= disagreement.MIN_SHARED  # type: ignore[operator]


def test_who_answers_at_random_stands_out_in_agreement_with_the_rest() -> None:
    crowd = Crowd(items=1500, votes=4, skill=2.5, tie_share=0.0, load_sd=0.2)
    frame, _ = batch(np.random.default_rng(13), crowd)
    coin = pl.Series((np.random.default_rng(3).random(frame.height) < 0.5).astype(float))
    odd = forced(frame, pl.col("annotator_id") == "a3", pl.lit(coin))
    finding = disagreement.audit(odd)[1]
    assert finding.status == "warn"
    assert "a3" in finding.reason


def test_a_judge_is_set_beside_what_other_annotators_say() -> None:
    frame, _ = batch(np.random.default_rng(14), Crowd(items=1200, votes=3))
    level, beside, rises = judge.audit(frame, frame["judge"])
    both = frame.filter(pl.col("outcome") != 0.5)
    assert level.observed == pytest.approx((both["outcome"] == both["judge"]).mean())
    assert beside.p is not None
    assert rises.status == "pass"
    perfect = judge.audit(frame, frame["outcome"])
    assert (perfect[0].observed, perfect[1].observed > 0.2) == (1.0, True)  # type: ignore[operator]


def test_the_others_lead_is_counted_without_the_annotators_own_vote(judgements: Judgements) -> None:
    rows = [
        {"prompt": "p", "texts": ["x", "y"], "ranking": ranking, "item_id": "i", "annotator_id": str(number)}
        for number, ranking in enumerate([[1, 2], [1, 2], [2, 1]])
    ]
    frame = comparisons(judgements(rows))
    compared = judge.compared(frame, pl.Series([1.0, 1.0, 1.0]))
    assert compared["people"].to_list() == [None, None, False]
    assert compared["agrees"].to_list() == [True, True, False]


def test_who_suddenly_agrees_with_the_judge_is_named() -> None:
    frame, _ = batch(np.random.default_rng(15), Crowd(items=3000))
    late = pl.col("submitted_at") == pl.col("submitted_at").max()
    pasted = forced(frame, late & (pl.col("annotator_id") == "a5"), pl.col("judge"))
    rises = judge.audit(pasted, frame["judge"])[2]
    assert (rises.status, rises.observed) == ("warn", 1.0)
    assert "a5 (100% of" in rises.reason
    # Who agrees less than before is no evidence of pasting.
    opposed = forced(frame, late & (pl.col("annotator_id") == "a5"), 1 - pl.col("judge"))
    assert judge.audit(opposed, frame["judge"])[2].status == "pass"
