"""Rampart: from a vendor's weekly delivery to a verdict, the books and a retrained reward model."""
