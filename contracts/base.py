"""The one base class of every term: frozen, and deaf to unknown keys."""

from pydantic import BaseModel, ConfigDict


class Terms(BaseModel):
    """A group of contract terms.

    Unknown keys are errors: the standard checks nothing inside `customProperties`, so a typo there would
    otherwise switch a clause off in silence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
