"""The one error of the expression dialect."""


class ExpressionError(ValueError):
    """An expression that cannot be read, uses a function the dialect lacks, or fails on a row."""


def problem_and_fix(error: ExpressionError, otherwise: str) -> tuple[str, str]:
    """What is wrong, and what to do about it: what follows the last semicolon, or `otherwise`."""
    problem, _, fix = str(error).rpartition("; ")
    return (problem, fix) if problem else (str(error), otherwise)
