"""What a reward model rewards that nobody paid for, probed on held-out pairs."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from rampart.retrain.probing import CHANGES, MOST_PAIRS, probe

DIGEST = "ab" * 32


class Rewards:
    """A scorer that rewards one thing."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.asked = 0

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> np.ndarray:
        self.asked += len(responses)
        match self._what:
            case "length":
                return np.array([float(len(text)) for text in responses])
            case "shortness":
                return np.array([-float(len(text)) for text in responses])
            case "lists":
                return np.array([float(text.count("- ")) for text in responses])
            case "greetings":
                turned = [(-1.0 if prompt.startswith("Hello") else 1.0) for prompt in prompts]
                return np.array([turn * len(text) for turn, text in zip(turned, responses, strict=True)])
        return np.array(
            [float(hash_of(prompt + text)) for prompt, text in zip(prompts, responses, strict=True)]
        )


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[-4:], "big") * 2654435761 % 2**32


def held_out(pairs: int) -> pa.Table:
    """Pairs of three responses a prompt, of unequal length."""
    rows = [
        {
            "prompt": f"Question {n // 2}",
            "first": f"Answer {n}. It is so.",
            "second": f"No. {n} is it, and more.",
        }
        for n in range(pairs)
    ]
    return pa.Table.from_pylist(rows)


def test_a_model_of_length_prefers_every_longer_text() -> None:
    found = probe(Rewards("length"), held_out(60), DIGEST)
    assert found.skew["length"].value == 1.0
    assert found.length_correlation.value == pytest.approx(1.0)
    assert probe(Rewards("shortness"), held_out(60), DIGEST).skew["length"].value == 0.0


def test_a_model_of_lists_is_found_by_lists_alone() -> None:
    skew = probe(Rewards("lists"), held_out(60), DIGEST).skew
    assert (skew["lists"].value, skew["flattery"].value) == (1.0, 0.5)


def test_a_model_that_a_greeting_turns_round_flips_with_one_prefix_of_four() -> None:
    assert probe(Rewards("greetings"), held_out(60), DIGEST).prefix_flips.value == pytest.approx(0.25)


def test_a_change_leaves_the_words_alone() -> None:
    said = "First, this. Then that!"
    assert all("First, this." in change(said) for change in CHANGES.values())
    assert CHANGES["lists"](said) == "- First, this.\n- Then that!"


def test_what_cannot_be_told_is_not_booked() -> None:
    one = probe(Rewards("length"), held_out(1), DIGEST)
    assert one.length_correlation.value is None
    assert "length_correlation" not in one.metrics
    assert one.metrics["length_skew"] == 1.0


def test_of_many_pairs_the_same_sample_is_probed_each_time() -> None:
    scorers = Rewards("noise"), Rewards("noise")
    one, other = (probe(scorer, held_out(MOST_PAIRS + 500), DIGEST) for scorer in scorers)
    assert one == other
    assert one.pairs == MOST_PAIRS
    assert scorers[0].asked < 20 * MOST_PAIRS
