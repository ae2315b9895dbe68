"""The one error of the expression dialect."""


class ExpressionError(ValueError):
    """An expression that cannot be read, uses a function the dialect lacks, or fails on a row."""
