import numpy as np
import pytest

from simulator import World, held_out
from simulator.policy import Policy
from simulator.prompts import domains, draw_prompts


def test_later_checkpoints_write_better_responses() -> None:
    rng = np.random.default_rng(1)
    prompts = draw_prompts(rng, 1500)
    mean = [
        np.mean([response.utility for pair in Policy(week).respond(rng, prompts) for response in pair])
        for week in (1, 3, 6)
    ]
    assert mean == sorted(mean)
    assert mean[-1] - mean[0] > 0.5


def test_length_says_next_to_nothing_about_quality() -> None:
    items = held_out(World(seed=1), 3, 4000)
    longer = [len(item.responses[0].content) - len(item.responses[1].content) for item in items]
    assert np.std(longer) > 50  # there is length to be swayed by
    assert abs(np.corrcoef(longer, [item.gap for item in items])[0, 1]) < 0.08


def test_quality_varies_enough_for_a_preference() -> None:
    gaps = [item.gap for item in held_out(World(seed=1), 3, 4000)]
    assert np.std(gaps) == pytest.approx(1.4, abs=0.2)
    assert np.mean(gaps) == pytest.approx(0.0, abs=0.1)


def test_prompts_cover_every_domain_and_hardly_repeat() -> None:
    prompts = draw_prompts(np.random.default_rng(5), 1000)
    assert {prompt.domain for prompt in prompts} == {domain.name for domain in domains()}
    assert len({prompt.text for prompt in prompts}) > 950
    assert not any("{" in prompt.text for prompt in prompts)
