"""What is wrong with a contract file, for a person who knows the contract and not our libraries."""

from dataclasses import dataclass

# Our name of a term → the standard's own field that says it.
FROM_ODCS = {"contract_id": "id", "version": "version", "status": "status", "name": "name"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract file. `line` is from 1, None where it has no place."""

    field: str
    line: int | None
    problem: str
    fix: str

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.field}: {self.problem}. Fix: {self.fix}"


class ContractError(Exception):
    """A contract file that cannot be used, with every problem found."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(path, problems)
        self.path, self.problems = path, problems

    def __str__(self) -> str:
        return "\n".join(f"{self.path}: {problem}" for problem in self.problems)


def one_line(text: str) -> str:
    """`text` with everything a terminal could act on escaped, cut to 400 characters."""
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:401])
    return safe if len(safe) <= 400 else safe[:399] + "…"


def found(value: object) -> str:
    """`value` named by its YAML kind, shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    return str(value).lower() if isinstance(value, bool) else f"the number {value!s:.40}"
