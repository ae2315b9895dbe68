"""What is good enough: gates on records and batches, audits of preferences, annotators and the ramp.

Everything here is a pure function over Arrow tables; nothing reads files or the database.
"""
