"""What length alone explains of a model's scores, so that it can be taken out of them.

Among the responses to one prompt, the slope β of score on log(1 + characters), by least squares over the
training texts:

    β = Σ_texts (s - s̄_prompt)(z - z̄_prompt) / Σ_texts (z - z̄_prompt)²,    z = log(1 + characters)

A length-neutral score is s - β z. Within a prompt it has no linear relation to z on the texts β was learnt
from, and close to none on others (after Huang et al. 2024, arXiv:2409.17407, who subtract a local regression
on length from a finished model's scores). It takes out *all* that goes with length: a preference for length
itself, and also quality where longer responses were better ones. How much of the accuracy that is, the
evaluation says; nothing is trained differently. Two cases, on unseen prompts:

- Simulated judges who take to length beside quality (`tests/retrain/linear/test_length.py`): agreement with
  quality alone rises from .62 to .75 (.79 is what judges without that liking teach), and the mean rank
  correlation of score and length within a prompt falls from .80 to -.03.
- PandaLM's test set, five folds by prompt: the longer response won in 67 % of judgements; agreement with
  those judgements falls from .72 to .60, the correlation from .75 to -.09. Whether that was quality, only
  answers known by other means can say.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def length_slope(scores: Floats, lengths: Floats, prompts: Sequence[str]) -> float:
    """β of the formula above; 0 where the responses to every prompt are equally long.

    Args:
        scores: (n,) of the texts.
        lengths: (n,) their z.
        prompts: n, of which the same ones belong together.
    """
    ids: dict[str, int] = {}
    prompt = np.array([ids.setdefault(text, len(ids)) for text in prompts], dtype=np.int64)
    score, length = (_within(values, prompt) for values in (scores, lengths))
    spread = float((length**2).sum())
    return float((score * length).sum()) / spread if spread > 0 else 0.0


def _within(values: Floats, prompt: NDArray[np.int64]) -> Floats:
    """`values` less the mean of their prompt's."""
    means: Floats = np.bincount(prompt, values) / np.bincount(prompt)
    return values - means[prompt]
