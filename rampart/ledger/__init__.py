"""The books: contracts, batches, money, decisions and lineage, in one database, never a row of vendor text.

Every write is one transaction and adds an event to a hash chain; reads return frozen dataclasses. SQLite and
PostgreSQL run the same code.
"""
