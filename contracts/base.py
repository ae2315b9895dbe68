"""The one base class of every term: frozen, and deaf to unknown keys."""

from pydantic import BaseModel, ConfigDict


class Terms(BaseModel):
    """A group of contract terms.

    Unknown keys are errors: the standard checks nothing inside `customProperties`, so a typo there would
    otherwise switch a clause off in silence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class TermError(ValueError):
    """Terms that do not fit each other. `field` is the path of the one to mend, below the checking model."""

    def __init__(self, message: str, *field: str | int, fix: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.fix = fix
