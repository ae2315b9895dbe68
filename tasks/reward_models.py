"""A reward model as people see it and decide on it: lineage, decision, rights; promote, roll back."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rampart.delivery.errors import MissingObjectError
from rampart.ledger.champions import Crowning, crown, crownings, said, target
from rampart.ledger.errors import ChampionshipError, DataDeletedError
from rampart.ledger.hashed import hashed
from rampart.ledger.models import file_digests
from rampart.ledger.read.standing_models import Standing, standing_of
from rampart.ledger.rights.judgement import Answer
from rampart.ledger.rights.lineage import Lineage, models_named
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Shown:
    """One version: where it stands, what may be done with it, and the JSON documents of its run.

    A document that is not in the store is empty; what is missing there is `rampart verify`'s to say.
    """

    standing: Standing
    rights: Answer
    manifest: dict[str, Any]
    decision: dict[str, Any]
    evaluation: dict[str, Any]
    probes: dict[str, Any]


def shown(place: Workspace, program: str, version: int, as_of: datetime) -> Shown:
    """Everything about one version; `ChampionshipError` if there is none of this number."""
    standing = standing_of(place.books, program, version)
    documents = {
        kind: _document(place, _key(standing, kind)) for kind in ("decision", "evaluation", "probes")
    }
    return Shown(
        standing,
        _rights(place, program, version, as_of),
        _document(place, standing.manifest_key),
        **documents,
    )


def crown_by_hand(  # noqa: PLR0917 (reads as the sentence it writes down)
    place: Workspace,
    program: str,
    version: int | None,
    how: Literal["by_hand", "rollback"],
    by: str,
    reason: str,
    as_of: datetime,
) -> Crowning:
    """Make a version champion on a person's word, if its rights allow it and its files are whole.

    Raises:
        ChampionshipError: there is no such version, it is champion already or never was, a clause forbids
            training on its data, or its files are not those that were booked.
        DataDeletedError: data it was trained on were deleted.
        LedgerError: `by` or `reason` is empty.
    """
    told = crownings(place.books, program)
    if not said(told, version, how, by, reason):
        version = target(program, version, how, told)
        _must_be_usable(place, program, version, as_of)
    return crown(place.books, program, version, how, by=by, reason=reason, as_of=as_of)


def files_of(place: Workspace, standing: Standing) -> dict[str, bytes]:
    """The files of a version's run by name, its data set left out: they are the vendors' texts."""
    wanted = {name: key for name, key in standing.row.artefacts.items() if not key.startswith("datasets/")}
    return {name: place.store.get(key) for name, key in wanted.items()}


def decision_key(standing: Standing) -> str | None:
    """Where the whole decision on a version lies."""
    return _key(standing, "decision")


def _must_be_usable(place: Workspace, program: str, version: int, as_of: datetime) -> None:
    subject, answer = f"{program} v{version}", _rights(place, program, version, as_of)
    if answer.deleted:
        told = "; ".join(f"{batch} ({certificate})" for batch, certificate in answer.deleted)
        raise DataDeletedError(
            f"{subject} cannot become champion: data it was trained on were deleted: {told}"
        )
    if not answer.may("train"):
        raise ChampionshipError(
            f"{subject} cannot become champion: its data may not be trained on: {'; '.join(answer.because)}; "
            f"`rampart rights --program {program} --model v{version}` says more"
        )
    if damaged := _damaged(place, standing_of(place.books, program, version)):
        raise ChampionshipError(
            f"{subject} cannot become champion: {damaged} is not in the store as it was booked; restore it "
            "(`rampart verify` lists what is damaged)"
        )


def _damaged(place: Workspace, standing: Standing) -> str | None:
    """The first file of the model that is missing or has other bytes; None where all are whole."""
    booked = file_digests(place.books)
    for name, key in standing.row.artefacts.items():
        sha256 = booked.get((standing.row.program, standing.row.version, name))
        try:
            same = sha256 is None or hashed(place.store, key, 0).sha256 == sha256
        except MissingObjectError:
            same = False
        if not same:
            return key
    return None


def _rights(place: Workspace, program: str, version: int, as_of: datetime) -> Answer:
    models = models_named(place.books, program=program, model=f"v{version}")
    if len(models) != 1:
        standing_of(place.books, program, version)  # names those there are
        raise ChampionshipError(f"{program} has no reward model v{version}")
    lineage = Lineage(place.books, lambda digest: terms_of(digest, place), as_of)
    return lineage.model(models[0], place.store.get)


def _key(standing: Standing, kind: str) -> str | None:
    keys = [key for name, key in standing.row.artefacts.items() if name.startswith(f"{kind}-")]
    return keys[0] if keys else None


def _document(place: Workspace, key: str | None) -> dict[str, Any]:
    if key is None:
        return {}
    try:
        found: dict[str, Any] = json.loads(place.store.get(key))
    except MissingObjectError:
        return {}
    return found
