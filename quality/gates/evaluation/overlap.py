"""Where records hold text of evaluation sets.

**Method.** Texts are compared as words, across case, punctuation and white space. A record overlaps with an
item of which some prompt message or response has

- a run of 13 of its words, or of 8 where the item has fewer than 13 (T. Brown et al., *Language models are
  few-shot learners*, 2020, arXiv:2005.14165, appendix C);
- all of it and nothing else, where it has 4 to 7 words, too few for a run to mean anything; shorter items
  are not looked for;
- nearly all of it and nothing else: at least .8 of the words by `likeness`, found by MinHash.

A run that more than ten items of a set share is an instruction of the set and no item of it, and is not
looked for (as there, where runs that came more than ten times were no evidence).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import cast

import numpy as np
import polars as pl

from quality.gates.evaluation.sets import ReadSet
from quality.gates.likeness.alike import likeness, text_of, words
from quality.gates.likeness.candidates import candidates
from quality.gates.likeness.shingles import word_runs
from quality.gates.likeness.sketch import SKETCH, sketches

RUN, SHORT_RUN, SHORTEST = 13, 8, 4  # words
COMMON = 10  # items of a set that may share a run
NEAR = 0.8
HITS = {"row": pl.UInt32, "name": pl.String, "line": pl.Int64, "text": pl.String}
_AT_ONCE = 10_000  # records; of each word of theirs a number or two is in memory
_TEXTS = {"name": pl.String, "line": pl.Int64, "text": pl.String}
_RUNS = {"hash": pl.UInt64, "item": pl.UInt32}
_FOUND = {"part": pl.UInt32, "item": pl.UInt32}


@dataclass(frozen=True, eq=False)
class EvaluationIndex:
    """Sets made ready to be looked for: their texts, runs by their length, whole short texts, sketches."""

    items: pl.DataFrame
    runs: dict[int, pl.DataFrame]
    wholes: pl.DataFrame
    sketched: pl.DataFrame


def index_of(sets: Iterable[ReadSet]) -> EvaluationIndex:
    """What `overlaps` needs of `sets`; made once for a delivery."""
    rows = [(one.name, item.line, item.text) for one in sets for item in one.items]
    items = pl.DataFrame(rows, schema=_TEXTS, orient="row").with_row_index("item")
    size = pl.Series([len(words(text)) for text in items["text"]], dtype=pl.UInt32)
    runs = {
        RUN: _runs(items.filter(size >= RUN), RUN),
        SHORT_RUN: _runs(items.filter((size >= SHORT_RUN) & (size < RUN)), SHORT_RUN),
    }
    short = items.filter((size >= SHORTEST) & (size < SHORT_RUN))
    wholes = short.select("item", whole=pl.Series(map(_whole, short["text"]), dtype=pl.String))
    long = items.filter(size >= SHORT_RUN)
    return EvaluationIndex(items, runs, wholes.unique("whole", keep="first"), _sketched(long))


def overlaps(records: pl.DataFrame, index: EvaluationIndex) -> pl.DataFrame:
    """Every record that holds text of an item, with the first item it holds and what both say (`HITS`).

    `row` is the record's place in `records`, which need no column besides `prompt` and `responses`.
    """
    found = [
        _overlaps(some, index).with_columns(pl.col("row") + pl.lit(first, pl.UInt32))
        for first, some in ((at, records[at : at + _AT_ONCE]) for at in range(0, records.height, _AT_ONCE))
    ]
    return pl.concat([pl.DataFrame(schema=HITS), *found])


def _overlaps(records: pl.DataFrame, index: EvaluationIndex) -> pl.DataFrame:
    parts = _parts(records)
    found = pl.concat(
        [
            *(_with_runs(parts, length, runs) for length, runs in index.runs.items() if runs.height),
            _as_wholes(parts, index.wholes),
            _nearly(parts, index),
        ]
    )
    first = found.unique("part", keep="first", maintain_order=True).sort("part")
    told = first.join(parts, on="part").join(index.items, on="item", suffix="_item")
    shared = [_shared(*both) for both in told.select("text", "text_item").iter_rows()]
    named = told.select("row", "name", "line").with_columns(text=pl.Series(shared, dtype=pl.String))
    return named.cast(pl.Schema(HITS)).unique("row", keep="first", maintain_order=True).sort("row")


def _parts(records: pl.DataFrame) -> pl.DataFrame:
    """Each message and response: `part` (its number), `row` and `text`."""
    content = pl.element().struct.field("content")
    said = pl.concat_list(*(pl.col(name).list.eval(content) for name in ("prompt", "responses")))
    each = records.select(text=said).with_row_index("row").explode("text").drop_nulls("text")
    return each.with_row_index("part")


def _runs(items: pl.DataFrame, length: int) -> pl.DataFrame:
    """Every run of the texts of `items` that is not an instruction, with the first item it stands in."""
    place, size = pl.int_range(pl.len()).over("item"), pl.len().over("item")
    within = (place > 0) & (place <= size - length)  # neither the edge before the text nor what lies beyond
    hashed = _hashed(items["text"], items["item"], length).filter(within)
    each = hashed.join(items.select("item", "name", "line"), on="item", maintain_order="left")
    sharing = pl.struct("name", "line").n_unique().over("hash", "name")
    own = each.filter(sharing <= COMMON)
    return own.unique("hash", keep="first", maintain_order=True).select(*_RUNS)


def _hashed(texts: pl.Series, numbers: pl.Series, length: int) -> pl.DataFrame:
    """The runs of each text, beside its number."""
    if texts.is_empty():
        return pl.DataFrame(schema=_RUNS)
    shingles = word_runs(_single(texts), length)
    items = np.repeat(numbers.to_numpy(), np.diff(shingles.starts))
    return pl.DataFrame({"hash": shingles.hashes, "item": items}, schema=_RUNS)


def _with_runs(parts: pl.DataFrame, length: int, runs: pl.DataFrame) -> pl.DataFrame:
    here = _hashed(parts["text"], parts["part"], length).rename({"item": "part"})
    known = here.filter(pl.col("hash").is_in(runs["hash"].implode()))
    return known.join(runs, on="hash", maintain_order="left").select(*_FOUND)


def _as_wholes(parts: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    longest = wholes["whole"].str.len_chars().max() or 0
    brief = parts.filter(pl.col("text").str.len_chars() <= 2 * cast(int, longest))  # with its punctuation
    spelt = brief.select("part", whole=pl.Series(map(_whole, brief["text"]), dtype=pl.String))
    return spelt.join(wholes, on="whole", maintain_order="left").select(*_FOUND)


def _nearly(parts: pl.DataFrame, index: EvaluationIndex) -> pl.DataFrame:
    known = index.sketched
    both = pl.concat([known.select(*SKETCH), sketches(_single(parts["text"]))])
    pairs = candidates(both, known.height, NEAR, known.height)
    near = [
        (parts["part"][later - known.height], known["item"][earlier])
        for later, earlier in pairs.select("later", "earlier").iter_rows()
    ]
    texts, items = parts["text"], index.items["text"]
    alike = [both for both in near if likeness(text_of([items[both[1]]]), text_of([texts[both[0]]]), NEAR)]
    return pl.DataFrame(alike, schema=_FOUND, orient="row")


def _sketched(items: pl.DataFrame) -> pl.DataFrame:
    return items.select("item").hstack(sketches(_single(items["text"])))


def _single(texts: pl.Series) -> pl.Series:
    """Each text as the only part of itself."""
    return texts.to_frame("text").select(pl.concat_list("text")).to_series()


def _whole(text: str) -> str:
    return " ".join(words(text))


def _shared(text: str, item: str) -> str:
    """The longest run of words that both have."""
    ours, theirs = words(text), words(item)
    longest = SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match()
    return " ".join(ours[longest.a : longest.a + longest.size])
