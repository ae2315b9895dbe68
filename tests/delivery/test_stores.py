"""The contract of every store, on a local folder always and on a real S3 server with `-m slow`."""

import hashlib
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rampart.delivery.errors import (
    DamagedReadError,
    DeliveryError,
    MissingObjectError,
    StoreConflictError,
)
from rampart.delivery.leftovers import remove_leftovers
from rampart.delivery.local_store import LocalStore
from rampart.delivery.open_store import open_store
from rampart.delivery.store import UNFINISHED, ObjectInfo, ObjectStore, S3Options

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HOSTILE = [
    "../up",
    "a/../../up",
    "/etc/passwd",
    "",
    "a//b",
    "./a",
    "a/.",
    "a\\b",
    "a\nb",
    "a\x00b",
    "x" * 256,
]


def test_what_was_put_can_be_read_whole_and_as_a_stream(store: ObjectStore) -> None:
    store.put_once("a/b.txt", b"some bytes")
    with store.open("a/b.txt") as stream:
        assert stream.read(4) == b"some"
        assert stream.read() == b" bytes"
    assert store.get("a/b.txt") == b"some bytes"
    assert store.exists("a/b.txt")


def test_the_same_bytes_again_change_nothing(store: ObjectStore) -> None:
    store.put_once("key", b"same")
    store.put_once("key", b"same")
    assert store.list("") == (ObjectInfo("key", 4),)


@pytest.mark.parametrize("other", [b"other", b"", b"first and more"])
def test_other_bytes_under_a_key_are_refused_and_the_first_stay(store: ObjectStore, other: bytes) -> None:
    store.put_once("key", b"first")
    with pytest.raises(StoreConflictError, match="other bytes are already published under this key"):
        store.put_once("key", other)
    assert store.get("key") == b"first"


def test_a_file_is_put_once_like_bytes(store: ObjectStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"content")
    store.put_file_once("key", source)
    store.put_file_once("key", source)
    store.put_once("key", b"content")
    source.write_bytes(b"changed")
    with pytest.raises(StoreConflictError):
        store.put_file_once("key", source)
    assert store.get("key") == b"content"


def test_an_empty_object_is_an_object(store: ObjectStore) -> None:
    store.put_once("empty", b"")
    assert store.exists("empty")
    assert store.get("empty") == b""
    assert store.list("empty") == (ObjectInfo("empty", 0),)


def test_what_is_not_there_is_said_to_be_missing(store: ObjectStore) -> None:
    assert not store.exists("nothing/here")
    assert store.list("nothing/") == ()
    for read in (store.get, store.open):
        with pytest.raises(MissingObjectError, match="nothing/here"):
            read("nothing/here")


def test_a_list_is_sorted_and_its_prefix_is_text_not_a_folder(store: ObjectStore) -> None:
    for key in ("w/week-2/b", "w/week-2/a", "w/week-10/a", "w/week-2.txt", "other"):
        store.put_once(key, key.encode())
    assert [o.key for o in store.list("w/week-2")] == ["w/week-2.txt", "w/week-2/a", "w/week-2/b"]
    assert [o.key for o in store.list("w/week-2/")] == ["w/week-2/a", "w/week-2/b"]
    assert len(store.list("")) == 5
    assert store.list("other") == (ObjectInfo("other", 5),)


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_is_refused_with_its_fix(store: ObjectStore, key: str) -> None:
    for use in (store.get, store.exists, store.uri, lambda k: store.put_once(k, b"")):
        with pytest.raises(DeliveryError, match="Fix: use names separated by single slashes"):
            use(key)


def test_keys_may_hold_spaces_and_any_language(store: ObjectStore) -> None:
    key = "Ordner mit Leerzeichen/données+#%20?.jsonl"
    store.put_once(key, b"x")
    assert store.list("Ordner ") == (ObjectInfo(key, 1),)
    assert store.get(key) == b"x"


def _race(write: Callable[[int], None], threads: int = 16) -> list[BaseException]:
    errors: list[BaseException] = []
    start = threading.Barrier(threads)

    def run(number: int) -> None:
        start.wait()
        try:
            write(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return errors


def test_of_sixteen_racing_bodies_exactly_one_survives(store: ObjectStore) -> None:
    bodies = [bytes([number]) * 5_000 for number in range(16)]
    errors = _race(lambda number: store.put_once("race/key", bodies[number]))
    assert len(errors) == 15
    assert all(isinstance(error, StoreConflictError) for error in errors), errors
    assert store.get("race/key") in bodies


def test_sixteen_racing_writers_of_equal_bytes_all_succeed(store: ObjectStore) -> None:
    assert _race(lambda _: store.put_once("race/key", b"equal" * 1_000)) == []
    assert store.get("race/key") == b"equal" * 1_000
    assert len(store.list("")) == 1


# Local only: links, leftovers, addresses.


def test_an_address_opens_the_same_store_again(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    store = open_store(str(folder))
    store.put_once("a b", b"x")
    assert open_store(folder.as_uri()).get("a b") == b"x"
    assert store.uri("a b") == (folder / "a b").as_uri()


@pytest.mark.parametrize("uri", ["gs://bucket/x", "s3:///no-bucket", "file://elsewhere/x"])
def test_an_unknown_address_is_refused_with_what_is_allowed(uri: str) -> None:
    with pytest.raises(DeliveryError, match="use a path, file:///path or s3://bucket/prefix"):
        open_store(uri)


def test_boto3_is_loaded_only_for_s3(tmp_path: Path) -> None:
    code = (
        "import sys; from rampart.delivery.open_store import open_store; "
        f"open_store({str(tmp_path)!r}).list(''); sys.exit('boto3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("key", ["link", "folder/secret"])
def test_a_link_that_leaves_the_store_is_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside" / "secret")
    (root / "folder").symlink_to(tmp_path / "outside")
    store = LocalStore(root)
    for use in (store.get, store.open, store.exists, lambda k: store.put_once(k, b"secret")):
        with pytest.raises(DeliveryError, match=r"leads outside the store.*Fix: put a copy"):
            use(key)
    with pytest.raises(DeliveryError, match="leads outside the store"):
        store.list("")


def test_a_link_that_stays_inside_is_an_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put_once("real", b"x")
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "dangling").symlink_to("gone")
    assert [o.key for o in store.list("")] == ["alias", "real"]
    assert store.get("alias") == b"x"


def test_a_link_to_itself_is_no_object_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    store = LocalStore(tmp_path)
    store.put_once("real", b"x")
    assert [o.key for o in store.list("")] == ["real"]
    assert not store.exists("loop")
    assert not store.exists("loop/below")


def test_a_named_pipe_is_no_object_and_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    store = LocalStore(tmp_path)
    assert store.list("") == ()
    assert not store.exists("pipe")
    with pytest.raises(MissingObjectError):
        store.open("pipe")


def test_a_folder_is_no_object_and_cannot_become_one(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put_once("a/b", b"x")
    assert not store.exists("a")
    with pytest.raises(MissingObjectError):
        store.get("a")
    for key in ("a", "a/b/c"):
        with pytest.raises(StoreConflictError, match="a file and a folder of one name"):
            store.put_once(key, b"x")


def test_a_folder_that_may_not_be_read_is_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)  # what os.walk asks; root may read whatever its mode says
    with pytest.raises(DeliveryError, match="Fix: give it read and write access"):
        LocalStore(tmp_path).list("")


_KILLED_WRITER = """
import io, sys, time
from pathlib import Path
from rampart.delivery.leftovers import remove_leftovers
from rampart.delivery.local_store import LocalStore
class Slow(io.BytesIO):
    def read(self, count=-1):
        data = super().read(1000)
        print("wrote", flush=True)
        time.sleep(0.01)
        return data
LocalStore(Path(sys.argv[1]))._publish("a/key", Slow(bytes(1_000_000)))
"""


def test_a_killed_writer_leaves_no_object_and_its_work_can_be_done_again(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KILLED_WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        for _ in range(5):
            assert writer.stdout.readline() == b"wrote\n"
        writer.send_signal(signal.SIGKILL)
    assert list((tmp_path / UNFINISHED).iterdir()), "the writer was not killed in the middle"
    store = LocalStore(tmp_path)
    assert store.list("") == ()
    assert not store.exists("a/key")
    store.put_once("a/key", bytes(1_000_000))
    assert store.list("") == (ObjectInfo("a/key", 1_000_000),)
    now = datetime.now(UTC)
    assert remove_leftovers(store, now - timedelta(hours=1)) == 0
    assert remove_leftovers(store, now + timedelta(hours=1)) == 1
    assert list((tmp_path / UNFINISHED).iterdir()) == []


def test_unfinished_writes_cannot_be_named_as_objects(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="holds unfinished writes"):
        LocalStore(tmp_path).get(f"{UNFINISHED}/abc")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            raise OSError("the source went away")

    store = LocalStore(tmp_path)
    with pytest.raises(OSError, match="the source went away"):
        store._publish("key", Broken())
    assert list((tmp_path / UNFINISHED).iterdir()) == []
    assert store.list("") == ()


def test_an_error_is_one_printable_sentence_and_survives_pickling() -> None:
    error = DeliveryError("it is \x1b[31mred", file="a\nb.jsonl", line=3, fix="deliver it in black")
    assert str(error) == r"a\nb.jsonl line 3: it is \x1b[31mred. Fix: deliver it in black."
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes)
    assert (str(again), again.line, again.fix) == (str(error), 3, "deliver it in black")


# S3 only: parts, checksums, sentences for refusals.


def _large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(12 << 20))
    return path


@pytest.mark.slow
def test_a_large_file_goes_up_in_parts_and_is_still_published_once(
    tmp_path: Path, s3_bucket: str, s3_options: S3Options, s3_client: "S3Client"
) -> None:
    from rampart.delivery.s3_store import S3Store  # noqa: PLC0415 (boto3 only where it is used)

    path = _large(tmp_path)
    store = S3Store(s3_bucket, "p", s3_options, part_bytes=5 << 20)
    store.put_file_once("large", path)
    assert "-" in s3_client.head_object(Bucket=s3_bucket, Key="p/large")["ETag"], "not uploaded in parts"
    with store.open("large") as stream:
        assert hashlib.file_digest(stream, "sha256").digest() == hashlib.sha256(path.read_bytes()).digest()  # type: ignore[arg-type]
    path.write_bytes(os.urandom(12 << 20))
    with pytest.raises(StoreConflictError):
        store.put_file_once("large", path)


@pytest.mark.slow
def test_racing_uploads_in_parts_leave_one_body(
    tmp_path: Path, s3_bucket: str, s3_options: S3Options
) -> None:
    """Many rounds: SeaweedFS completes racing uploads in parts more than once in every second round."""
    from rampart.delivery.s3_store import S3Store  # noqa: PLC0415

    paths = []
    for number in range(4):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(bytes([number]) * (6 << 20))
    store = S3Store(s3_bucket, "", s3_options, part_bytes=5 << 20)
    for key in [f"large/{number}" for number in range(15)]:

        def write(number: int, key: str = key) -> None:
            store.put_file_once(key, paths[number])

        errors = _race(write, threads=4)
        assert len(errors) == 3
        assert all(isinstance(error, StoreConflictError) for error in errors), errors
        assert store.get(key) in [path.read_bytes() for path in paths]
    assert len(store.list("")) == 15, "a reservation is listed as an object"


@pytest.mark.slow
def test_damage_at_rest_is_found_on_reading(
    s3_bucket: str, s3_options: S3Options, s3_client: "S3Client"
) -> None:
    digest = hashlib.sha256(b"what was written").hexdigest()
    s3_client.put_object(
        Bucket=s3_bucket, Key="key", Body=b"what is there now", Metadata={"rampart-sha256": digest}
    )
    with pytest.raises(DamagedReadError, match="Fix: restore the object"):
        open_store(f"s3://{s3_bucket}", s3_options).get("key")


@pytest.mark.slow
def test_a_vendors_own_object_is_read_listed_and_compared(
    s3_bucket: str, s3_options: S3Options, s3_client: "S3Client"
) -> None:
    s3_client.put_object(Bucket=s3_bucket, Key="drop/week-01/", Body=b"")
    s3_client.put_object(Bucket=s3_bucket, Key="drop/week-01/rows.jsonl", Body=b"{}\n")
    store = open_store(f"s3://{s3_bucket}/drop", s3_options)
    assert store.list("week-01/") == (ObjectInfo("week-01/rows.jsonl", 3),)
    store.put_once("week-01/rows.jsonl", b"{}\n")
    with pytest.raises(StoreConflictError):
        store.put_once("week-01/rows.jsonl", b"[]\n")


@pytest.mark.slow
def test_a_refusal_by_the_server_says_what_to_do(s3_bucket: str, s3_options: S3Options) -> None:
    with pytest.raises(DeliveryError, match=r"NoSuchBucket.*Fix: create the bucket"):
        open_store(f"s3://{s3_bucket}-not", s3_options).list("")
    closed = S3Options(endpoint_url="http://127.0.0.1:9", region="us-east-1", path_style=True)
    started = time.monotonic()
    with pytest.raises(DeliveryError, match="Fix: check the endpoint"):
        open_store(f"s3://{s3_bucket}", closed).list("")
    assert time.monotonic() - started < 60
