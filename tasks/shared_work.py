"""The judgements of work that several vendors of a programme were given, found by what was judged.

An item is known by its prompt and responses (`rampart.records.identity`), whatever each vendor calls it, so
the overlap needs no list of its own. Records are read only where another contract kept the same work.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from contracts.terms.annotation import Scheme
from quality.gates.batch.gold import answered
from quality.gates.batch.said import BOTH_BAD, said_of
from quality.scorecard.figure import Lacking
from quality.scorecard.shared import ANSWERED, SAID, SharedWork, together
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import EVERYTHING, BatchRow, judged_batches_before
from rampart.ledger.deletion.said import still_held
from rampart.records.prompt_key import prompt_keys
from tasks.workspace import Workspace, terms_of

COLUMNS = (
    *("record_id", "source_file", "source_line", "item_id", "prompt", "annotator_id", "responses"),
    *("ranking", "strength", "both_bad", "ratings", "category", "gold", "raw_label"),
    *("submitted_at", "started_at", "duration_s"),
)
# A rating's order is compared: the same number on a scale is too much to ask of two people.
_COMPARED_AS = {"rating": "ranking", "binary": "sides", "arena": "sides", "likert": "sides"}
_SIDES = "binary"  # any scheme of two sides is read alike: who won
SPOKEN = {"demonstration", "critique", "spans"}  # schemes whose label two people do not say alike


@dataclass(frozen=True)
class Overlap:
    """Shared records with `contract_id`, `week`, `revision` and `item`, and what is compared of them."""

    rows: pl.DataFrame
    work: SharedWork


def shared_work(place: Workspace, program: str) -> Overlap:
    """What the standing judgements of a programme's contracts kept of the same work."""
    batches = still_held(place.books, judged_batches_before(place.books, program, EVERYTHING))
    kept = [(batch, _kept(place, batch)) for batch in batches if "fates" in batch.artefacts]
    keys = pl.concat([pl.DataFrame(schema=_KEPT), *(frame.select(*_KEPT) for _, frame in kept)])
    several = keys.group_by("item").agg(pl.col("contract_id").n_unique()).filter(pl.col("contract_id") > 1)
    shared = [
        (batch, _records(place, batch, frame.join(several.select("item"), on="item", how="semi")))
        for batch, frame in kept
    ]
    shared = [(batch, rows) for batch, rows in shared if rows.height]
    return Overlap(_told(rows for _, rows in shared), _work(place, shared))


_KEPT = {"contract_id": pl.String, "item": pl.String}
_TOLD = pl.Schema(
    {
        "contract_id": pl.String,
        "week": pl.Int64,
        "revision": pl.Int64,
        "record_id": pl.String,
        "source_file": pl.String,
        "source_line": pl.Int64,
        "item": pl.String,
        "gold": pl.Boolean,
    }
)
_PLACE = _TOLD.names()[:-1]


def _kept(place: Workspace, batch: BatchRow) -> pl.DataFrame:
    """`row` and `item` (`work_key`) of what a judgement keeps."""
    fates = stored_rows(place.store, batch.artefacts).fates(["work_key", "reason_mask"])
    frame = pl.DataFrame(pl.from_arrow(fates)).with_row_index("row").filter(pl.col("reason_mask") == 0)
    return frame.select("row", item="work_key", contract_id=pl.lit(batch.contract_id))


def _records(place: Workspace, batch: BatchRow, wanted: pl.DataFrame) -> pl.DataFrame:
    """The wanted records, with the prompt's key in place of its text, and people named by contract."""
    if wanted.is_empty():
        return wanted
    rows = stored_rows(place.store, batch.artefacts).at(wanted["row"].to_list(), COLUMNS)
    return rows.with_columns(
        item=wanted["item"],
        item_id=wanted["item"],
        # A label-only record has no prompt: its item stands for it.
        prompt=pl.when(pl.col("prompt").list.len() > 0)
        .then(prompt_keys(rows["prompt"]))
        .otherwise(wanted["item"]),
        annotator_id=pl.format("{}:{}", pl.lit(batch.contract_id), "annotator_id"),
        contract_id=pl.lit(batch.contract_id),
        week=pl.lit(batch.week),
        revision=pl.lit(batch.revision),
    )


def _told(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Where the shared records are, without what was judged, and without any answer."""
    told = (frame.select(*_PLACE, gold=pl.col("gold").is_not_null()) for frame in frames)
    return pl.concat(
        [_TOLD.to_frame(), *(frame.match_to_schema(_TOLD, integer_cast="upcast") for frame in told)]
    )


def _work(place: Workspace, shared: list[tuple[BatchRow, pl.DataFrame]]) -> SharedWork:
    schemes = [terms_of(batch.contract_digest, place).annotation.scheme for batch, _ in shared]
    known = [_answers(rows, scheme) for (_, rows), scheme in zip(shared, schemes, strict=True)]
    gold = together(known, ANSWERED)
    kinds = sorted({_COMPARED_AS.get(scheme.kind, scheme.kind) for scheme in schemes})
    if len(kinds) > 1:
        why = Lacking("one label scheme", f"The shared work was labelled by {' and by '.join(kinds)}.")
        return SharedWork(SAID.to_frame(), gold, why)
    if kinds and kinds[0] in SPOKEN:
        why = Lacking("a label to agree on", f"The scheme {kinds[0]} gives no label that two people share.")
        return SharedWork(SAID.to_frame(), gold, why)
    return SharedWork(_said([rows for _, rows in shared], kinds[0]) if kinds else SAID.to_frame(), gold)


def _answers(rows: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """The gold answers among `rows` (`ANSWERED`)."""
    if not rows["gold"].is_not_null().any():
        return ANSWERED.to_frame()
    prompts = rows.select("contract_id", unit="item_id", prompt="prompt").unique("unit")
    right = answered(rows.to_arrow(), scheme).select("right", unit="item_id")
    return right.join(prompts, on="unit").select(ANSWERED.names())


def _said(frames: list[pl.DataFrame], kind: str) -> pl.DataFrame:
    rows = pl.concat(frames)
    said = said_of(rows, _SIDES if kind == "sides" else kind)
    if kind == "sides":  # how much better it is, people say in different ways
        won = pl.col("value")
        said = said.with_columns(value=pl.when(won == BOTH_BAD).then(won).otherwise(won.sign()))
    about = rows.select("item_id", "prompt").unique("item_id")
    whose = rows.select("annotator_id", "contract_id").drop_nulls().unique("annotator_id")
    told = said.join(about, on="item_id").join(whose, on="annotator_id")
    return told.select("contract_id", "unit", "prompt", pl.col("annotator_id").alias("annotator"), "value")


def shared_rows(overlap: Overlap, figure: str, contract_id: str) -> pl.DataFrame:
    """The records behind a figure of a contract: of gold questions, or of all shared work."""
    mine = overlap.rows.filter(pl.col("contract_id") == contract_id)
    return mine.filter("gold") if figure == "gold_shared" else mine
