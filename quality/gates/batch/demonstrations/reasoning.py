"""Is the final answer of a demonstration reached by the steps it shows?

**What counts.** A response shows its reasoning when it computes at least two numbers (``… = 12``) before it
announces a final answer (``#### 12``, ``\\boxed{12}``, ``the answer is 12``). It is pseudo-reasoning when an
equation of plain numbers in it is false, or when the announced number is none of those computed: copied from
somewhere, or corrected at the end so that a checker of answers passes it. Arithmetic is exact; a result
rounded or cut to the places shown is right.

**Fields needed.** `responses`.

**What it does not say.** Nothing about steps in words, about algebra, or about right steps to the wrong
question. It errs on the side of silence: what cannot be read as an equation is not judged. A `Judge` may be
given to look at the rest; none is by default, and nothing here opens a connection.
"""

from collections.abc import Sequence
from typing import Protocol

from quality.gates.batch.demonstrations.answers import computed, final_answer
from quality.gates.batch.demonstrations.arithmetic import false_steps

LEAST_STEPS = 2


class Judge(Protocol):
    """Who can say whether an answer is reached by the steps shown; a person's protocol or a model's."""

    def reached(self, prompt: str, response: str) -> bool | None:
        """Is the answer reached? None where that cannot be said. Equal texts must get equal answers."""


def unreached(response: str) -> bool | None:
    """Is `response` pseudo-reasoning? None where it shows no steps that code can follow."""
    if false_steps(response):
        return True
    final = final_answer(response)
    if final is None:
        return None
    answer, place = final
    steps = computed(response[:place])
    return None if len(steps) < LEAST_STEPS else answer not in steps


def judged(pairs: Sequence[tuple[str, str]], judge: Judge | None = None) -> tuple[bool | None, ...]:
    """`unreached` of every (prompt, response), with the judge's word where code cannot say."""
    return tuple(_one(prompt, response, judge) for prompt, response in pairs)


def _one(prompt: str, response: str, judge: Judge | None) -> bool | None:
    found = unreached(response)
    if found is None and judge is not None:
        reached = judge.reached(prompt, response)
        return None if reached is None else not reached
    return found
