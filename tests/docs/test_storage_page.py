"""The policies on the storage page hold what the code calls, and nothing else."""

import ast
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rampart.settings import Settings
from tasks.reconcile import LEFT_FOR
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "storage.md"
READING = {"s3:GetObject", "s3:GetObjectVersion"}  # the version is pinned where the bucket has some
# Which rights each operation takes, by Amazon's service authorization reference for S3.
RIGHTS = {
    "get_object": READING,
    "head_object": {"s3:GetObject"},
    "list_objects_v2": {"s3:ListBucket"},
    "put_object": {"s3:PutObject", "s3:PutObjectRetention"},
    "create_multipart_upload": {"s3:PutObject", "s3:PutObjectRetention"},
    "upload_part": {"s3:PutObject"},
    "upload_part_copy": {"s3:PutObject"} | READING,
    "complete_multipart_upload": {"s3:PutObject"},
    "abort_multipart_upload": {"s3:AbortMultipartUpload"},
    "list_multipart_uploads": {"s3:ListBucketMultipartUploads"},
    "delete_object": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "list_object_versions": {"s3:ListBucketVersions"},
}
DELETING = {"delete_object", "list_object_versions"}  # only `rampart delete` asks for them


def _operations() -> Iterator[str]:
    """The operations of S3 that our code calls on a client, by name or through a paginator."""
    for path in (ROOT / "rampart" / "delivery").glob("s3_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            on = node.func.value
            name = on.attr if isinstance(on, ast.Attribute) else getattr(on, "id", "")
            if name.strip("_") == "client":
                paged = node.func.attr == "get_paginator" and isinstance(node.args[0], ast.Constant)
                yield str(node.args[0].value) if paged else node.func.attr  # type: ignore[attr-defined]


def _policies() -> list[list[dict[str, Any]]]:
    texts = [json.loads(block.text) for block in blocks(PAGE) if block.language == "json"]
    return [text["Statement"] for text in texts if "Statement" in text]


def _allowed(policy: list[dict[str, Any]]) -> set[str]:
    return {action for said in policy if said["Effect"] == "Allow" for action in said["Action"]}


def test_every_operation_the_code_calls_is_known_here() -> None:
    assert set(_operations()) == set(RIGHTS)


def test_each_account_is_given_what_the_code_calls_and_no_more() -> None:
    store, deleting, drop, vendor = _policies()
    assert _allowed(store) == set().union(*(RIGHTS[name] for name in _operations() if name not in DELETING))
    # What a lock says is in the answer to HEAD, for an account that may see it.
    locks = {"s3:GetObjectRetention", "s3:GetObjectLegalHold"}
    assert _allowed(deleting) == set().union(locks, *(RIGHTS[name] for name in DELETING))
    assert _allowed(drop) == RIGHTS["list_objects_v2"] | RIGHTS["get_object"]
    assert _allowed(vendor) == {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListBucket"}


def test_the_page_says_when_unfinished_writes_are_cleared_away() -> None:
    assert timedelta(days=7) == LEFT_FOR
    assert "clears away what is older than\nseven days" in PAGE.read_text(encoding="utf-8")


def test_a_vendor_is_held_to_its_prefix() -> None:
    puts, lists, refused = _policies()[3]
    assert puts["Resource"].endswith("/acme/*")
    assert lists["Condition"] == {"StringLike": {"s3:prefix": ["acme/*"]}}
    assert (refused["Effect"], refused["Action"]) == ("Deny", ["s3:PutObject"])


def test_every_setting_of_s3_that_changes_writing_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = [
        name for name in Settings.model_fields if name.startswith(("s3_lock", "s3_enc", "s3_check", "s3_kms"))
    ]
    assert names
    assert [name for name in names if f"RAMPART_{name.upper()}" not in text] == []
