from typing import Any

import msgspec
import pytest

from rampart.delivery.errors import ManifestError
from rampart.delivery.manifest import Manifest, ManifestFile, check, parse_manifest

GOOD: dict[str, Any] = {
    "manifest_version": 1,
    "contract_id": "acme-2026",
    "week": 3,
    "replaces": None,
    "files": [{"name": "rows.jsonl.gz", "bytes": 10, "sha256": "a" * 64, "rows": 2}],
}


def _parse(**changes: Any) -> Manifest:
    return parse_manifest(msgspec.json.encode(GOOD | changes), "week-03/manifest.json")


def _with_file(**changes: Any) -> Manifest:
    return _parse(files=[GOOD["files"][0] | changes])


def _with_names(*names: str) -> Manifest:
    return _parse(files=[GOOD["files"][0] | {"name": name} for name in names])


def test_a_good_manifest_says_what_was_delivered() -> None:
    assert _parse() == Manifest(
        1, "acme-2026", 3, None, (ManifestFile("rows.jsonl.gz", 10, "a" * 64, rows=2),)
    )
    assert _parse(replaces="b" * 64).replaces == "b" * 64


def test_the_number_of_rows_may_be_left_out() -> None:
    file = {name: value for name, value in GOOD["files"][0].items() if name != "rows"}
    assert _parse(files=[file]).files[0].rows is None


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse_manifest(b"\xef\xbb\xbf" + msgspec.json.encode(GOOD), "m") == _parse()


def test_what_the_reader_reads_the_writer_writes() -> None:
    assert parse_manifest(msgspec.json.encode(_parse()), "m") == _parse()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"manifest_version": 2}, r"manifest_version: .*Fix: write version 1\."),
        ({"week": "3"}, r"week: Expected 'int', got 'str'"),
        ({"week": 0}, r"week: Expected 'int' >= 1"),
        ({"contract_id": None}, r"contract_id: Expected 'str', got 'null'"),
        (
            {"replaces": "last week"},
            r"replaces: .*Fix: give the delivery id of the delivery this one replaces",
        ),
        ({"files": []}, r"files: Expected 'array' of length >= 1"),
        ({"file": []}, r"unknown field 'file'\. Fix: remove the field; allowed are"),
    ],
)
def test_a_wrong_field_is_named_with_its_fix(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ManifestError, match=said) as caught:
        _parse(**changes)
    assert str(caught.value).startswith("week-03/manifest.json: ")
    assert caught.value.fix


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bytes": -1}, r"files\[0\]\.bytes: .*Fix: give the file's size in bytes"),
        ({"bytes": 1.5}, r"files\[0\]\.bytes"),
        ({"bytes": True}, r"files\[0\]\.bytes"),
        ({"sha256": "A" * 64}, r"files\[0\]\.sha256: .*Fix: give the file's SHA-256 as 64 lower-case"),
        ({"sha256": "a" * 64 + "\n"}, r"files\[0\]\.sha256"),
        ({"sha256": "a" * 63}, r"files\[0\]\.sha256"),
        ({"rows": "2"}, r"files\[0\]\.rows: .*or leave the field out"),
        ({"md5": "x"}, r"files\[0\]: Object contains unknown field 'md5'"),
    ],
)
def test_a_wrong_field_of_a_file_is_named_with_its_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        _with_file(**changes)


def test_a_missing_field_gets_the_fix_of_that_field() -> None:
    with pytest.raises(ManifestError, match=r"files\[0\]: .*missing required field 'sha256'.*as `sha256sum`"):
        _parse(files=[{"name": "rows.jsonl", "bytes": 1}])


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'{"manifest_version": 1,\n oops}', 2),
        (b'{"contract_id":"\xff"}', None),
        (b'{"a"', None),
        (b"", None),
    ],
)
def test_what_is_not_json_is_said_with_its_line_where_known(data: bytes, line: int | None) -> None:
    with pytest.raises(ManifestError, match=r"Fix: write one JSON object, in UTF-8\.") as caught:
        parse_manifest(data, "m")
    assert caught.value.line == line


def test_a_manifest_must_be_an_object() -> None:
    with pytest.raises(ManifestError, match="Expected 'object', got 'array'"):
        parse_manifest(b"[]", "m")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../etc/passwd", "leaves its folder with '..'"),
        ("a/../b", "leaves its folder with '..'"),
        ("/etc/passwd", "is an absolute path"),
        ("a\\..\\b", "holds a backslash"),
        ("a//b", "has an empty name"),
        ("./a", "or '.' between its slashes"),
        ("a/", "has an empty name"),
        ("", "is empty"),
        ("a\x1b[2Jb", "cannot be printed"),
        ("invoice\u202efdp.exe", "cannot be printed"),
        ("x" * 256, "has a name longer than 255"),
    ],
)
def test_a_hostile_file_name_is_refused_and_shown_harmlessly(name: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        _with_names("fine.jsonl", name)
    assert said in str(caught.value)
    assert "files[1].name" in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_name_listed_twice_is_refused() -> None:
    with pytest.raises(ManifestError, match=r"files\[1\]\.name: 'a\.jsonl' is listed twice"):
        _with_names("a.jsonl", "a.jsonl")


@pytest.mark.parametrize("other", ["Rows.jsonl", "ROWS.JSONL"])
def test_names_that_differ_in_case_only_are_refused(other: str) -> None:
    with pytest.raises(ManifestError, match=f"'{other}' differs from 'rows.jsonl' in case"):
        _with_names("rows.jsonl", other)


def test_names_that_only_spell_an_accent_differently_are_refused() -> None:
    with pytest.raises(ManifestError, match="differs from"):
        _with_names("donn\u00e9es.jsonl", "donne\u0301es.jsonl")


def test_a_manifest_cannot_list_itself() -> None:
    with pytest.raises(ManifestError, match="the manifest lists itself"):
        _with_names("manifest.json")


def test_a_manifest_is_checked_against_its_contract_and_week() -> None:
    check(_parse(), "acme-2026", 3)
    with pytest.raises(ManifestError, match=r"contract_id is 'acme-2026', but this folder is for 'other'"):
        check(_parse(), "other", 3)
    with pytest.raises(ManifestError, match=r"^f: week is 3, but this folder is for 4\. Fix: correct week"):
        check(_parse(), "acme-2026", 4, "f")
