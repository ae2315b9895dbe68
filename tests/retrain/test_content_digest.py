import hashlib
import struct
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.retrain.content_digest import content_digest

SCHEMA = pa.schema(
    [("text", pa.large_string()), ("share", pa.float64()), ("count", pa.int32()), ("told", pa.bool_())]
)
ROW = st.tuples(
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.none() | st.floats(allow_nan=False),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.booleans(),
)


def table(rows: list[tuple]) -> pa.Table:  # type: ignore[type-arg]
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


def by_hand(rows: list[tuple]) -> str:  # type: ignore[type-arg]
    """The digest straight from its definition, a value at a time."""
    said = b""
    for place, (name, kind) in enumerate(zip(SCHEMA.names, ("text", "double", "int32", "bool"), strict=True)):
        values = [row[place] for row in rows]
        said += f"{name}\0{kind}\0".encode() + struct.pack("<q", len(rows))
        said += bytes(value is not None for value in values)
        if kind == "text":
            texts = [(value or "").encode() for value in values]
            said += b"".join(struct.pack("<q", len(text)) for text in texts) + b"".join(texts)
        else:
            form = {"double": "<d", "int32": "<i", "bool": "<B"}[kind]
            said += b"".join(struct.pack(form, (value or 0) + 0) for value in values)
    return hashlib.sha256(said).hexdigest()


@settings(max_examples=100, deadline=None)
@given(st.lists(ROW, max_size=12), st.integers(0, 12))
def test_the_digest_is_what_its_words_say_however_arrow_holds_the_table(rows: list, cut: int) -> None:  # type: ignore[type-arg]
    expected = by_hand(rows)
    assert content_digest(table(rows)) == expected
    assert content_digest(pa.concat_tables([table(rows[:cut]), table(rows[cut:])])) == expected
    assert content_digest(table([*rows, *rows]).slice(len(rows))) == expected


def test_a_known_table_has_its_known_digest_for_ever() -> None:
    rows = [("ä", 0.5, 1, True), (None, None, None, None), ("", -0.0, -1, False)]
    assert content_digest(table(rows)) == "1e77b3b0b5de5a5351b813eae7d02e85e341ff2a3d83c5d4fbc2efee8abfc335"


def test_a_missing_text_is_not_an_empty_one_and_texts_do_not_run_together() -> None:
    one, other = [("ab", 0.0, 0, False), ("c", 0.0, 0, False)], [("a", 0.0, 0, False), ("bc", 0.0, 0, False)]
    assert content_digest(table(one)) != content_digest(table(other))
    assert content_digest(table([("", 0.0, 0, False)])) != content_digest(table([(None, 0.0, 0, False)]))


def test_many_rows_are_read_piece_by_piece() -> None:
    rows = [(f"text {n}" if n % 7 else None, n / 3, n, None) for n in range(70_000)]
    assert content_digest(table(rows)) == by_hand(rows)


def test_a_column_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="column 'day' is date32"):
        content_digest(pa.table({"day": [date(2026, 1, 1)]}))
