"""Reward models as tables for a terminal."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table

from rampart.cli.tables import rate, safe

if TYPE_CHECKING:  # the database is loaded by the commands that read it
    from rampart.ledger.read.standing_models import Standing
    from rampart.ledger.rights.judgement import Answer

_STYLE = {"champion": "bold green", "former champion": "green", "not promoted": "dim"}


def list_table(found: "Iterable[Standing]") -> Table:
    """One row a version."""
    table = Table(title="Reward models", title_justify="left")
    for name in ("programme", "version", "trained", "asked by"):
        table.add_column(name)
    table.add_column("held-out accuracy (95 %)", justify="right")
    table.add_column("state")
    table.add_column("notes", overflow="fold")
    for one in found:
        contract_id, week, revision = one.row.trigger
        table.add_row(
            safe(one.row.program),
            f"v{one.row.version}",
            f"{one.row.as_of:%Y-%m-%d}",
            safe(f"{one.asked_by} {contract_id} w{week} r{revision}"),
            rate(one.row.accuracy, one.row.accuracy_low, one.row.accuracy_high),
            f"[{_STYLE[one.state]}]{one.state}[/]",
            safe("; ".join(one.marks)),
        )
    return table


def show_table(one: "Standing", decision_key: str | None, rights: "Answer") -> Table:
    """A version's facts, each with where to look it up."""
    contract_id, week, revision = one.row.trigger
    table = Table(box=None, show_header=False, title_justify="left")
    table.title = f"{safe(one.row.program)} v{one.row.version}: {one.state}"
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    accuracy = rate(one.row.accuracy, one.row.accuracy_low, one.row.accuracy_high)
    facts = {
        "run": one.row.run_id,
        "trained": f"{one.row.as_of:%Y-%m-%d %H:%M} UTC by {one.row.backend}",
        "asked by": f"{one.asked_by} {contract_id} week {week} revision {revision}",
        "accuracy": f"{accuracy} on {one.row.n_holdout:,} held-out pairs",
        "trained on": f"{one.row.n_train:,} pairs of {len(one.batches)} batches",
        "batches": "; ".join(map(str, one.batches)) or "see the manifest",
        "data digest": one.data_digest,
        "manifest": one.manifest_key,
        "data set": one.dataset_key,
        "configuration": one.config_digest,
        "code": one.code_digest,
        "terms": "; ".join(f"{name}@{version} {digest}" for name, version, digest in one.contracts),
        "clauses": "training.promotion_margin, training.protected, training.probes: rampart contract show",
        "decision": decision_key or "not kept",
        "champion": "; ".join(_crowned(one)) or "never",
        "rights": ", ".join(f"{use} {'yes' if rights.may(use) else 'no'}" for use in rights.uses),
        "because": "; ".join(rights.because),
    }
    for name, value in facts.items():
        if value:
            table.add_row(name, safe(value))
    for name, key in one.row.artefacts.items():
        table.add_row("file", safe(f"{name}: {key}"))
    return table


def _crowned(one: "Standing") -> list[str]:
    return [
        f"from {told.as_of:%Y-%m-%d %H:%M} UTC, {told.how.replace('_', ' ')}"
        + (f" by {told.by}: {told.reason}" if told.by else "")
        for told in one.crownings
    ]
