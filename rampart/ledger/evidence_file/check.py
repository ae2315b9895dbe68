"""Checks an unpacked evidence file: ``python3 check.py``, with Python 3.9 or newer and nothing else.

1. Every file has the SHA-256 that SHA256SUMS says.
2. The events of chain/events.jsonl form one unbroken chain: each names the hash of the one before, and each
   hash is the SHA-256 of the JSON list [stream, number, kind, moment, payload, hash before].
3. Each contract version has the digest under which the chain registered it.
"""

import hashlib
import json
import sys
from pathlib import Path


def problems(folder: Path) -> list[str]:
    """Everything that is not as it should be; empty when all holds."""
    return [*_sums(folder), *_chain(folder), *_contracts(folder)]


def _sums(folder: Path) -> list[str]:
    found, named = [], set()
    for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        named.add(name)
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(f"{name} was changed")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found + [f"{name} does not belong here" for name in sorted(there - named - {"SHA256SUMS"})]


def _chain(folder: Path) -> list[str]:
    before, found = "", []
    for place, event in enumerate(_events(folder), 1):
        said = [event[name] for name in ("stream", "seq", "kind", "as_of", "payload", "prev_hash")]
        text = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
        if event["seq"] != place:
            found.append(f"event {place} is missing")
        if event["prev_hash"] != before:
            found.append(f"event {event['seq']} does not follow from the one before")
        if hashlib.sha256(text.encode()).hexdigest() != event["hash"]:
            found.append(f"event {event['seq']} was changed")
        before = event["hash"]
    return found


def _contracts(folder: Path) -> list[str]:
    registered = {
        json.loads(event["payload"]).get("digest")
        for event in _events(folder)
        if event["kind"] == "contract.registered"
    }
    files = sorted((folder / "contract").glob("*.odcs.yaml"))
    return [
        f"{path.name} is not a version that the chain registered"
        for path in files
        if hashlib.sha256(path.read_bytes()).hexdigest() not in registered
    ]


def _events(folder: Path) -> list[dict]:  # type: ignore[type-arg]  # runs on any Python
    lines = (folder / "chain" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


if __name__ == "__main__":
    wrong = problems(Path(__file__).resolve().parent)
    sys.stdout.write("\n".join(wrong or ["Everything is as it was written."]) + "\n")
    sys.exit(bool(wrong))
