"""Manifests as CSV tables, and damage to them."""

import csv
import io
from collections.abc import Callable
from random import Random

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.manifests import TELLING, Manifest


def as_table(manifest: Manifest) -> bytes:
    """The manifest as a table: what it says of the delivery on every line."""
    head = {name: value for name, value in manifest.items() if name != "files"}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*head, "name", "bytes", "sha256", "rows"])
    writer.writeheader()
    writer.writerows({**head, **file} for file in manifest["files"])
    return text.getvalue().encode()


def _as_json(edit: Callable[[Random, Manifest], None]) -> Callable[[Random, bytes], bytes]:
    """The same edit of a table, by way of the object it stands for."""

    def spoil(chance: Random, data: bytes) -> bytes:
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        head = {name: rows[0][name] for name in ("manifest_version", "contract_id", "week", "replaces")}
        files = [{"name": row["name"], "bytes": int(row["bytes"]), "sha256": row["sha256"]} for row in rows]
        manifest: Manifest = {**head, "week": int(head["week"]), "files": files}
        edit(chance, manifest)
        return as_table(manifest)

    return spoil


def _cell(chance: Random, data: bytes) -> bytes:
    """A cell below the header replaced by something else."""
    lines = data.split(b"\r\n")
    at = chance.randrange(1, max(2, len(lines) - 1))
    cells = lines[at].split(b",")
    cells[chance.randrange(len(cells))] = chance.choice(
        (
            b"",
            b" ",
            b"1e3",
            b"-1",
            b"1.0",
            b"9" * 5_000,
            b"NaN",
            b'"',
            b'"a,b"',
            b"\xff",
            b"\0",
            b"=1+1",
            b"x" * 70_000,
        )
    )
    return b"\r\n".join([*lines[:at], b",".join(cells), *lines[at + 1 :]])


TABLES = (
    *(Damage(f"manifest: {name}", _as_json(edit), "be refused") for name, edit in TELLING),
    Damage("manifest: another cell", _cell),
    Damage("manifest: no header", lambda _chance, data: data.partition(b"\r\n")[2], "be refused"),
    Damage("manifest: only a header", lambda _chance, data: data.partition(b"\r\n")[0], "be refused"),
    Damage("manifest: semicolons", lambda _chance, data: data.replace(b",", b";"), "be refused"),
    Damage("manifest: an open quote", lambda _chance, data: data + b'"', "be refused"),
    Damage("manifest: JSON", lambda _chance, _data: b"{}", "be refused"),
    Damage(
        "manifest: blank lines",
        lambda _chance, data: data.replace(b"\r\n", b"\r\n,,,,,,,\r\n\r\n"),
        "be taken in",
    ),
    Damage("manifest: a byte order mark", lambda _chance, data: b"\xef\xbb\xbf" + data, "be taken in"),
    Damage("manifest: LF", lambda _chance, data: data.replace(b"\r\n", b"\n"), "be taken in"),
    Damage("manifest: UTF-16", lambda _chance, data: data.decode().encode("utf-16"), "be refused"),
    Damage("manifest: 10 MB of quotes", lambda _chance, data: data + b'"' * (10 << 20) + b"x", "be refused"),
    Damage("manifest: a million commas", lambda _chance, data: data + b"," * 10**6),
)
