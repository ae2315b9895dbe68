"""The evidence of a contract's breaches as one file that stands on its own, and checks itself."""
