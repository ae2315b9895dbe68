r"""One allowance for false alarms over a whole report.

**Model.** Weighted Benjamini and Hochberg (Genovese, Roeder & Wasserman 2006, "False discovery control with
p-value weighting", Biometrika 93(3), doi:10.1093/biomet/93.3.509): with weights $w_i$ of mean 1, the adjusted
$p_i / w_i$ go through Benjamini & Hochberg (1995, doi:10.1111/j.2517-6161.1995.tb02031.x). Each family of a
report (the features; the slices; ...) gets an equal part of the weight, however many members it has, so that
the q of thirty features hardly suffers from six thousand slices standing beside them. Of what is called found
in the report as a whole, at q at most 0.05, no more than one in twenty is expected to be false.

With F families, of which one has k members, a lone effect among these k, with nothing else found, needs
$p \le 0.05 / (F k)$. Company lowers the bar, so what is found at this level is found in any report.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from quality.audits.joint.design import Numbers
from quality.audits.joint.effects import FALSE_DISCOVERIES

FAMILIES = ("features", "slices", "findings")  # of a report with all audits


def adjusted(families: Mapping[str, Sequence[float | None]]) -> dict[str, list[float | None]]:
    """q for each p of each family; None, of what was not tested, stays None and costs nothing."""
    tested = {name: [p for p in family if p is not None] for name, family in families.items()}
    filled = {name: family for name, family in tested.items() if family}
    if not filled:
        return {name: [None] * len(family) for name, family in families.items()}
    total = sum(map(len, filled.values()))
    weight = np.repeat([total / len(filled) / len(each) for each in filled.values()], _sizes(filled))
    every = np.concatenate([np.asarray(each, dtype=np.float64) for each in filled.values()])
    q: Numbers = stats.false_discovery_control(np.minimum(every / weight, 1.0))
    rest = iter(q.tolist())
    found = {name: [next(rest) for _ in each] for name, each in filled.items()}
    return {name: _spread(family, found.get(name, [])) for name, family in families.items()}


def level_alone(tested: int, families: int = len(FAMILIES)) -> float:
    """The p that a lone effect needs among `tested` of its family, in a report of so many `families`."""
    return FALSE_DISCOVERIES / (families * max(tested, 1))


def _sizes(families: Mapping[str, Sequence[float]]) -> list[int]:
    return [len(each) for each in families.values()]


def _spread(family: Sequence[float | None], q: list[float]) -> list[float | None]:
    rest = iter(q)
    return [None if p is None else next(rest) for p in family]
