"""The certificate of a deletion: what is gone, what stays and why. For people (Markdown) and machines (JSON).

It follows from the event that began the deletion and from what the store said, so writing it again after a
crash gives the same bytes.
"""

import hashlib
import html

from rampart.delivery.errors import printable
from rampart.ledger.canonical import Json, canonical_json, moment
from rampart.ledger.deletion.said import Deletion

STAYS = (
    "In the books: counts, reasons, verdicts, money, decisions, names of files, and the chain of events.",
    "In the store: contracts, work orders, notices, the lists of what was delivered (names, sizes and "
    "digests of files), and the manifests of training sets.",
    "Elsewhere: backups taken before, the vendor's own copies, what lies in the drop, datasets that were "
    "exported, and work folders of trainers on other machines; Rampart does not reach them.",
)


def certificate_json(gone: Deletion, older_versions: tuple[str, ...]) -> bytes:
    """The certificate as canonical JSON; `older_versions` are keys of which the bucket may keep versions."""
    seq, link = gone.event
    said: dict[str, Json] = {
        "certificate_version": 1,
        "deletion": gone.id,
        "contract": gone.contract_id,
        "weeks": gone.weeks,
        "ordered_by": gone.by,
        "ordered_at": moment(gone.ordered_at),
        "reason": gone.reason,
        "event": {"seq": seq, "hash": link},
        "deleted": [{"key": one.key, "bytes": one.bytes, "sha256": one.sha256} for one in gone.objects],
        "older_versions_may_remain": older_versions,
        "kept_because_shared": gone.shared,
        "models_trained_on_it": gone.models,
        "stays": STAYS,
    }
    return f"{canonical_json(said)}\n".encode()


def certificate_stem(gone: Deletion, data: bytes) -> str:
    """The key of both forms of the certificate, without its ending; `data` is the JSON."""
    return f"certificates/{gone.contract_id}/{gone.id}.{hashlib.sha256(data).hexdigest()[:16]}"


def certificate_markdown(gone: Deletion, older_versions: tuple[str, ...]) -> bytes:
    """The certificate as a page."""
    size = sum(one.bytes for one in gone.objects)
    seq, link = gone.event
    parts = [
        f"# Certificate of deletion {gone.id}",
        f"Contract {_safe(gone.contract_id)}, {_weeks(gone.weeks)}. Ordered by {_safe(gone.by)} on "
        f"{moment(gone.ordered_at)}: {_safe(gone.reason)}.",
        f"Event {seq} of the contract's chain, hash `{link}`.",
        f"## Deleted: {len(gone.objects)} objects, {size:,} bytes",
        "| object | bytes | SHA-256 |\n|---|---|---|\n"
        + "\n".join(f"| `{one.key}` | {one.bytes:,} | `{one.sha256}` |" for one in gone.objects),
        "## What stays, and why",
        "\n".join(f"- {line}" for line in (*STAYS, *_kept(gone, older_versions))),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def _kept(gone: Deletion, older_versions: tuple[str, ...]) -> list[str]:
    return [
        *(f"`{key}`: other weeks rest on the same bytes." for key in gone.shared),
        *(f"Reward model {_safe(model)}: it was trained on the data and stays." for model in gone.models),
        *(f"`{key}`: the bucket may still hold older versions." for key in older_versions),
    ]


def _weeks(weeks: tuple[int, ...]) -> str:
    return ("week " if len(weeks) == 1 else "weeks ") + ", ".join(map(str, weeks))


def _safe(text: str) -> str:
    return html.escape(printable(text))
