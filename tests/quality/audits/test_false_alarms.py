"""No audit alarms far too often where there is nothing to find; `benchmarks.audits` measures how often."""

from collections import Counter

import numpy as np

from benchmarks.alarms.single import alarms
from benchmarks.audits import not_met

BATCHES = 20


def test_no_audit_alarms_far_too_often() -> None:
    raised: Counter[str] = Counter()
    tested: Counter[str] = Counter()
    for number in range(BATCHES):
        for name, (alarming, asked) in alarms(number, seed=1).items():
            raised[name] += alarming
            tested[name] += asked
    assert len(tested) > 20
    for name, asked in tested.items():
        # Findings of one batch share its people: as if a batch were worth few of them.
        assert raised[name] / asked <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / min(asked, 60)), name


def test_power_below_its_bar_is_named_however_much_people_differ() -> None:
    measured = {
        **{"planted_2": 0.133, "planted_5": 0.63, "planted_8": 0.96},
        **{"planted_2_sd_0.3": 0.093, "planted_5_sd_0.3": 0.3767, "planted_8_sd_0.3": 0.7733},
    }
    assert not_met(measured) == {"planted_5_sd_0.3": 0.377, "planted_8_sd_0.3": 0.773}
