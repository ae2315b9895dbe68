"""Rows read as columns: what `rampart.delivery.mapping` does to one row, done to many at once.

The row-by-row reading is the reference. Whatever is read here is read to the same records, and what these
modules are not sure of (another type than the rest of the file has, a value that may be unreadable) they
leave to it. So no result depends on which way a row took; a test holds the two against each other.
"""
