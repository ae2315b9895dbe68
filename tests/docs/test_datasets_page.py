"""The page on exports is held to the formats."""

import io
import re

import pyarrow.parquet as pq
import pytest

from rampart.retrain.exports.formats import FORMATS
from rampart.retrain.exports.huggingface import ABOUT
from rampart.retrain.exports.preferences import OTHER_SPLIT, REASONS
from tests.docs.pages import ROOT, blocks, code, table
from tests.retrain.exports.made import made
from tests.retrain.planted import batch, record

PAGE = ROOT / "docs" / "datasets.md"


def test_the_page_lists_every_reason_in_the_order_in_which_they_are_asked() -> None:
    own = [reason for form in FORMATS.values() for reason in form.refused]
    assert [code(reason) for reason, _ in table(PAGE, "reason", "pairs")] == [OTHER_SPLIT, *REASONS, *own]


def test_the_page_shows_each_format_s_command_as_its_card_does() -> None:
    shown = {block.headings[-1]: (block.language, block.text.rstrip("\n")) for block in blocks(PAGE)}
    assert {name: shown[name] for name in FORMATS} == {
        name: (form.language, form.command) for name, form in FORMATS.items()
    }


@pytest.mark.parametrize("to", FORMATS)
def test_the_page_names_the_columns_that_a_file_has(to: str) -> None:
    row = record("r", "Why?", ["a", "b"], [1, 2]) | {"strength": 1.0}
    export = made(to, batch([row]))
    (name,) = set(export.files) & {"train.parquet", "test.parquet"}
    there = pq.read_schema(io.BytesIO(export.files[name])).names
    (shown,) = [columns for one, columns, _ in table(PAGE, "format", "columns", "read by") if code(one) == to]
    named = re.findall(r"`(\w+)`", shown)
    assert there == [*named, *ABOUT] if to == "hf" else there == named


def test_the_page_names_every_column_that_says_where_a_pair_is_from() -> None:
    section = PAGE.read_text(encoding="utf-8").split("### hf")[1]
    assert tuple(re.findall(r"`(\w+)`", section.split("Besides TRL's columns:")[1].split(". ")[0])) == ABOUT
