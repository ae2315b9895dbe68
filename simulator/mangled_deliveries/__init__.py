"""Whole deliveries as clumsy and hostile hands leave them, and the promise they are held to.

Each is made from a seed and a number, taken in as any delivery is, and then either absent, or refused in a
sentence that names a file and a fix, or counted: every byte landed, every line a record or in quarantine.
"""

from simulator.mangled_deliveries.fuzzing import FuzzResult, fuzz

__all__ = ["FuzzResult", "fuzz"]
