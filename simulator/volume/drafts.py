"""Clean judgements, a block at a time: numbers drawn by column, texts put together from the pools."""

from collections.abc import Iterator

import numpy as np

from rampart.delivery.pseudonyms import pseudonym
from simulator.volume.prose import Prose
from simulator.volume.terms import CHECKPOINTS, DOMAINS, GUIDELINE, START
from simulator.volume.vendors import Draft, Vendor

BLOCK = 10_000  # judgements made at a time: memory holds some 40 MB of them
ANNOTATORS = 400
_WEEK_MS = 7 * 86_400_000
_START_MS = int(START.timestamp() * 1000)


def drafts(
    vendor: Vendor, rows: int, seed: int, prose: Prose
) -> Iterator[tuple[np.random.Generator, list[Draft]]]:
    """`rows` clean judgements in blocks, and each block's own source of chance."""
    for number, first in enumerate(range(0, rows, BLOCK)):
        rng = np.random.default_rng([seed, ord(vendor.id[0]), number])
        yield rng, _block(vendor, rng, prose, first, min(BLOCK, rows - first))


def annotator(vendor: Vendor, number: int) -> str:
    """The vendor's id of its annotator `number`."""
    return f"{vendor.id}-{number:04d}"


def roster(vendor: Vendor, key: bytes) -> dict[str, float | None]:
    """The vendor's annotators under their pseudonyms, as gates are given them."""
    names = (annotator(vendor, number) for number in range(ANNOTATORS))
    return {pseudonym(key, vendor.id, name): None for name in names}


def _block(vendor: Vendor, rng: np.random.Generator, prose: Prose, first: int, count: int) -> list[Draft]:
    # A few annotators do much of the work, as everywhere.
    crowd = np.random.default_rng(ord(vendor.id[0])).pareto(1.3, ANNOTATORS) + 0.2
    who = rng.choice(ANNOTATORS, count, p=crowd / crowd.sum()).tolist()
    authors = rng.integers(0, ANNOTATORS, count).tolist()
    domains = rng.integers(0, len(DOMAINS), count).tolist()
    models = rng.integers(0, len(CHECKPOINTS), count).tolist()
    # Nothing that a clean judgement took, or the moment it ended, is near a limit.
    seconds = np.round(np.clip(rng.lognormal(np.log(110), 0.6, count), 8, 3000), 1)
    opened = (_START_MS + rng.random(count) * (_WEEK_MS - 3_600_000)).astype(np.int64).tolist()
    labels = vendor.labels(rng, count)
    turns = _turns(vendor, rng, prose, count)
    texts = iter(prose.responses(rng, count * vendor.responses, 2.6 if vendor.responses < 4 else 1.8))
    rationales = prose.rationales(rng, count)
    return [
        Draft(
            f"{vendor.id}-{first + place:09d}",
            DOMAINS[domains[place]],
            "en",
            turns[place],
            tuple(next(texts) for _ in range(vendor.responses)),
            (CHECKPOINTS[models[place]],) * vendor.responses,
            labels[place],
            annotator(vendor, who[place]),
            f"{vendor.id}-author-{authors[place]:04d}",
            opened[place],
            float(seconds[place]),
            rationales[place],
            len(turns[place]) // 2 + 1,
            GUIDELINE,
        )
        for place in range(count)
    ]


def _turns(vendor: Vendor, rng: np.random.Generator, prose: Prose, count: int) -> list[tuple[str, ...]]:
    asked = prose.prompts(rng, count)
    if vendor.flat:
        return [(text,) for text in asked]
    long = np.flatnonzero(rng.random(count) < 0.25).tolist()
    before, answers = prose.prompts(rng, len(long)), prose.responses(rng, len(long), 1.5)
    turns: list[tuple[str, ...]] = [(text,) for text in asked]
    for place, question, answer in zip(long, before, answers, strict=True):
        turns[place] = (question, answer, asked[place])
    return turns
