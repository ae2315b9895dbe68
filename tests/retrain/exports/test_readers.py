"""Each format as its library's loader reads it.

The readings are ours, of the functions that each format's module names: of those libraries only TRL and
`datasets` are installed for the tests (`test_in_trl.py`).
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rampart.retrain.exports.export import NothingToExportError
from rampart.retrain.exports.formats import FORMATS
from tests.retrain.exports.made import Row, made, rows_of
from tests.retrain.exports.test_conversation import SHOWN, TURNS
from tests.retrain.planted import batch, record

Talk = list[dict[str, str]]
Read = tuple[Talk, Talk]  # the conversation with the better answer, and with the worse one


def trl(row: Row) -> Read:
    """`tokenize_fn`: prompt and answer are lists, put one behind the other."""
    return row["prompt"] + row["chosen"], row["prompt"] + row["rejected"]


def whole(row: Row) -> Read:
    """TRL without a prompt; OpenRLHF's `preprocess_data` without a prompt key; llama3_rm.py."""
    return row["chosen"], row["rejected"]


def open_instruct(row: Row) -> Read:
    """`preference_tokenize_v1` takes one prompt for both: all of `chosen` but its last message."""
    prompt = row["chosen"][:-1]
    return row["chosen"], prompt + row["rejected"][-1:]


def rlhflow(row: Row) -> Read:
    """`filter_example` of process_pair_data.py, which drops a row that breaks one of these."""
    chosen, rejected = row["chosen"], row["rejected"]
    assert len(chosen) == len(rejected)
    assert len(chosen) % 2 == 0
    for place, (one, other) in enumerate(zip(chosen, rejected, strict=True)):
        assert one["role"] == other["role"] == ["user", "assistant"][place % 2]
        assert one["content"]
        assert other["content"]
        assert place == len(chosen) - 1 or one["content"] == other["content"]
    return chosen, rejected


def axolotl(row: Row) -> Read:
    """`BTChatTemplateStrategy._tokenize_single_prompt`: a system message only where its text is not empty."""
    system: Talk = [{"role": "system", "content": row["system"]}] if row["system"] else []
    asked = [*system, {"role": "user", "content": row["input"]}]
    said = ([*asked, {"role": "assistant", "content": row[side]}] for side in ("chosen", "rejected"))
    return next(said), next(said)


READERS: dict[str, Callable[[Row], Read]] = {
    **{"trl": trl, "hf": trl, "trl-implicit": whole, "openrlhf": whole},
    **{"open-instruct": open_instruct, "rlhflow": rlhflow, "axolotl": axolotl},
}


def test_every_format_has_a_reading_but_the_unpaired_one() -> None:
    assert set(READERS) == set(FORMATS) - {"trl-unpaired"}


@pytest.mark.parametrize("to", READERS)
@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(TURNS, SHOWN, st.booleans()), min_size=1, max_size=6))
def test_a_loader_gets_the_conversations_that_were_judged_and_no_others(to: str, judged: list[Any]) -> None:
    rows = [
        record(str(i), turns, shown, [1, 2] if first else [2, 1])
        for i, (turns, shown, first) in enumerate(judged)
    ]
    came = []
    for row in rows:
        answers = [{"role": "assistant", "content": one["content"]} for one in row["responses"]]
        better, worse = answers if row["ranking"] == [1, 2] else answers[::-1]
        came.append(([*row["prompt"], better], [*row["prompt"], worse]))
    try:
        export = made(to, batch(rows))
    except NothingToExportError:
        assert to in {"rlhflow", "axolotl"}, "every other format can say every conversation"
        return
    read = [READERS[to](row) for row in rows_of(export)]
    assert len(read) == len(rows) - sum(export.manifest.left_out.values())
    assert all(one in came for one in read)
    assert to in {"rlhflow", "axolotl"} or len(read) == len(rows)
