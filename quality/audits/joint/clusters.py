r"""How far sums over dependent rows scatter: the middle of the sandwich.

**Model.** For row scores $u_i$ and the ways of clustering of `quality.audits.dependence`,

$$\hat M = \hat M_{annotator} + \hat M_{prompt} - \hat M_{annotator \cap prompt}, \qquad
  \hat M_g = \frac{G}{G - 1}\, \frac{n - 1}{n - p} \sum_{c \in g} \Big( \sum_{i \in c} u_i \Big)^2$$

never below the larger one-way sum (Cameron, Gelbach & Miller 2011, doi:10.1198/jbes.2010.07136).

**Degrees of freedom.** $(\sum_c d_c)^2 / \sum_c d_c^2$ over what each cluster adds to the information about
the coefficient: Satterthwaite's for the sum of squares above when scores are independent (Bell & McCaffrey
2002, "Bias Reduction in Standard Errors for Linear Regression with Multi-Stage Samples", Survey Methodology
28(2)). A few busy annotators are few, however many idle ones stand beside them. The smaller way's counts,
less one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from quality.audits.joint.design import Numbers
from quality.intervals.clustered_share import Codes

TINY = float(np.finfo(np.float64).tiny)
# Below, Student's t with clusters - 1 is too sure of itself (Cameron, Gelbach & Miller 2008,
# doi:10.1162/rest.90.3.414, find it so up to 30 alike, and more where they are not).
FEW_CLUSTERS = 100


@dataclass(frozen=True)
class Clusters:
    """One or two ways in which n votes cluster: `codes` from 0, without gaps; of a fit with `parameters`."""

    codes: Mapping[str, Codes]
    parameters: int

    @cached_property
    def counts(self) -> dict[str, int]:
        """Number of clusters each way."""
        return {name: int(code.max()) + 1 for name, code in self.codes.items()}

    @cached_property
    def smaller(self) -> str:
        """The way with fewer clusters, counted as alike in size: $n^2 / \\sum n_c^2$.

        Of the ways that have few: one busy prompt among thousands of idle ones would count as few, but needs
        a sign for each of the thousands.
        """
        most = max(FEW_CLUSTERS - 1, min(self.counts.values()))
        alike = {
            name: self.rows**2 / float((np.bincount(code) ** 2).sum())
            for name, code in self.codes.items()
            if self.counts[name] <= most
        }
        return min(alike, key=alike.__getitem__)

    @cached_property
    def members(self) -> dict[str, sparse.csr_array]:
        """(clusters, n) of ones: times rows, it sums them by cluster."""
        return {name: membership(code) for name, code in self.codes.items()}

    @cached_property
    def cells(self) -> Codes:
        """(n,) codes, equal where rows share a cluster every way."""
        ways = list(self.codes.values())
        joint = ways[0] * (int(ways[-1].max()) + 1) + ways[-1]
        return np.asarray(np.unique(joint, return_inverse=True)[1], dtype=np.intp)

    @cached_property
    def crossing(self) -> tuple[sparse.csr_array, dict[str, Codes]]:
        """(cells, n) of ones, and which cluster of each way a cell lies in."""
        first = np.unique(self.cells, return_index=True)[1]
        return membership(self.cells), {name: each[first] for name, each in self.codes.items()}

    @property
    def rows(self) -> int:
        """Number of votes."""
        return len(next(iter(self.codes.values())))

    def factor(self, count: int) -> float:
        """The finite-sample factor of a sum over `count` clusters."""
        return count / (count - 1) * (self.rows - 1) / max(self.rows - self.parameters, 1)

    def middle(self, scores: Numbers) -> Numbers:
        """$\\hat M$ of each column of (n, k) scores."""
        singles = [
            self.factor(self.counts[name]) * squares(member @ scores) for name, member in self.members.items()
        ]
        both = singles[0]
        if len(singles) == 2:
            crossing, _ = self.crossing
            both = sum(singles) - self.factor(crossing.shape[0]) * squares(crossing @ scores)
        return np.asarray(np.maximum.reduce([both, *singles]))

    def degrees(self, shares: Numbers) -> Numbers:
        """Degrees of freedom for each column of (n, k): what each row adds to the information."""
        by_way = [member @ shares for member in self.members.values()]
        alike = [each.sum(axis=0) ** 2 / np.maximum(squares(each), TINY) for each in by_way]
        return np.asarray(np.maximum(np.minimum.reduce(alike) - 1, 1.0))


def membership(code: Codes) -> sparse.csr_array:
    """(clusters, n) of ones for codes from 0."""
    n = len(code)
    return sparse.csr_array((np.ones(n), (code, np.arange(n))), shape=(int(code.max(initial=-1)) + 1, n))


def squares(columns: Numbers) -> Numbers:
    """The sum of squares of each column."""
    return np.asarray(np.einsum("ij,ij->j", columns, columns))
