"""Throw-away servers on loopback, real ones: what tests and benchmarks run Rampart against."""
