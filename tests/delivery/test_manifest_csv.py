"""The manifest as a table is held as strictly as the JSON one, and says the line."""

import msgspec
import pytest

from rampart.delivery.errors import ManifestError
from rampart.delivery.manifest import Manifest, ManifestFile, parse_manifest
from rampart.delivery.manifest_csv import as_table

A, B = "a" * 64, "b" * 64
HEADER = "manifest_version,contract_id,week,replaces,name,bytes,sha256,rows\n"
GOOD = HEADER + f"1,acme,3,,x.jsonl,10,{A},2\n1,acme,3,,y.jsonl,0,{B},\n"
READ = Manifest(1, "acme", 3, None, (ManifestFile("x.jsonl", 10, A, 2), ManifestFile("y.jsonl", 0, B)))


def parsed(text: str | bytes) -> Manifest:
    return parse_manifest(text.encode() if isinstance(text, str) else text, "week-03/manifest.csv")


def refusal(text: str | bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parsed(text)
    assert caught.value.fix
    return str(caught.value)


def test_a_table_says_what_the_object_would() -> None:
    assert parsed(GOOD) == READ
    assert parse_manifest(msgspec.json.encode(READ), "manifest.json") == READ


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("x.jsonl", '"x.jsonl"').replace("acme", '"acme"'),
        GOOD.replace("\n1,", "\n\n1,") + ",,,,,,,\n\n",
        GOOD.replace(",10,", ", 10 ,"),
    ],
)
def test_what_spreadsheets_do_does_no_harm(text: str) -> None:
    assert parsed(text) == READ


def test_columns_may_stand_in_any_order_and_two_may_be_missing() -> None:
    table = f"name,bytes,sha256,week,contract_id,manifest_version\nx.jsonl,10,{A},3,acme,1\n"
    assert parsed(table) == Manifest(1, "acme", 3, None, (ManifestFile("x.jsonl", 10, A),))


def test_a_name_may_hold_a_comma_and_a_redelivery_names_what_it_replaces() -> None:
    found = parsed(HEADER + f'1,acme,3,{B},"a,b.jsonl",10,{A},2\n')
    assert (found.replaces, found.files[0].name) == (B, "a,b.jsonl")


def test_what_the_writer_writes_the_reader_reads() -> None:
    files = [(file.name, file.bytes, file.sha256, file.rows) for file in READ.files]
    assert parsed(as_table([1, "acme", 3, None], files)) == READ


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "week-03/manifest.csv line 1: the manifest is empty. Fix: begin with the line"),
        (HEADER, "the manifest lists no file"),
        (GOOD.replace("sha256", "md5"), "line 1: column 'sha256' is missing; the header has: 'mani"),
        (GOOD.replace(",rows", ",lines"), "line 1: column 'lines' is unknown"),
        (GOOD.replace(",rows", ",name"), "line 1: a column is named twice"),
        (GOOD.replace(",", ";"), "column 'manifest_version' is missing; the header has: 'mani"),
        (GOOD.replace(",10,", ",10,000,"), "line 2: 9 cells where the header has 8. Fix: put names"),
        (GOOD.replace(",10,", ",1e1,"), "line 2: bytes is '1e1'; expected a whole number. Fix: write bytes"),
        (GOOD.replace(",10,", ",-1,"), "line 2: bytes is '-1'; expected a whole number"),
        (GOOD.replace(",10,", "," + "9" * 20 + ","), "expected a whole number"),
        (GOOD.replace(",10,", "," + "9" * 5000 + ","), "expected a whole number"),
        (GOOD.replace(",0,", ",,"), "line 3: bytes is empty. Fix: give bytes on every line"),
        (GOOD.replace(B, "B" * 64), "line 3: sha256: Expected 'str' matching regex"),
        (GOOD.replace("1,acme", "2,acme"), "line 2: manifest_version: "),
        (GOOD.replace(",3,,y", ",4,,y"), "line 3: week is 4, but 3 on line 2. Fix: say the same"),
        (GOOD.replace("y.jsonl", "../y"), "line 3: name: '../y' leaves its folder with '..'"),
        (GOOD.replace("y.jsonl", "X.JSONL"), "line 3: name: 'X.JSONL' differs from 'x.jsonl' in case only"),
        (GOOD.replace("y.jsonl", "manifest.csv"), "line 3: name: the manifest lists itself"),
        (GOOD + '"', "line 4: this is not CSV (unexpected end of data). Fix: close every quote"),
        (GOOD.encode().replace(b"acme", b"\xff"), "line 2: this is not UTF-8. Fix: save the table as CSV"),
        (msgspec.json.encode(READ), "line 1: this is not CSV"),
    ],
)
def test_what_is_wrong_is_said_with_line_column_and_fix(text: str | bytes, said: str) -> None:
    assert said in refusal(text)
