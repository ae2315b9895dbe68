"""Backup and restore of the books and the store, neutral to database and storage."""
