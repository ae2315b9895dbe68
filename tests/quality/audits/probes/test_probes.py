"""Probes see what a scorer was made to like, and nothing in a scorer that likes nothing of the kind."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import stats

from quality.audits.probes.length import length_correlation
from quality.audits.probes.perturbation import perturbation
from quality.audits.probes.prefix import prefix_sensitivity
from quality.audits.probes.scorer import Scorer, by_prompt, over_prompts
from quality.audits.probes.style_matrix import style_matrix
from quality.intervals.clustered_share import Numbers


def noise(text: str) -> float:
    """A number that says nothing about the text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48


def deaf(_: Sequence[str], responses: Sequence[str]) -> Numbers:
    """A scorer that likes nothing in particular."""
    return np.array([noise(response) for response in responses])


def wordy(_: Sequence[str], responses: Sequence[str]) -> Numbers:
    """A scorer that likes length."""
    return np.array([float(len(response)) for response in responses])


def answers(rng: np.random.Generator, prompts: int = 60, each: int = 6) -> tuple[list[str], list[str]]:
    asked = [f"prompt {number}" for number in range(prompts) for _ in range(each)]
    return asked, [f"{number}" + "x" * int(rng.integers(1, 500)) for number in range(prompts * each)]


def test_length_correlation_is_the_mean_of_spearmans_within_prompts() -> None:
    prompts, responses = answers(np.random.default_rng(1))
    found = length_correlation(deaf, prompts, responses)
    lengths, scores = np.array([len(text) for text in responses]), deaf(prompts, responses)
    expected = [
        stats.spearmanr(lengths[start : start + 6], scores[start : start + 6]).statistic
        for start in range(0, 360, 6)
    ]
    assert found.value == pytest.approx(np.mean(expected))
    assert found.prompts == 60
    assert length_correlation(wordy, prompts, responses).value == pytest.approx(1.0)


def test_a_scorer_that_likes_long_prompts_answers_does_not_like_length_within_prompts() -> None:
    prompts, responses = answers(np.random.default_rng(2))

    def by_question(asked: Sequence[str], given: Sequence[str]) -> Numbers:
        return np.array([float(prompt.split()[1]) for prompt in asked]) + deaf(asked, given)

    assert abs(length_correlation(by_question, prompts, responses).value) < 0.15


def test_prompts_with_two_responses_or_equal_lengths_say_nothing_about_length() -> None:
    found = length_correlation(wordy, ["a", "a", "b", "b", "b"], ["x", "xx", "yy", "yy", "yy"])
    assert found.prompts == 0
    assert np.isnan(found.value)


def test_probes_of_a_deaf_scorer_alarm_in_one_of_twenty() -> None:
    alarms = {"length": 0, "style gap": 0, "skew": 0, "over human": 0}
    for draw in range(1000):
        rng = np.random.default_rng([3, draw])
        prompts, responses = answers(rng, prompts=30)
        tag = f"{draw} "

        def scorer(asked: Sequence[str], given: Sequence[str], tag: str = tag) -> Numbers:
            return deaf(asked, [tag + text for text in given])

        ask = [f"p{number}" for number in range(60)]
        styles = [[f"{number} {style}" for style in ("c", "dd", "**mmm**")] for number in range(60)]
        wrong = [[f"not {text}" for text in each] for each in styles]
        matrix = style_matrix(scorer, ask, styles, wrong)
        changed = [f"{text} with more" for text in responses[:60]]
        people = rng.choice([0.0, 1.0], 60)
        moved = perturbation(scorer, ask, responses[:60], changed, people)
        assert moved.over_human is not None
        for name, probed in (
            ("length", length_correlation(scorer, prompts, responses)),
            ("style gap", matrix.style_gap),
            ("skew", moved.skew),
            ("over human", moved.over_human),
        ):
            alarms[name] += probed.p < 0.05
    assert {name: count for name, count in alarms.items() if not 0.03 <= count / 1000 <= 0.07} == {}


def test_a_scorer_of_style_is_easy_where_the_right_answer_is_fancy_and_wrong_where_it_is_plain() -> None:
    def fancy(_: Sequence[str], responses: Sequence[str]) -> Numbers:
        return np.array([float("*" in text) * 2 + len(text) / 100 for text in responses])

    prompts = [f"p{number}" for number in range(20)]
    right = [["right", "right " * 9, "**right** " * 9] for _ in prompts]
    wrong = [["wrong", "wrong " * 9, "**wrong** " * 9] for _ in prompts]
    found = style_matrix(fancy, prompts, right, wrong)
    assert found.accuracy.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    assert (found.easy.value, found.normal.value, found.hard.value, found.style_gap.value) == (1, 0, 0, 1)

    def knows(_: Sequence[str], responses: Sequence[str]) -> Numbers:
        return np.array([float("right" in text) for text in responses])

    blind = style_matrix(knows, prompts, right, wrong)
    assert blind.accuracy.min() == 1.0
    assert blind.style_gap.value == 0.0


def test_an_answer_in_two_styles_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="concise, detailed, markdown"):
        style_matrix(deaf, ["p"], [["a", "b"]], [["a", "b", "c"]])


def test_the_skew_is_what_the_scorer_prefers_and_the_rest_is_what_people_do_not() -> None:
    prompts = [f"p{number}" for number in range(10)]
    plain, longer = ["text"] * 10, ["text text"] * 10
    found = perturbation(wordy, prompts, plain, longer, [1, 1, 1, 0, 0, 0, 0.5, 0.5, np.nan, np.nan])
    assert found.skew.value == 1.0
    assert found.over_human is not None
    assert found.over_human.value == pytest.approx(0.5)
    assert found.over_human.prompts == 8
    assert found.miscalibration == pytest.approx(0.5)
    assert perturbation(wordy, prompts, plain, longer).over_human is None


def test_a_scorer_that_reads_the_greeting_is_sensitive_and_one_that_does_not_is_not() -> None:
    prompts = [f"question {number}" for number in range(50)]
    first, second = [f"a{number}" for number in range(50)], [f"b{number}" for number in range(50)]
    assert prefix_sensitivity(deaf, prompts, first, second).flips.value == 0.0

    def polite(asked: Sequence[str], given: Sequence[str]) -> Numbers:
        turn = np.array([-1.0 if prompt.startswith("Hello") else 1.0 for prompt in asked])
        return turn * deaf(asked, given)

    found = prefix_sensitivity(polite, prompts, first, second)
    assert found.flip_share["Hello!\n\n"] == 1.0
    assert found.flips.value == pytest.approx(1 / 4)
    assert found.shift["Hello!\n\n"] > 1
    assert found.shift["\n\n"] == 0.0


def test_a_prompt_that_repeats_counts_once() -> None:
    assert by_prompt(["a", "b", "a"], np.array([0.0, 5.0, 1.0])).tolist() == [0.5, 5.0]
    assert over_prompts(np.array([1.0])).low != over_prompts(np.array([1.0])).low  # one prompt: no interval


def test_flips_of_a_scorer_that_hears_only_noise_are_one_half_within_the_interval_19_times_of_20() -> None:
    held = 0
    for draw in range(1000):

        def tossing(asked: Sequence[str], given: Sequence[str], draw: int = draw) -> Numbers:
            return np.array([noise(f"{draw} {one} {other}") for one, other in zip(asked, given, strict=True)])

        prompts = [f"p{number}" for number in range(40)]
        found = prefix_sensitivity(tossing, prompts, ["x"] * 40, ["y"] * 40).flips
        held += found.low <= 0.5 <= found.high
    assert 0.93 <= held / 1000 <= 0.97


def test_a_scorer_that_ignores_what_stands_before_the_question_never_flips() -> None:
    def answers_the_question(asked: Sequence[str], given: Sequence[str]) -> Numbers:
        return deaf(asked, [f"{one.split()[-1]} {other}" for one, other in zip(asked, given, strict=True)])

    found = prefix_sensitivity(answers_the_question, [f"p{n}" for n in range(40)], ["x"] * 40, ["y"] * 40)
    assert (found.flips.value, found.flips.p) == (0.0, 1.0)
    assert set(found.shift.values()) == {0.0}


def test_every_probe_calls_its_scorer_with_prompts_and_responses_of_one_length() -> None:
    calls: list[tuple[int, int]] = []

    def counting(asked: Sequence[str], given: Sequence[str]) -> Numbers:
        calls.append((len(asked), len(given)))
        return np.zeros(len(asked))

    scorer: Scorer = counting
    probes: list[Callable[[], object]] = [
        lambda: prefix_sensitivity(scorer, ["a", "b"], ["x", "y"], ["v", "w"]),
        lambda: perturbation(scorer, ["a"], ["x"], ["y"]),
        lambda: style_matrix(scorer, ["a"], [["x"] * 3], [["y"] * 3]),
        lambda: length_correlation(scorer, ["a"] * 3, ["x", "xx", "xxx"]),
    ]
    for probe in probes:
        before = len(calls)
        probe()
        assert len(calls) > before
    assert [call for call in calls if call[0] != call[1]] == []
