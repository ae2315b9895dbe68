"""What is good enough: gates on records and batches, audits of preferences, annotators and the ramp.

Everything here is a pure function over Arrow tables; nothing reads files or the database.
"""

# Part of every verdict's identity. Raise it with any change that can alter a verdict on the same bytes and
# terms: a backfill then judges anew, beside the old verdict.
RULES_VERSION = 4
