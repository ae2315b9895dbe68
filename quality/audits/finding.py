"""A verdict of an audit together with what a report needs to put it among others."""

from dataclasses import dataclass
from typing import Literal

from quality.verdict import Verdict

# From the weakest to the strongest. Only the last two may be called bias.
Basis = Literal["association", "matched", "counterfactual"]


@dataclass(frozen=True)
class Finding(Verdict):
    """A verdict, and: about which feature, on what basis, against which null, with which p-value.

    `null` is the value of `observed` were there nothing to find, and `p` the two-sided p-value against it,
    before any correction for how many were looked at: a report corrects over all of them at once. Both are
    None where nothing is tested. `feature` may be a feature's name, an opening, a group of people.
    """

    feature: str = ""
    basis: Basis = "association"
    null: float | None = None
    p: float | None = None
    effective_n: float | None = None


def untested(verdict: Verdict, feature: str = "", basis: Basis = "association") -> Finding:
    """`verdict` as a finding that tests nothing."""
    return Finding(**vars(verdict), feature=feature, basis=basis)
