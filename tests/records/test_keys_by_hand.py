"""Keys of many records at once are those that a slow reading of one record after the other gives.

Keys are for ever, and the quick way has shortcuts: for ASCII, known roles, as many responses everywhere.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.records.identity import record_keys
from rampart.records.prompt_key import conversation_texts, normalised, prompt_keys
from tests.records.judged import judged, table

SPACES = " \t\n\v\f\r\x85\xa0\u2003\u2028\u3000"
UNSEEN = "\xad\u200b\u200d\u2060\ufeff\ufe0f"
LETTERS = "aZ.é\u0130ßŁΣжЖ\u01c4ﬁ…Ａ①\u0301\ud55c\u1112\u1161日😀\x00\x1c\x1f"
TEXTS = st.text(st.sampled_from(SPACES + UNSEEN + LETTERS), max_size=12)
ROLES = st.none() | st.sampled_from(["user", "assistant", "User", " system", "ﬁ", ""])
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": st.none() | TEXTS}), max_size=3)
PROMPTS = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


def even(text: str | None) -> str:
    """One text in its normal form, by the standard library."""
    seen = re.sub(f"[{UNSEEN}]", "", text or "")
    return re.sub(f"[{SPACES}]+", " ", unicodedata.normalize("NFKC", seen).lower()).strip(" ")


def asked(messages: Sequence[dict[str, Any]] | None) -> str | None:
    if messages is None:
        return None
    return "\x1f".join(f"{even(one['role'])}\x1f{even(one['content'])}" for one in messages)


def digest(*parts: str) -> str:
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


@given(st.lists(TEXTS, max_size=6))
def test_texts_are_normalised_as_one_by_one(texts: list[str]) -> None:
    assert normalised(pl.Series(texts, dtype=pl.String)).to_list() == [even(text) for text in texts]


@given(st.lists(st.none() | MESSAGES, max_size=5))
def test_prompts_are_told_apart_as_one_by_one(prompts: list[list[dict[str, Any]] | None]) -> None:
    listed = pl.Series(prompts, dtype=PROMPTS)
    expected = [asked(prompt) for prompt in prompts]
    assert conversation_texts(listed).to_list() == expected
    assert prompt_keys(listed).to_list() == [digest(text or "") for text in expected]


def _record(random: Random, responses: int) -> dict[str, Any]:
    texts = [random.choice([None, "", "x", "y", "a longer one", "é"]) for _ in range(responses)]
    label: dict[str, Any] = random.choice(
        [
            {"ranking": random.choice([[1, 2], [2, 1], [1, 1]]), "strength": random.choice([None, 0.5])},
            {"ranking": None, "ratings": random.choice([[0.0, -0.0], [4.0, 2.5]]), "both_bad": True},
            {"ranking": None, "category": "spam", "scheme": "category"},
            {"ranking": None, "raw_label": random.choice(['" A"', '"a"', None, '"É\u2003"'])},
            {"ranking": [1, 2], "scheme": "demonstration"},
        ]
    )
    prompt = [{"role": random.choice(["user", "User"]), "content": random.choice(["q", "Q ", "ŁĄ…"])}]
    return judged(
        texts,
        label.pop("ranking"),
        prompt=random.choice([prompt, prompt * 2, []]),
        annotator_id=random.choice([None, "w"]),
        source_item=random.randrange(3),
        item_id=random.choice(["i", "j"]),
        **label,
    )


def _expected(record: dict[str, Any]) -> tuple[str, str]:
    shown = [one["sha256"] for one in record["responses"] if one["sha256"] is not None]
    about = digest(asked(record["prompt"]) or "")
    if not record["prompt"] and not record["responses"]:
        about = record["item_id"]
    who = record["annotator_id"] or f"#{record['source_item']}"
    exact = digest(about, "\x1f".join(shown), _meaning(record), who)
    return exact[:32], digest(about, "\x1f".join(sorted(shown)))[:32]


def _meaning(record: dict[str, Any]) -> str:
    if record["scheme"] == "demonstration":
        return ""
    if all(record[name] is None for name in ("ranking", "ratings", "category")):
        return even(record["raw_label"]).strip('" ')
    ranking, ratings = (
        record[name] and ",".join(str(one + 0) for one in record[name]) for name in ("ranking", "ratings")
    )
    both_bad = None if record["both_bad"] is None else str(record["both_bad"]).lower()
    strength = None if record["strength"] is None else str(record["strength"])
    said = [ranking, strength, both_bad, ratings, '{"spans":null}', record["category"]]
    return "\x1e".join("~" if one is None else one for one in said)


@pytest.mark.parametrize("responses", [[2], [1], [4], [0], [0, 1, 2], [2, 3, 5], [1, 2]])
@pytest.mark.parametrize("seed", range(5))
def test_keys_of_records_are_those_of_each_by_itself(responses: list[int], seed: int) -> None:
    random = Random(f"{seed} {responses}")  # noqa: S311 (repeatable, no secret)
    records = [_record(random, random.choice(responses)) for _ in range(60)]
    frame = pl.DataFrame(pl.from_arrow(table(*records)))
    for part in (frame, frame[7:31]):
        found = record_keys(part)
        rows = part.to_dicts()
        assert list(zip(found["exact_key"], found["work_key"], strict=True)) == [
            _expected(row) for row in rows
        ]


def test_no_records_have_no_keys() -> None:
    assert record_keys(pl.DataFrame(pl.from_arrow(table()))).height == 0
