"""What a store says when a server or a disk will not have it, and what it does about lost answers."""

import errno
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from rampart.delivery.errors import DeliveryError
from rampart.delivery.leftovers import remove_leftovers
from rampart.delivery.local_store import LocalStore
from rampart.delivery.open_store import open_store
from rampart.delivery.s3_errors import explained
from rampart.delivery.store import UNFINISHED, Checksums, ObjectStore, S3Options
from tests.delivery.scripted_s3 import Fault, Scripted, scripted_s3

REFUSALS = [
    (Fault("PUT", code="AccessDenied", status=403), r"AccessDenied.*Fix: give this account the actions"),
    (Fault("PUT", code="ExpiredToken"), r"ExpiredToken.*Fix: renew the credentials"),
    (Fault("PUT", code="BadDigest"), r"BadDigest.*damaged on their way.*RAMPART_S3_CHECKSUMS=when_required"),
    (Fault("PUT", code="XAmzContentSHA256Mismatch"), r"Fix: run again: the bytes were damaged on their way"),
    (Fault("PUT", code="NotImplemented", status=501), r"Fix: the server is too old for conditional writes"),
    (
        Fault("PUT", code="NotImplemented", status=501, message="x-amz-checksum-sha256"),
        r"Fix: the server may be too old for SHA-256 checksums: set RAMPART_S3_CHECKSUMS=when_required",
    ),
    (
        Fault("PUT", code="InvalidRequest", message="Bucket is missing Object Lock Configuration"),
        r"Fix: create the bucket with object lock, or take RAMPART_S3_LOCK_DAYS away",
    ),
]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    # The SDK waits up to 20 s between tries. A wait of nothing asks for as many tries.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    with scripted_s3() as state:
        yield state


@pytest.fixture
def remote(server: Scripted) -> ObjectStore:
    return open_store("s3://store", server.options)


def _with_uploads(server: Scripted, *names: str) -> datetime:
    """Have the server list unfinished uploads; gives a moment after they began."""
    uploads = "".join(
        f"<Upload><Key>{name}</Key><UploadId>1</UploadId>"
        "<Initiated>2026-01-05T00:00:00.000Z</Initiated></Upload>"
        for name in names
    )
    said = f"<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>"
    server.objects["/store?uploads&prefix="] = said.encode()
    return datetime(2026, 1, 6, tzinfo=UTC)


def test_an_upload_that_ends_while_it_is_cleared_away_is_no_trouble(
    server: Scripted, remote: ObjectStore
) -> None:
    later = _with_uploads(server, "a", "b", "c")
    server.faults.append(Fault("DELETE", code="NoSuchUpload", status=404))
    assert remove_leftovers(remote, later) == 2
    assert len(server.asked("DELETE")) == 3


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_account_that_may_not_clear_away_clears_nothing_and_has_no_trouble(
    server: Scripted, remote: ObjectStore, method: str
) -> None:
    later = _with_uploads(server, "a", "b")
    server.faults.append(Fault(method, code="AccessDenied", status=403))
    assert remove_leftovers(remote, later) == 0


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_any_other_trouble_in_clearing_away_is_said(
    server: Scripted, remote: ObjectStore, method: str
) -> None:
    later = _with_uploads(server, "a")
    server.faults.append(Fault(method, code="ExpiredToken", status=400))
    with pytest.raises(DeliveryError, match="renew the credentials"):
        remove_leftovers(remote, later)


def test_a_file_that_goes_away_while_it_is_cleared_away_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / UNFINISHED
    left.mkdir()
    for name in ("finished", "cleared", "old"):
        (left / name).write_bytes(b"half a")
    gone: dict[str, Any] = {"finished": Path.stat, "cleared": Path.unlink}

    def racing(call: Any) -> Any:
        """`call`, with another process removing the file it is about just before."""

        def raced(path: Path, **given: Any) -> Any:
            if gone.get(path.name) is call:
                os.unlink(path)  # noqa: PTH108 (Path's own is what is raced)
            return call(path, **given)

        return raced

    monkeypatch.setattr(Path, "stat", racing(Path.stat))
    monkeypatch.setattr(Path, "unlink", racing(Path.unlink))
    later = datetime.now(UTC) + timedelta(hours=1)
    assert remove_leftovers(LocalStore(tmp_path), later) == 1
    assert list(left.iterdir()) == []


def test_a_system_without_a_sync_of_data_alone_or_advice_on_its_cache_keeps_all_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fdatasync", "posix_fadvise", "POSIX_FADV_DONTNEED"):  # macOS has none of them
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr("rampart.delivery.local_writing._SYNC_EVERY", 1_000)
    synced: list[int] = []
    fsync = os.fsync

    def counted(handle: int) -> None:
        synced.append(handle)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", counted)
    store = LocalStore(tmp_path)
    store.put_once("a/key", data := os.urandom(3 << 20))
    assert store.get("a/key") == data
    assert len(synced) > 3  # the file's parts, the whole of it, its folders


@pytest.mark.parametrize(("fault", "said"), REFUSALS, ids=lambda case: getattr(case, "code", ""))
def test_a_refusal_says_what_to_do(server: Scripted, remote: ObjectStore, fault: Fault, said: str) -> None:
    server.faults.append(fault)
    with pytest.raises(DeliveryError, match=said):
        remote.put_once("key", b"bytes")


def test_a_wrong_clock_is_named_with_its_skew(server: Scripted, remote: ObjectStore) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=20), usegmt=True)
    server.faults += [Fault("PUT", code="RequestTimeTooSkewed", status=403, headers={"Date": date})] * 6
    said = r"clock is 1,(19\d|20\d) s behind\)\. Fix: set this machine's clock"
    with pytest.raises(DeliveryError, match=said):
        remote.put_once("key", b"bytes")


def test_a_busy_server_is_asked_again_and_then_reported(server: Scripted, remote: ObjectStore) -> None:
    busy = Fault("PUT", code="SlowDown", status=503)
    server.faults += [busy, busy]
    remote.put_once("key", b"bytes")
    server.faults += [busy] * 20
    with pytest.raises(DeliveryError, match=r"SlowDown.*Fix: it is overloaded or restarting: run again"):
        remote.put_once("other", b"bytes")


def test_a_lost_answer_is_no_conflict(server: Scripted, remote: ObjectStore) -> None:
    """The SDK sends the bytes again, meets its own object and gets a 412."""
    server.faults.append(Fault("PUT", lost=True))
    remote.put_once("key", b"bytes")
    assert len(server.asked("PUT")) == 2
    assert server.objects["/store/key"] == b"bytes"


def test_a_conditional_conflict_is_tried_again_by_us(server: Scripted, remote: ObjectStore) -> None:
    server.faults += [Fault("PUT", code="ConditionalRequestConflict", status=409)] * 2
    remote.put_once("key", b"bytes")
    assert server.objects["/store/key"] == b"bytes"
    assert len(server.asked("PUT")) == 3


@pytest.mark.parametrize("checksums", ["when_supported", "when_required"])
def test_every_write_is_conditional_and_carries_a_digest(server: Scripted, checksums: Checksums) -> None:
    options = replace(server.options, checksums=checksums, encryption="aws:kms", kms_key_id="k1", lock_days=9)
    open_store("s3://store", options).put_once("landed/x", b"bytes")
    sent = server.asked("PUT")[0]
    assert sent["if-none-match"] == "*"
    assert ("x-amz-checksum-sha256" in sent, "content-md5" in sent) == (
        checksums == "when_supported",
        checksums == "when_required",
    )
    assert "x-amz-trailer" not in sent
    assert sent["authorization"].startswith("AWS4-HMAC-SHA256")
    assert sent["x-amz-server-side-encryption"] == "aws:kms"
    assert sent["x-amz-server-side-encryption-aws-kms-key-id"] == "k1"
    assert sent["x-amz-object-lock-mode"] == "GOVERNANCE"


def test_only_landed_bytes_are_locked(server: Scripted) -> None:
    open_store("s3://store", replace(server.options, lock_days=9)).put_once("packs/x", b"bytes")
    assert "x-amz-object-lock-mode" not in server.asked("PUT")[0]


def test_the_error_of_a_profile_that_is_not_there_names_it() -> None:
    with pytest.raises(DeliveryError, match=r"nobody: the AWS profile cannot be used.*RAMPART_S3_PROFILE"):
        open_store("s3://store", S3Options(profile="nobody"))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, r"the disk is full\. Fix: free some space"),
        (errno.EROFS, r"read-only\. Fix: mount it for writing"),
        (errno.EACCES, r"may not use it\. Fix: give it read and write access"),
    ],
)
def test_a_disk_that_refuses_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        with pytest.raises(DeliveryError, match=rf"{tmp_path}.*{said}"):
            LocalStore(tmp_path).put_once("key", b"bytes")
    assert list((tmp_path / UNFINISHED).iterdir()) == []
    LocalStore(tmp_path).put_once("key", b"bytes")


@pytest.mark.slow
def test_a_full_disk_is_reported_and_the_same_write_works_once_there_is_room(tmp_path: Path) -> None:
    if (
        os.getuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", tmp_path], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("a small file system can be mounted only by root")
    try:
        (tmp_path / "ballast").write_bytes(bytes(2 << 20))
        store = LocalStore(tmp_path / "store")
        with pytest.raises(DeliveryError, match=r"the disk is full\. Fix: free some space"):
            store.put_once("key", bytes(3 << 20))
        assert store.list("") == ()
        assert list((tmp_path / "store" / UNFINISHED).iterdir()) == []
        (tmp_path / "ballast").unlink()
        store.put_once("key", bytes(3 << 20))
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_an_error_that_nobody_can_mend_by_hand_passes_as_it_is() -> None:
    with pytest.raises(ValueError, match="ours"), explained("s3://b/k"):
        raise ValueError("ours")
