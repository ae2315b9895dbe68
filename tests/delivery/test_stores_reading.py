"""Reads that are cut, replaced or damaged, against a server that does so on demand."""

import base64
import hashlib
import os
import zlib
from collections.abc import Iterator

import pytest

from rampart.delivery import s3_reading
from rampart.delivery.errors import DamagedReadError, DeliveryError
from rampart.delivery.open_store import open_store
from rampart.delivery.s3_reading import RESUMES
from rampart.delivery.store import ObjectStore
from tests.delivery.scripted_s3 import Fault, Scripted, etag, scripted_s3, sha256_header

DATA = os.urandom(3 << 20)
PATH = "/drop/rows.jsonl"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(s3_reading, "_BACKOFF_S", (0.0,))
    with scripted_s3() as state:
        state.objects[PATH] = DATA
        yield state


@pytest.fixture
def drop(server: Scripted) -> ObjectStore:
    return open_store("s3://drop", server.options)


def test_a_body_cut_three_times_is_resumed_where_it_ended(server: Scripted, drop: ObjectStore) -> None:
    server.faults += [Fault("GET", cut_after=cut) for cut in (1_000_000, 700_001, 0)]
    assert drop.get("rows.jsonl") == DATA
    resumed = server.asked("GET")[1:]
    assert [int(r["range"].removeprefix("bytes=").removesuffix("-")) for r in resumed] == sorted(
        int(r["range"].removeprefix("bytes=").removesuffix("-")) for r in resumed
    )
    assert len(resumed) == 3
    assert {r["if-match"] for r in resumed} == {etag(DATA)}


def test_the_version_of_the_first_answer_is_asked_for_again(server: Scripted, drop: ObjectStore) -> None:
    server.about[PATH] = {"x-amz-version-id": "v7"}
    server.faults.append(Fault("GET", cut_after=1_000))
    with drop.open("rows.jsonl", checked=False) as stream, pytest.raises(DeliveryError):
        stream.read()  # this server knows no versions; what matters is that it was asked for one
    assert "versionId=v7" in server.requests[-1][1]


def test_a_read_that_is_cut_again_and_again_ends_with_a_sentence(server: Scripted, drop: ObjectStore) -> None:
    server.faults += [Fault("GET", cut_after=10) for _ in range(RESUMES + 1)]
    with pytest.raises(
        DeliveryError, match=rf"cut {RESUMES + 1} times, last after .* Fix: check the network"
    ):
        drop.get("rows.jsonl")
    assert len(server.asked("GET")) == RESUMES + 1


def test_an_object_that_is_replaced_while_it_is_read_is_noticed(server: Scripted, drop: ObjectStore) -> None:
    server.faults.append(Fault("GET", cut_after=2_000_000))
    with drop.open("rows.jsonl") as stream:
        assert stream.read(1000) == DATA[:1000]
        server.objects[PATH] = os.urandom(len(DATA))
        with pytest.raises(
            DeliveryError, match=r"was replaced while it was read\. Fix: have its owner finish"
        ):
            stream.read()


def test_an_object_that_is_removed_while_it_is_read_is_noticed(server: Scripted, drop: ObjectStore) -> None:
    server.faults.append(Fault("GET", cut_after=2_000_000))
    with drop.open("rows.jsonl") as stream:
        stream.read(1000)
        del server.objects[PATH]
        with pytest.raises(DeliveryError, match="was removed while it was read"):
            stream.read()


WITNESSES = {
    "SHA-256": {"x-amz-meta-rampart-sha256": hashlib.sha256(b"other").hexdigest()},
    "CRC-32": {"x-amz-checksum-crc32": base64.b64encode(zlib.crc32(b"other").to_bytes(4, "big")).decode()},
    "MD5": {"ETag": etag(b"other")},
}


@pytest.mark.parametrize("name", WITNESSES)
def test_bytes_are_held_to_the_best_digest_the_store_has(
    server: Scripted, drop: ObjectStore, name: str
) -> None:
    server.about[PATH] = WITNESSES[name]
    with pytest.raises(DamagedReadError, match=f"the stored bytes have the {name} "):
        drop.get("rows.jsonl")
    with drop.open("rows.jsonl", checked=False) as stream:
        assert stream.read() == DATA


def test_a_vendors_own_sha256_is_believed_over_the_etag(server: Scripted, drop: ObjectStore) -> None:
    server.about[PATH] = {"x-amz-checksum-sha256": sha256_header(DATA), "ETag": etag(b"no MD5")}
    assert drop.get("rows.jsonl") == DATA
    assert server.asked("GET")[0]["x-amz-checksum-mode"] == "ENABLED"


@pytest.mark.parametrize(
    "about",
    [
        {"ETag": '"d41d8cd98f00b204e9800998ecf8427e-2"', "x-amz-checksum-sha256": "AAAA-2"},
        {"ETag": etag(b"x"), "x-amz-server-side-encryption": "aws:kms"},
    ],
)
def test_a_digest_that_is_not_of_the_bytes_is_no_witness(
    server: Scripted, drop: ObjectStore, about: dict[str, str]
) -> None:
    server.about[PATH] = about
    assert drop.get("rows.jsonl") == DATA


def test_a_flipped_byte_after_a_resume_is_found(server: Scripted, drop: ObjectStore) -> None:
    server.about[PATH] = {"x-amz-meta-rampart-sha256": hashlib.sha256(DATA).hexdigest(), "ETag": '"same"'}
    server.faults.append(Fault("GET", cut_after=1_000_000))
    with drop.open("rows.jsonl") as stream:
        head = stream.read(1)
        server.objects[PATH] = DATA[:-1] + bytes([DATA[-1] ^ 1])
        # The server vouches for it, as if nothing had changed: only the digest can tell.
        server.lenient = True
        with pytest.raises(DamagedReadError, match="SHA-256"):
            stream.read()
    assert head == DATA[:1]
