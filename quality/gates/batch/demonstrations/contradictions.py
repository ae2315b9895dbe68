"""Label noise in instruction data: the same prompt, answered with different final numbers.

**What counts.** Of the prompts with two responses or more that announce a final number (``#### 12``,
``\\boxed{12}``, ``the answer is 12``), those whose numbers are not all the same: at most one of them is
right.

**What it does not say.** Nothing about prompts answered once, or in words.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from quality.gates.batch.demonstrations.answers import final_answer


def contradicting(pairs: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    """For each prompt of `pairs` (prompt, response) with two final numbers or more: do they differ?"""
    answers: dict[str, list[Fraction]] = defaultdict(list)
    for prompt, response in pairs:
        found = final_answer(response)
        if found is not None:
            answers[prompt].append(found[0])
    return tuple(len(set(given)) > 1 for given in answers.values() if len(given) > 1)
