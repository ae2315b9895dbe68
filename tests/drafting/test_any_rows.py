"""Whatever a file holds, a draft is written that passes the check."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.load import parse_contract
from rampart.drafting.propose import propose
from rampart.drafting.sample import look_at
from rampart.drafting.write import contract_text
from tests.delivery.reading import jsonl
from tests.drafting.drafts import ANSWERS

# Keys that switch the readings on, with values that need not suit them.
KEYS = st.sampled_from(
    [
        *("prompt", "messages", "system", "instruction", "input", "turn", "id", "0", ""),
        *(
            "chosen",
            "rejected",
            "response_a",
            "response_b",
            "responses",
            "answers",
            "replies",
            "role",
            "content",
        ),
        *("text", "label", "winner", "rank", "score", "score_a", "score_b", "gold", "passed"),
        *("worker", "annotator1", "annotator2", "timestamp", "duration_ms"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["a", "b", "tie", "user", "assistant", "2026-01-05", "\n\nHuman: a\n\nAssistant: b", "", "🙂"]
    )
    | st.integers(min_value=10**20, max_value=10**40)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def written(rows: list[dict[str, Any]]) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_bytes(jsonl(*rows))
        found = propose([look_at(path)], ANSWERS.start)
    return contract_text(ANSWERS, found.terms(), found.draft.notes, found.remarks())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(KEYS, VALUES, min_size=1, max_size=7), min_size=1, max_size=4))
def test_rows_of_any_shape_give_a_contract_that_passes_the_check(rows: list[dict[str, Any]]) -> None:
    contract = parse_contract(written(rows).encode(), "draft.odcs.yaml")
    assert contract.delivery.rows.path == "rows.jsonl"


def test_a_wide_and_deep_row_is_looked_at_within_bounds() -> None:
    deep: dict[str, Any] = {"text": "leaf"}
    for _ in range(150):
        deep = {"inner": deep, "replies": [{"text": "x"}]}
    wide = {f"column_{number}": number for number in range(3_000)}
    text = written([{**wide, "deep": deep, "x" * 5_000: 1, "prompt": "What is it, in a few words?"}])
    assert parse_contract(text.encode(), "draft.odcs.yaml").status == "draft"
    assert len(text) < 20_000
