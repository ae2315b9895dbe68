"""A world with known truth: prompts, a policy, annotators and three vendors with formats of their own.

Nothing outside `simulator`, the demo command, tests and benchmarks may import it, so that no gate ever
sees the truth.
"""

from simulator.truth import Truth, truth
from simulator.week import write_week
from simulator.work import held_out
from simulator.world import DEMO_CONTRACTS, World

__all__ = ["DEMO_CONTRACTS", "Truth", "World", "held_out", "truth", "write_week"]
