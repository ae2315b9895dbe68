"""Batch gates: what a delivery must satisfy as a whole. One question a file, listed in `judging`."""
