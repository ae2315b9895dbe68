import hashlib
import json

import pytest

from rampart.delivery import dispute_file
from rampart.delivery.dispute_file import DisputeError, read_dispute


def lines(*record_ids: str) -> bytes:
    return "".join(
        json.dumps({"record_id": one, "claim": "it is right"}) + "\n" for one in record_ids
    ).encode()


def test_the_contested_ids_are_read_in_their_order() -> None:
    data = b"\xef\xbb\xbf" + lines("r-2", "r-1").replace(b"\n", b"\r\n") + b"\n  \n"
    read = read_dispute(data, "d.jsonl")
    assert (read.record_ids, read.digest) == (("r-2", "r-1"), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "d.jsonl: the dispute contests no record."),
        (b"\n\n", "contests no record"),
        (b"{\n", "d.jsonl line 1: this line contests no record"),
        (lines("r-1") + b'{"record_id": "r-2"}\n', "line 2: this line contests no record (Object missing"),
        (b'{"record_id": "r", "claim": "c", "label": "a"}', "unknown field 'label'"),
        (b'{"record_id": "", "claim": "c"}', "line 1"),
        (b'{"record_id": "r", "claim": ""}', "line 1"),
        (b'{"record_id": 7, "claim": "c"}', "Expected 'str', got 'int'"),
        (b'{"record_id": "\xff", "claim": "c"}', "line 1"),
        (b"[" * 5_000, "line 1"),
        (lines("r-1", "r-2", "r-1"), "line 3: record 'r-1' is contested on line 1 already"),
    ],
)
def test_what_is_no_dispute_is_refused_with_its_line(data: bytes, said: str) -> None:
    with pytest.raises(DisputeError) as refused:
        read_dispute(data, "d.jsonl")
    assert said in str(refused.value)
    assert "Fix: " in str(refused.value)


def test_a_file_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = lines("r-1", "r-2")
    monkeypatch.setattr(dispute_file, "LONGEST_DISPUTE", len(data))
    assert len(read_dispute(data, "d.jsonl").record_ids) == 2
    with pytest.raises(DisputeError, match="split it"):
        read_dispute(data + b"\n", "d.jsonl")
