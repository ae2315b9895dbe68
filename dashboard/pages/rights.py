"""What may be done with delivered data and reward models, until when, and which clause forbids it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Engine

from contracts.load import ContractError, parse_contract
from contracts.model import Contract
from dashboard.pages.missing import ReadArtefact
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.contracts import contract_versions
from rampart.ledger.rights.judgement import Answer
from rampart.ledger.rights.lineage import Lineage, held_batches, models_named


@dataclass(frozen=True)
class RightsPage:
    """`/rights`: what may be done with every batch's data and every reward model."""

    as_of: datetime = field(metadata={"help": "The moment the answers are given for."})
    models: tuple[Answer, ...] = field(metadata={"help": "The reward models, by programme and version."})
    batches: tuple[Answer, ...] = field(metadata={"help": "The judged weeks, by contract and week."})


def rights_page(engine: Engine, read: ReadArtefact, as_of: datetime | None = None) -> RightsPage:
    """Read the page; what cannot be read is said in its line, and nothing is allowed there."""
    at = as_of or datetime.now(UTC)
    lineage = Lineage(engine, _terms(engine, read), at)
    models = tuple(lineage.model(model, read) for model in models_named(engine))
    return RightsPage(at, models, lineage.batches(held_batches(engine)))


def _terms(engine: Engine, read: ReadArtefact) -> Callable[[str], Contract]:
    """Terms by digest, from the bytes that were kept when the version came into force."""
    keys = {row.digest: row.key for row in contract_versions(engine)}

    def terms(digest: str) -> Contract:
        try:
            return _parsed(read(keys[digest]), keys[digest])
        except ContractError as error:
            raise MissingObjectError("no contract can be read from this object", keys[digest]) from error

    return terms


@lru_cache(maxsize=256)
def _parsed(data: bytes, path: str) -> Contract:
    # Checking a file against the standard takes 0.3 s, and every visit reads the same few contracts.
    return parse_contract(data, path)
