"""The one base class of every term, and what a term says about itself."""

from typing import Any, Literal, Self, cast

from pydantic import BaseModel, ConfigDict

# Which way a clause protects the buyer more. `lower` and `higher` are for numbers and dates (no value is no
# limit), `more` and `fewer` for lists; a tuple orders the values from the loosest to the strictest.
Stricter = Literal["lower", "higher", "more", "fewer"] | tuple[Any, ...]


class Terms(BaseModel):
    """A group of contract terms.

    Unknown keys are errors: the standard checks nothing inside `customProperties`, so a typo there would
    otherwise switch a clause off in silence.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        allow_inf_nan=False,
        defer_build=True,  # each group's validator is built once, as a part of the contract's
    )

    @classmethod
    def defaults(cls) -> Self:
        """The group with every term at its default; needs no validator, which would be built for it alone."""
        return cast(Self, cls.model_construct())  # mypy's plugin takes every group for `Terms`


class TermError(ValueError):
    """Terms that do not fit each other. `field` is the path of the one to mend, below the checking model."""

    def __init__(self, message: str, *field: str | int, fix: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.fix = fix


class MisfitError(ValueError):
    """Terms that do not fit each other in several places: `errors` says each."""

    def __init__(self, errors: tuple[TermError, ...]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def clause(
    stricter: Stricter | None = None,
    *,
    judged: bool = True,
    paid: bool = False,
    recorded: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What a field tells `contract diff`, the reference and the published schema about its clause.

    Args:
        stricter: which way it protects the buyer more; None where a change is neither stricter nor looser.
        judged: False for a clause that is recorded and shown, but that nothing is judged by yet. `contract
            check` names such clauses where a contract sets them.
        paid: True for an unjudged clause that would change what is paid: a contract that sets it cannot come
            into force.
        recorded: values that are only recorded, of a clause that is judged at its others.
    """
    told: dict[str, Any] = {} if stricter is None else {"x-stricter": stricter}
    if not judged:
        told["x-judged"] = "refused" if paid else "recorded"
    if recorded:
        told["x-recorded"] = list(recorded)
    return told
