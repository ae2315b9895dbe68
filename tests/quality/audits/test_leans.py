"""Format, wording, tone, openings: what is planted is found, what is the model's own is not judged."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from contracts.model import AuditLimit
from quality.audits import formatting, length, opening, sycophancy, tone, wording
from quality.audits.features import markup
from quality.audits.features import wording as features_wording
from quality.audits.features.feature import TEXT, Feature
from quality.audits.features.measuring import Measured, measured
from quality.audits.finding import Finding
from quality.audits.identifiable import identifiable_share
from quality.audits.sides import leans
from rampart.records.comparisons import comparisons
from simulator.crowd import Crowd, batch
from tests.quality.conftest import Judgements

LIMIT = AuditLimit(min_effective_n=30)
BUSY = Crowd(items=1500)


def named(findings: tuple[Finding, ...], metric: str) -> Finding:
    (found,) = (finding for finding in findings if finding.spec.metric == metric)
    return found


@pytest.mark.parametrize(
    ("audit", "feature"),
    [
        (formatting.audit, "bold"),
        (formatting.audit, "emoji"),
        (wording.audit, "flattery"),
        (wording.audit, "vagueness"),
        (tone.audit, "boosters"),
        (tone.audit, "reading_grade"),
    ],
)
def test_a_planted_taste_is_found_over_all_pairs_and_over_pairs_of_equal_length(
    audit: Callable[..., tuple[Finding, ...]], feature: str
) -> None:
    frame, found = batch(np.random.default_rng(3), BUSY, {feature: 1.0})
    findings = audit(frame, found, LIMIT)
    assert named(findings, f"{feature}_wins").status in ("warn", "fail")
    assert named(findings, f"{feature}_wins").low > 0.5  # type: ignore[operator]
    close = named(findings, f"{feature}_wins_matched")
    assert close.observed > 0.55  # type: ignore[operator]
    assert (close.basis, named(findings, f"{feature}_wins").basis) == ("matched", "association")


def test_presence_counts_mcnemars_discordant_pairs() -> None:
    frame, found = batch(np.random.default_rng(4), BUSY, {"lists": 0.5})
    finding = named(formatting.audit(frame, found, LIMIT), "lists_wins")
    has = [(side["lists"] > 0).to_numpy() for side in (found.first, found.second)]
    won = frame["outcome"].to_numpy()
    only_first, only_second = has[0] & ~has[1], has[1] & ~has[0]
    wins = int((only_first & (won == 1)).sum() + (only_second & (won == 0)).sum())
    losses = int((only_first & (won == 0)).sum() + (only_second & (won == 1)).sum())
    assert finding.n == wins + losses
    assert finding.observed == pytest.approx(wins / (wins + losses))
    # The textbook's test of the same table agrees on the direction, and is surer than it should be.
    textbook = mcnemar([[0, wins], [losses, 0]], exact=False, correction=False)
    assert textbook.pvalue < finding.p < 0.05  # type: ignore[operator]


def test_a_lean_to_length_alone_vanishes_between_texts_of_equal_length() -> None:
    frame, _ = batch(np.random.default_rng(5), Crowd(items=3000, slope_sd=0.1), {"length": 1.5})
    everywhere, close = length.audit(frame, LIMIT), length.close(frame, LIMIT)
    assert everywhere.observed > 0.65  # type: ignore[operator]
    assert 0.5 < close.observed < everywhere.observed - 0.05  # type: ignore[operator]
    assert close.spec.metric == "longer_wins_close"


def test_a_feature_that_is_a_models_house_style_is_not_identifiable(judgements: Judgements) -> None:
    rng = np.random.default_rng(6)
    style = {f"m{number}": number % 3 == 0 for number in range(9)}
    rows = []
    for number in range(400):
        one, other = rng.choice(sorted(style), 2, replace=False)
        rows.append(
            {
                "prompt": str(number),
                "texts": ["**so**" if style[model] else "so" for model in (one, other)],
                "checkpoints": [one, other],
                "ranking": [1, 2] if rng.random() < (0.9 if style[one] > style[other] else 0.5) else [2, 1],
                "annotator_id": f"a{number % 20}",
            }
        )
    frame = comparisons(judgements(rows))
    finding = named(formatting.audit(frame, measured(frame, markup.FEATURES), LIMIT), "bold_wins")
    assert finding.status == "not_testable"
    assert "Not identifiable: 100%" in finding.reason
    unknown = frame.with_columns(pl.lit(None, dtype=pl.String).alias("first_checkpoint"))
    told = named(formatting.audit(unknown, measured(unknown, markup.FEATURES), LIMIT), "bold_wins")
    assert told.status in ("warn", "fail")


def test_the_identifiable_share_is_one_less_r_squared_of_the_models() -> None:
    rng = np.random.default_rng(7)
    first, second = rng.integers(0, 6, 500), rng.integers(0, 6, 500)
    design = np.zeros((500, 6))
    design[np.arange(500), first] += 1
    design[np.arange(500), second] -= 1
    delta = design @ rng.normal(size=6) + rng.normal(size=500)
    left = delta - design @ np.linalg.lstsq(design, delta, rcond=None)[0]
    frame = pl.DataFrame(
        {"first_checkpoint": [f"m{n}" for n in first], "second_checkpoint": [f"m{n}" for n in second]}
    )
    share = identifiable_share(pl.Series(delta), frame)
    assert share == pytest.approx(float(left @ left / (delta @ delta)))
    assert identifiable_share(pl.Series([0.0] * 500), frame) is None


@pytest.mark.parametrize("level", ["pair", "model"])
def test_features_tossed_for_real_votes_alarm_in_one_of_twenty(llmfao: pa.Table, level: str) -> None:
    frame = comparisons(llmfao)
    rng, alarms, judged, draws = np.random.default_rng(8), 0, 0, 200
    for _ in range(draws):
        if level == "pair":
            items = frame["item_id"].rank("dense").to_numpy() - 1
            delta = pl.Series("coin", rng.normal(size=int(items.max()) + 1)[items])
        else:
            models = pl.concat([frame["first_checkpoint"], frame["second_checkpoint"]]).rank("dense")
            style = rng.normal(size=int(models.max()) + 1)[models.to_numpy().astype(int)]  # type: ignore[arg-type]
            delta = pl.Series("coin", style[: frame.height] - style[frame.height :])
        none = pl.DataFrame()
        coin = Feature("coin", "pair", "pair", TEXT, "that the coin favours")
        found = Measured(none, none, delta.to_frame())
        finding = leans(frame, found, (coin,), AuditLimit(min_effective_n=1), clause="c", evidence=None)[0]
        judged += finding.p is not None
        alarms += finding.p is not None and finding.p < 0.05
    if level == "model":
        assert (judged, alarms) == (0, 0)
    else:
        assert judged == draws
        assert 0.01 <= alarms / draws <= 0.09  # 5 % and three standard errors of 200 draws


def test_an_opening_that_wins_is_chosen_on_one_part_and_found_on_another() -> None:
    frame, _ = batch(np.random.default_rng(9), Crowd(items=4000))
    sure = frame.select(
        pl.col("first").str.starts_with("Sure").cast(int) - pl.col("second").str.starts_with("Sure").cast(int)
    ).to_series()
    decided = np.random.default_rng(1).random(frame.height) < 0.6
    won = frame.with_columns(
        outcome=pl.when(pl.Series(decided) & (sure != 0)).then((sure > 0).cast(float)).otherwise("outcome")
    )
    findings = opening.audit(won, LIMIT)
    assert findings[0].feature == "sure"
    assert findings[0].status == "fail"
    assert findings[0].observed > 0.7  # type: ignore[operator]
    assert 'begins "sure"' in findings[0].reason


def test_the_parts_share_neither_prompts_nor_annotators() -> None:
    frame, _ = batch(np.random.default_rng(10))
    choosing, testing = opening.halves(frame)
    for column in ("prompt_key", "annotator_id"):
        assert not set(frame.filter(choosing)[column]) & set(frame.filter(testing)[column])
    unknown = frame.with_columns(annotator_id=pl.lit(None, dtype=pl.String))
    choosing, testing = opening.halves(unknown)
    assert (choosing ^ testing).all()
    assert not set(frame.filter(choosing)["prompt_key"]) & set(frame.filter(testing)["prompt_key"])


def test_openings_are_words_in_lower_case_none_the_beginning_of_another() -> None:
    frame, _ = batch(np.random.default_rng(11), BUSY)
    found = opening.chosen(frame.filter(pl.col("outcome") != 0.5))
    assert len(found) == opening.MOST_OPENINGS
    assert not any(one != other and f"{one} ".startswith(f"{other} ") for one in found for other in found)
    said = pl.DataFrame({"text": ['  **Great** Question! "Now"', "One", "你好 世界"]})
    assert said.select(opening.begins(pl.col("text"), 2)).to_series().to_list() == [
        "great question",
        None,
        "你好 世界",
    ]


def test_text_without_blanks_is_no_opening() -> None:
    longest = "x" * opening.MOST_CHARACTERS
    said = pl.DataFrame({"text": [longest, f"{longest}x", "x" * 100_000, f"Sure {longest}"]})
    assert said.select(opening.begins(pl.col("text"), 1)).to_series().to_list() == [
        longest,
        None,
        None,
        "sure",
    ]
    assert said.select(opening.begins(pl.col("text"), 2)).to_series().null_count() == 4


def test_agreement_with_the_prompts_view_is_judged_where_records_declare_it(
    judgements: Judgements,
) -> None:
    rows = [
        {
            "prompt": str(number),
            "texts": ["you are right", "you are wrong"],
            "ranking": [1, 2] if number % 10 else [2, 1],
            "annotator_id": f"a{number % 19}",
            "aspects": [
                {"axis": "helpful", "scores": [1.0]},
                {"axis": "agrees_with_view", "scores": [1.0, 0.0]},
            ],
        }
        for number in range(400)
    ]
    records = judgements(rows)
    frame = comparisons(records)
    finding = sycophancy.audit(frame, sycophancy.declared_agreement(records, frame), LIMIT)
    assert (finding.status, finding.observed, finding.n) == ("fail", 0.9, 400)
    assert sycophancy.declared_agreement(judgements(rows[:0]), frame.clear()) is None
    assert sycophancy.declared_agreement(records, frame, "helpful").null_count() == 400  # type: ignore[union-attr]


def test_each_pair_of_a_ranking_takes_its_own_scores(judgements: Judgements) -> None:
    row = {
        "prompt": "p",
        "texts": ["a", "b", "c"],
        "ranking": [1, 2, 3],
        "aspects": [{"axis": "agrees_with_view", "scores": [3.0, 1.0, 2.0]}],
    }
    records = judgements([row])
    frame = comparisons(records)
    assert sycophancy.declared_agreement(records, frame).to_list() == [2.0, 1.0, -1.0]  # type: ignore[union-attr]


def test_a_word_list_that_does_not_speak_the_language_says_so() -> None:
    frame, _ = batch(np.random.default_rng(12))
    german = frame.with_columns(language=pl.lit("de"))
    finding = named(wording.audit(german, measured(german, features_wording.FEATURES), LIMIT), "fluff_wins")
    assert finding.status == "not_testable"
    assert "another language" in finding.reason
