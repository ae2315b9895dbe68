r"""Does a way to begin win: "Sure, here", "I'm sorry", "Great question"?

**Model.** An opening is the first one, two or three words of a response, in lower case and of at
most sixty characters. Which of the
thousands to ask about is chosen on one half of the batch and asked on the other, so that choosing costs the
test nothing (Cox 1975, "A note on data-splitting for the evaluation of significance levels",
doi:10.1093/biomet/62.2.441). The halves share neither prompts nor annotators: either would carry the luck
of the choice over. Chosen are the five openings with the largest $|w - n/2| / \sqrt{n/4}$, for $w$ wins of
$n \ge 30$ discordant pairs in the choosing part, none the beginning of another; each is then judged by
`quality.audits.sides` on presence.

**Fields needed.** `responses`, `ranking`; `annotator_id` so that the halves share nobody.

**Why these defaults.** `max_lean` 0.10, as for length. Thirty pairs tell 3/4 from 1/2. Where annotators are
known each part holds about a quarter of the comparisons.

**What it does not say.** That the words are why: who begins with "I'm sorry" goes on to refuse.
"""

import zlib

import polars as pl

from contracts.model import AuditLimit
from quality.audits.features.feature import TEXT, WORD, Feature
from quality.audits.features.measuring import measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding, untested
from quality.audits.lean import lean_spec, strict
from quality.audits.sides import leans
from quality.verdict import Verdict

CLAUSE = "audits.opening"
LONGEST_WORDS = 3
MOST_CHARACTERS = 60  # three words of twenty letters; what is longer is no way to begin, but text
MOST_OPENINGS = 5
MIN_PAIRS = 30


def audit(frame: pl.DataFrame, limit: AuditLimit, evidence: str | None = None) -> tuple[Finding, ...]:
    """How often responses with the most telling openings won over responses without.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        limit: the contract's `audits.opening`.
        evidence: address of the rows.

    Returns:
        Two findings an opening, `feature` being the opening; one that is `not_testable` where none is common.
    """
    spec = lean_spec(CLAUSE, "opening_wins", limit)
    if missing := lacking(frame, *COMPARED):
        return (untested(Verdict(spec, "not_testable", None, None, None, 0, missing, evidence)),)
    choosing, testing = halves(frame)
    openings = chosen(strict(frame.filter(choosing)))
    if not openings:
        reason = (
            f"No opening of {LONGEST_WORDS} words at most sets {MIN_PAIRS} pairs apart in the choosing half."
        )
        return (untested(Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)),)
    tested = frame.filter(testing)
    features = tuple(_feature(opening) for opening in openings)
    return leans(
        tested, measured(tested, features), features, limit, clause=CLAUSE, evidence=evidence, by="presence"
    )


def halves(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Which rows choose and which are tested on: apart in prompts and, where known, in annotators."""
    prompt = _tossed(frame["prompt_key"].fill_null(""))
    people = frame["annotator_id"]
    if people.null_count() == frame.height:
        return ~prompt, prompt
    # Work without an id is by somebody else each time, as in `dependence`.
    annotator = _tossed(people.fill_null(frame["record_id"]))
    return ~prompt & ~annotator, prompt & annotator


def _tossed(names: pl.Series) -> pl.Series:
    """A coin for each name that comes down the same way in every batch."""
    distinct = names.unique()
    side = pl.Series([bool(zlib.crc32(name.encode()) & 1) for name in distinct], dtype=pl.Boolean)
    return names.replace_strict(distinct, side, return_dtype=pl.Boolean)


def chosen(rows: pl.DataFrame) -> tuple[str, ...]:
    """The openings of the strict comparisons `rows` that set the winners apart most, strongest first."""
    ranked = pl.concat([_counted(rows, words) for words in range(1, LONGEST_WORDS + 1)]).sort(
        pl.col("z").abs(), "opening", descending=[True, False]
    )
    openings: list[str] = []
    for opening in ranked["opening"]:
        if len(openings) < MOST_OPENINGS and not any(_nested(opening, other) for other in openings):
            openings.append(opening)
    return tuple(openings)


def _nested(one: str, other: str) -> bool:
    return f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")


def _counted(rows: pl.DataFrame, words: int) -> pl.DataFrame:
    """Each opening of so many words that enough pairs have on one side only, with its z."""
    sides = rows.select(
        first=begins(pl.col("first"), words), second=begins(pl.col("second"), words), won="outcome"
    ).filter(pl.col("first").ne_missing(pl.col("second")))
    each = pl.concat(
        [sides.select(opening="first", won="won"), sides.select(opening="second", won=1.0 - pl.col("won"))]
    )
    counted = each.drop_nulls("opening").group_by("opening").agg(n=pl.len(), wins=pl.col("won").sum())
    z = (pl.col("wins") - pl.col("n") / 2) / (pl.col("n") / 4).sqrt()
    return counted.filter(pl.col("n") >= MIN_PAIRS).select("opening", z=z)


def begins(text: pl.Expr, words: int) -> pl.Expr:
    """The first `words` words of `text`, in lower case with one blank between.

    Null where it has fewer, or where they are longer than `MOST_CHARACTERS`: a report shows openings.
    """
    pattern = rf"^[^\pL\pN]*({WORD}(?:[^\pL\pN]+{WORD}){{{words - 1}}})"
    begun = text.str.extract(pattern).str.to_lowercase().str.replace_all(r"[^\pL\pN'\x{2019}\-]+", " ")
    return pl.when(begun.str.len_chars() <= MOST_CHARACTERS).then(begun)


def _feature(opening: str) -> Feature:
    words = len(opening.split(" "))
    begun = begins(TEXT, words).eq_missing(opening).cast(pl.Float64)
    return Feature(opening, "opening", "text", begun, f'that begins "{opening}"')
