"""What a run works with: the books, the stores and the pseudonym key, opened once from the settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from contracts.load import ContractError, Problem, load_contract, parse_contract
from contracts.model import Contract
from contracts.notes import lines
from contracts.reading.document import read_document
from contracts.versions.golds import gold_problems
from contracts.versions.succession import Registered, version_problems
from contracts.versions.unjudged import refusals
from rampart.delivery.open_store import open_store
from rampart.delivery.overlay_store import OverlayStore
from rampart.delivery.store import ObjectStore, S3Options
from rampart.ledger.contracts import (
    ContractRow,
    contract_versions,
    current_contract,
    register_contract,
)
from rampart.ledger.engine import open_ledger
from rampart.ledger.errors import ContractChangedError, UnknownContractError
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.stored_terms import stored_terms
from rampart.settings import Settings


@dataclass(frozen=True)
class Workspace:
    """Open handles of one run. `books` is the ledger, `store` ours, `drop` where a delivery lies.

    `vendors` is the drop of the settings, with each vendor's own folder; `drop` too, unless a run was told
    otherwise. `evaluation` holds the evaluation sets. `scratch` is a folder of the run's own, gone
    afterwards; `workers` are the processes it may use.
    """

    books: Engine
    store: ObjectStore
    drop: ObjectStore
    vendors: ObjectStore
    evaluation: ObjectStore | None
    pseudonym_key: bytes
    lease_s: float
    scratch: Path
    workers: int


@contextmanager
def workspace(drop: str | None = None, dry_run: bool = False) -> Iterator[Workspace]:
    """Open everything as the settings say, and close the books at the end.

    Args:
        drop: where deliveries lie, when not in the settings' drop.
        dry_run: let nothing be published: writes go to a scratch folder that is gone afterwards.
    """
    chosen = Settings()
    books = open_ledger(chosen.ledger_url)
    store = store_at(chosen.store_uri, chosen)
    with TemporaryDirectory(prefix="rampart-run-") as scratch:
        try:
            yield Workspace(
                books,
                OverlayStore(store_at(f"{scratch}/published", chosen), store) if dry_run else store,
                drop_at(drop or chosen.drop_uri, chosen),
                drop_at(chosen.drop_uri, chosen),
                store_there(chosen.evaluation_sets, chosen) if chosen.evaluation_sets else None,
                chosen.pseudonyms(),
                chosen.lease_s,
                Path(scratch),
                chosen.workers or len(os.sched_getaffinity(0)),
            )
        finally:
            books.dispose()


def store_at(uri: str, settings: Settings) -> ObjectStore:
    """The folder or bucket at `uri`, reached as the settings say; a missing local folder is made."""
    return _opened(uri, _s3_options(settings))


def store_there(uri: str, settings: Settings) -> ObjectStore:
    """`store_at` for reading alone: nothing is made, so a mistyped folder stays what it is, absent."""
    return open_store(uri, _s3_options(settings))


def drop_at(uri: str, settings: Settings) -> ObjectStore:
    """Like `store_at`, reached as the settings say for drops: perhaps elsewhere, as another account."""
    return _opened(uri, _drop_options(settings))


def drop_there(uri: str, settings: Settings) -> ObjectStore:
    """`drop_at` for a place that somebody else made: no folder is made for it."""
    return open_store(uri, _drop_options(settings))


def _drop_options(settings: Settings) -> S3Options:
    store = _s3_options(settings)
    path_style = settings.drop_s3_path_style
    return replace(
        store,
        endpoint_url=settings.drop_s3_endpoint_url or store.endpoint_url,
        region=settings.drop_s3_region or store.region,
        path_style=store.path_style if path_style is None else path_style,
        profile=settings.drop_s3_profile or store.profile,
    )


def _opened(uri: str, options: S3Options) -> ObjectStore:
    if "://" not in uri:
        Path(uri).mkdir(parents=True, exist_ok=True)
    return open_store(uri, options)


def _s3_options(settings: Settings) -> S3Options:
    return S3Options(
        endpoint_url=settings.s3_endpoint_url,
        region=settings.s3_region,
        path_style=settings.s3_path_style,
        profile=settings.s3_profile,
        checksums=settings.s3_checksums,
        encryption=settings.s3_encryption,
        kms_key_id=settings.s3_kms_key_id,
        lock_days=settings.s3_lock_days,
        lock_mode=settings.s3_lock_mode,
    )


def put_in_force(data: bytes, path: str, place: Workspace, as_of: datetime) -> Contract:
    """Check the contract in `data`, keep its bytes and put it on the books.

    Raises:
        ContractError: the file has problems, sets a clause that is not billed yet, or may not follow the
            versions on the books.
        ContractChangedError: its version is on the books with other bytes.
    """
    contract = parse_contract(data, path)
    known = contract_versions(place.books, contract.contract_id)
    if contract.version not in {row.version for row in known}:
        _must_follow(contract, data, path, _registered(known, place), as_of)
    key = contract_key(contract.digest)
    place.store.put_once(key, data)
    register_contract(place.books, contract, key, as_of, after=tuple(row.digest for row in known))
    return contract


def _must_follow(
    contract: Contract, data: bytes, path: str, known: tuple[Registered, ...], as_of: datetime
) -> None:
    line = lines(read_document(data, path))
    today = as_of.astimezone(ZoneInfo(contract.term.timezone)).date()
    problems = (
        *refusals(contract, line),
        *gold_problems(contract, line),
        *version_problems(known, contract, today, line),
    )
    if problems:
        raise ContractError(path, problems)


def _registered(rows: tuple[ContractRow, ...], place: Workspace) -> tuple[Registered, ...]:
    return tuple(Registered(terms_of(row.digest, place), row.effective) for row in rows)


def must_be_in_force(contract: Contract, week: int, place: Workspace) -> None:
    """`ContractChangedError` when another version of `contract` judges `week`."""
    row = versions_by_week(place.books, contract.contract_id).get(week)
    if row is not None and row.digest != contract.digest:
        raise ContractChangedError(
            f"contract {contract.contract_id} version {contract.version} is on the books, but version "
            f"{row.version} is in force when week {week} is due; give that file, or judge what was landed "
            f"under this one (`rampart backfill {contract.contract_id} --weeks {week} "
            f"--under {contract.version}`)"
        )


def terms_in_file(path: str, contract_id: str) -> Contract:
    """The contract at `path`, without putting it on the books; `ContractError` when it is another's."""
    contract = load_contract(Path(path))
    if contract.contract_id != contract_id:
        found = f"is {contract.contract_id!r}, expected {contract_id!r}"
        raise ContractError(path, (Problem("id", None, found, "give a version of that contract"),))
    return contract


def current_terms(contract_id: str, place: Workspace) -> Contract:
    """The contract's current version; `UnknownContractError` when it was never registered."""
    row = current_contract(place.books, contract_id)
    if row is None:
        raise UnknownContractError(
            f"no contract {contract_id!r} on the books; register it with `rampart run SPEC`"
        )
    return terms_of(row.digest, place)


def terms_in_force(contract_id: str, week: int, place: Workspace) -> Contract:
    """The version that judges `week`: the one in force when its delivery is due.

    Raises:
        UnknownContractError: the contract was never registered, or has no such week.
    """
    row = versions_by_week(place.books, contract_id).get(week)
    if row is None:
        weeks = current_terms(contract_id, place).term.weeks
        raise UnknownContractError(
            f"contract {contract_id} has no week {week}; its term has weeks 1 to {weeks}"
        )
    return terms_of(row.digest, place)


def terms_under(contract_id: str, version: str, place: Workspace, week: int | None = None) -> Contract:
    """The registered version `version`.

    Raises:
        UnknownContractError: there is no such version, or it has no `week`.
    """
    rows = contract_versions(place.books, contract_id)
    found = next((row for row in rows if row.version == version), None)
    if found is None:
        known = ", ".join(row.version for row in rows) or "none"
        raise UnknownContractError(
            f"no version {version!r} of contract {contract_id!r} is on the books; there are: {known}"
        )
    terms = terms_of(found.digest, place)
    if week is not None and week not in terms.ramp.weeks:
        weeks = terms.term.weeks
        raise UnknownContractError(
            f"version {version} of contract {contract_id} has no week {week}; its term has weeks 1 to {weeks}"
        )
    return terms


def terms_of(digest: str, place: Workspace) -> Contract:
    """The contract version with this digest, whose bytes were kept when it came into force."""
    return stored_terms(place.store.get(contract_key(digest)), contract_key(digest))


def contract_key(digest: str) -> str:
    """Where the bytes of a contract version are kept."""
    return f"contracts/{digest}.odcs.yaml"
