"""A contract for other eyes: a term sheet for people, ODCS and JSON for programs."""
