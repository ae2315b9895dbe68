"""Wiring: one file a flow; the only branch is on a decision value."""
