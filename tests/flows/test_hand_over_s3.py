"""A pack on a real S3 server: whole, once, and written again after the server was away."""

import hashlib
import json
from pathlib import Path

import pytest

from flows.reconcile import reconcile
from flows.weekly import weekly
from rampart.delivery.open_store import open_store
from rampart.delivery.store import S3Options
from rampart.ledger.outbox import pending
from simulator.season import Season, due
from simulator.servers.seaweedfs import CREDENTIALS, seaweedfs
from tasks.workspace import workspace
from tests.flows.test_hand_over import FILES, agree
from tests.ledger.books import rested

pytestmark = pytest.mark.slow


def test_a_pack_is_written_under_the_prefix_once_the_server_answers(
    plain: Season, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = tmp_path_factory.mktemp("seaweedfs")
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with seaweedfs(folder) as server:
        bucket = server.new_bucket()
        monkeypatch.setenv("RAMPART_DROP_S3_ENDPOINT_URL", "http://127.0.0.1:9")  # nobody listens there
        monkeypatch.setenv("RAMPART_DROP_S3_REGION", "us-east-1")
        monkeypatch.setenv("RAMPART_DROP_S3_PATH_STYLE", "true")
        agree(f"s3://{bucket}/packs")
        plain.deliver(1)
        assert [outcome.state for outcome in weekly(due(1))] == ["accepted"]
        with workspace() as place:
            (waiting,) = pending(place.books, "feedback.ready")
            assert waiting.attempts == 1
            rested(place.books)
        monkeypatch.setenv("RAMPART_DROP_S3_ENDPOINT_URL", server.endpoint_url)
        assert reconcile(due(1)).handed_over == ("dc-north week 1, revision 1",)
        there = open_store(
            f"s3://{bucket}/packs", S3Options(server.endpoint_url, "us-east-1", path_style=True)
        )
        under = "dc-north/week-01/revision-1"
        assert {info.key.removeprefix(f"{under}/") for info in there.list("")} == FILES
        listed = json.loads(there.get(f"{under}/pack.json"))["files"]
        assert {file["name"] for file in listed} == FILES - {"pack.json"}
        for file in listed:
            assert hashlib.sha256(there.get(f"{under}/{file['name']}")).hexdigest() == file["sha256"]
        assert reconcile(due(1)).handed_over == ()
