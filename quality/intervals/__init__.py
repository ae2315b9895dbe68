"""Intervals of shares: what a rate leaves open, under stated assumptions about its rows."""
