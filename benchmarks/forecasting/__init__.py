"""Contracts forecast, called and played to their end, for `benchmarks/forecast.py`."""
