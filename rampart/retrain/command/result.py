"""What a program says when it is done: ``result.json``, read as strictly as anything else that comes in."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FORMAT = "rampart-result/1"


class Reported(BaseModel):
    """The result. A program that fails writes `error` instead of the figures, if it can write anything."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal["rampart-result/1"]
    run_id: str = Field(description="The manifest's, so that no other run's result is taken for it.")
    n_train: int = Field(ge=1, description="Pairs trained on.")
    iterations: int = Field(ge=0, description="Optimiser steps.")
    final_loss: float | None = Field(
        None, allow_inf_nan=False, description="Mean weighted training loss in nats, where it is known."
    )
    converged: bool = Field(True, description="False: stopped early, at a limit.")
    dropped_overlong: int = Field(0, ge=0, description="Pairs left out because a text was too long.")


def reported(path: Path, run_id: str) -> Reported:
    """The result at `path`; `ValueError` says which field is wrong, what was expected and what to do."""
    try:
        found = Reported.model_validate_json(path.read_bytes())
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(place) for place in problem['loc']) or 'the file'}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise ValueError(
            f"{path} is no result: {wrong}. Let the trainer write what docs/trainers.md says"
        ) from error
    if found.run_id != run_id:
        raise ValueError(
            f"{path} is the result of run {found.run_id!r}, expected {run_id}; copy the manifest's run_id"
        )
    return found
