"""Records whose text is, but for a few words, another record's: work under a new id, rationales passed on."""

import polars as pl

from contracts.model import Contract
from quality.gates.likeness.compared import (
    RATIONALE,
    SHORTEST_RATIONALE,
    WORK,
    rationale_items,
    work_items,
)
from quality.gates.likeness.copies import NO_TWINS, KeptBatch, Question, copies
from quality.gates.likeness.twins import Signed, signatures
from quality.gates.record.gate import Asked, RecordGate, Seen


def questions(contract: Contract) -> tuple[Question, ...]:
    """What the contract asks about copies."""
    terms, found = contract.gates, []
    near = terms.near_duplicate_similarity
    if terms.near_duplicates != "allow":
        found.append(Question("near_duplicate", WORK, work_items, near))
    if terms.copied_rationales != "allow":
        found.append(Question("copied_rationale", RATIONALE, _rationales, near, same_item=True))
    return tuple(found)


def twins(
    records: pl.DataFrame, keys: pl.DataFrame, contract: Contract, batches: tuple[KeptBatch, ...]
) -> pl.DataFrame:
    """Every record of a delivery that is a copy, and of which one (`TWINS`), as far as the contract asks."""
    found = [NO_TWINS]
    for question in questions(contract):
        items = question.items(records, keys)
        fresh = Signed(signatures(question.texts.of(records), items), lambda rows, _: records[list(rows)])
        found.append(copies(fresh, items, kept_for(question, batches), question))
    return pl.concat(found)


def kept_for(question: Question, batches: tuple[KeptBatch, ...]) -> list[tuple[KeptBatch, Signed]]:
    """The earlier batches that kept what `question` compares."""
    return [(batch, batch.kept[question.code]) for batch in batches if question.code in batch.kept]


def _rationales(records: pl.DataFrame, _: pl.DataFrame) -> pl.Series:
    return rationale_items(records["rationale"])


def _share(asked: Asked) -> str:
    return f"{asked.contract.gates.near_duplicate_similarity:.0%} of the words"


GATES = (
    RecordGate(
        "near_duplicate",
        lambda terms: terms.gates.near_duplicates,
        lambda _: pl.col("near_work"),
        lambda _, asked: Seen(
            f"prompt and responses of which {_share(asked)} or more are another item's", "other items"
        ),
        "delivery",
    ),
    RecordGate(
        "copied_rationale",
        lambda terms: terms.gates.copied_rationales,
        lambda _: pl.col("near_rationale"),
        lambda record, _: Seen(
            f"a rationale of at least {SHORTEST_RATIONALE} words that another record has too: "
            f"{record['rationale']}",
            "the annotator's own words",
        ),
        "delivery",
    ),
)
