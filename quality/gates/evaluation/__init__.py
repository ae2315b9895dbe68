"""Test sets that must stay out of the data: what they hold, and where records hold it too."""
