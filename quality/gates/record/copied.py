"""Records whose text is, but for a few words, another record's: work under a new id, rationales passed on."""

import polars as pl

from contracts.model import Contract
from quality.gates.likeness.compared import (
    SHORTEST_RATIONALE,
    rationale_items,
    rationale_of,
    work_items,
    work_of,
)
from quality.gates.likeness.copies import NO_TWINS, KeptBatch, Question, copies
from quality.gates.likeness.twins import Signed, signatures
from quality.gates.record.gate import Asked, RecordGate, Seen


def twins(
    records: pl.DataFrame, keys: pl.DataFrame, contract: Contract, batches: tuple[KeptBatch, ...]
) -> pl.DataFrame:
    """Every record of a delivery that is a copy, and of which one (`TWINS`), as far as the contract asks."""
    found = [NO_TWINS]
    terms = contract.gates
    if terms.near_duplicates != "allow":
        items = work_items(records, keys)
        question = Question("near_duplicate", work_of, terms.near_duplicate_similarity)
        before = [(batch, batch.work) for batch in batches if batch.work]
        found.append(copies(_signed(records, items, question), items, before, question))
    if terms.copied_rationales != "allow":
        items = rationale_items(records["rationale"])
        question = Question("copied_rationale", rationale_of, terms.near_duplicate_similarity, same_item=True)
        before = [(batch, batch.rationales) for batch in batches if batch.rationales]
        found.append(copies(_signed(records, items, question), items, before, question))
    return pl.concat(found)


def _signed(records: pl.DataFrame, items: pl.Series, question: Question) -> Signed:
    signed = signatures(question.texts(records), items)
    return Signed(signed, lambda rows: records[list(rows)])


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
