"""Deleting a vendor's data for good, with a certificate; the counts, the money and the chain stay."""
