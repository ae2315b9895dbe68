"""Versions of a contract: clause by clause, what may follow what, and which weeks a change touches."""
