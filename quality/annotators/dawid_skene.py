r"""What is true, and how does each annotator err, when nobody knows the answers?

**Model.** Item $i$ has an unknown class $k$ with prior $\pi_k$; annotator $a$ says $l$ of it with probability
$\theta^a_{lk}$, independently of the others. Expectation-maximisation from the shares of votes:

$$T_{ik} \propto \pi_k \prod_{(a, l) \in i} \theta^a_{lk}, \qquad
  \theta^a_{lk} \propto s + \sum_{i : a \text{ says } l} T_{ik}, \qquad \pi_k = \tfrac1I \sum_i T_{ik}$$

(Dawid & Skene 1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", Applied
Statistics 28(1), doi:10.2307/2346806). All votes stand in one sparse matrix of items by (annotator, label),
so that a step is two products with it and no loop runs over rows.

**Fields needed.** `item_id`, `annotator_id` and a label with few values.

**Why these defaults.** The smoothing $s = 0.01$ of a vote keeps an annotator who was never seen to err from
ruling alone, and moves no label of the three public sets below. Iteration ends when the log-likelihood of an
item gains less than $10^{-7}$, at 200 steps at the latest.

**What it does not say.** That it beats counting votes. Its annotators err independently and the same way on
every item; where an annotator judged few items, or items differ in difficulty, it can be worse: .898 against
.759 on bluebird and .928 against .897 on rte, but .840 against .853 on CF_amt, where 110 people judged five
classes. `quality.annotators.consensus` says which it was, wherever answers are known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from quality.annotators.labels import Labels

Numbers = npt.NDArray[np.float64]
SMOOTHING = 0.01
MOST_STEPS = 200
TOLERANCE = 1e-7


@dataclass(frozen=True)
class DawidSkene:
    """What the model believes.

    `posterior` (items, classes); `confusion` (annotators, labels, classes), each column a distribution;
    `prior` (classes,); `log_likelihood` in nats an item.
    """

    posterior: Numbers
    confusion: Numbers
    prior: Numbers
    log_likelihood: float
    steps: int
    converged: bool

    @property
    def accuracy(self) -> Numbers:
        """How often each annotator (a,) would say the truth of a random item."""
        return np.asarray(np.einsum("akk,k->a", self.confusion, self.prior))


def dawid_skene(
    labels: Labels, smoothing: float = SMOOTHING, most_steps: int = MOST_STEPS, tolerance: float = TOLERANCE
) -> DawidSkene:
    """Fit the model by EM.

    Args:
        labels: who said what of which item; every item has a label.
        smoothing: votes added to each cell of each annotator's table; 0 is maximum likelihood.
        most_steps: EM steps at most.
        tolerance: gain in nats an item below which it has converged.
    """
    classes, annotators = len(labels.value_names), len(labels.annotator_names)
    column = labels.annotators * classes + labels.values
    shape = (len(labels.item_names), annotators * classes)
    votes = sparse.csr_array((np.ones(len(column)), (labels.items, column)), shape=shape)
    by_annotator = sparse.csr_array(votes.T)
    posterior, before = labels.vote_shares, -np.inf
    for step in range(1, most_steps + 1):
        confusion, prior = _maximise(np.asarray(by_annotator @ posterior), posterior, classes, smoothing)
        with np.errstate(divide="ignore"):
            joint = votes @ np.log(confusion.reshape(-1, classes)) + np.log(prior)
        posterior, now = _normalised(joint)
        if now - before < tolerance:
            return DawidSkene(posterior, confusion, prior, now, step, converged=True)
        before = now
    return DawidSkene(posterior, confusion, prior, now, most_steps, converged=False)


def _normalised(joint: Numbers) -> tuple[Numbers, float]:
    """Posteriors from logarithms of joint probabilities, and the log-likelihood an item."""
    highest = joint.max(axis=1, keepdims=True)
    relative = np.exp(joint - highest)
    total = relative.sum(axis=1, keepdims=True)
    return relative / total, float((highest + np.log(total)).mean())


def _maximise(said: Numbers, posterior: Numbers, classes: int, smoothing: float) -> tuple[Numbers, Numbers]:
    """Confusion tables and prior from how often each (annotator, label) met each class."""
    # A class that an annotator never met says nothing: without smoothing its column stays even.
    counts = said.reshape(-1, classes, classes) + max(smoothing, np.finfo(float).tiny)
    return counts / counts.sum(axis=1, keepdims=True), posterior.mean(axis=0)
