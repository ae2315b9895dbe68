"""The first thing to read in an evidence file: what lies where, how to check it, every breach."""

import textwrap
from collections.abc import Iterator, Sequence

from rampart.delivery.errors import printable
from rampart.ledger.disputes import Dispute
from rampart.ledger.evidence_file.contents import Breach, money_said

CONTENTS = """\
INDEX.txt, index.html  what you read, as text and as a page
breaches.json          the same for machines, with addresses of rows in the buyer's books
contract/              each version of the contract, byte for byte as it was registered;
                       a name ends in the start of the file's SHA-256
weeks/                 a folder a judgement: verdicts.json, counts.json, landed.csv (the files
                       as delivered, with their SHA-256), discarded.csv (record ids, reasons)
chain/events.jsonl     everything booked under the contract, each entry with the hash of the
                       one before it
SHA256SUMS, check.py   to check all of it"""
CHECKING = """\
To check: unpack, and run `python3 check.py` in the folder. It holds every file against
SHA256SUMS, every entry of the chain against its hash and the one before, and every contract
version against its registration in the chain. `sha256sum -c SHA256SUMS` checks the files alone.
A file that the vendor delivered has the SHA-256 of its line in landed.csv. That the chain was
not made up since is shown by its last hash: a backup of the buyer's books of that time has it."""
NO_TEXTS = "No text of any record is in this file."
WIDTH, LONGEST = 100, 4_000  # characters of a line, and of one sentence
TEXTS = "The texts of discarded records are in records.jsonl of each judgement, known answers left out."


def index_text(breaches: Sequence[Breach], notes: Sequence[str], with_records: bool) -> bytes:
    """INDEX.txt of at least one breach; `notes` say what could not be put into the file, and why."""
    contract = breaches[0].row.contract
    parts = (
        f"Breaches of contract {contract.contract_id} by {printable(contract.vendor_name)}",
        CONTENTS,
        CHECKING,
        TEXTS if with_records else NO_TEXTS,
        *notes,
        *("\n".join(_lines(number, breach)) for number, breach in enumerate(breaches, 1)),
    )
    return ("\n\n".join(parts) + "\n").encode()


def _lines(number: int, breach: Breach) -> Iterator[str]:
    row, spec = breach.row, breach.row.verdict.spec
    state = row.state.replace("_", " ")
    yield f"{number}. Week {row.week}, revision {row.revision} ({state}): {spec.clause}"
    yield f"   contract  version {row.contract.version}, SHA-256 {row.contract.digest}"
    yield _wrapped("clause", breach.clause_text)
    yield _wrapped("found", row.verdict.reason)
    yield f"   so        {'advisory' if spec.consequence == 'none' else spec.consequence}; {money_said(row)}"
    if decided := row.decision:
        way = "accepted" if decided.accepted else "rejected"
        yield _wrapped("decided", f"{way} by {decided.decided_by}: {decided.reason}")
    yield from (_wrapped("dispute", _ruling(one)) for one in row.disputes)
    yield from (f"   rows      {address}" for address in row.evidence)


def _ruling(one: Dispute) -> str:
    if one.ruling is None:
        return f"{one}: open"
    return f"{one}: {one.ruling} by {one.ruled_by}, {one.reason}"


def _wrapped(name: str, text: str) -> str:
    first, rest = f"   {name:<10}", " " * 13
    return textwrap.fill(printable(text, LONGEST), WIDTH, initial_indent=first, subsequent_indent=rest)
