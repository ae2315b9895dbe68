"""`rampart delete`: a vendor's data, for good, with a certificate."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from rampart.cli.exits import console
from rampart.cli.home import refuse_demo_home
from rampart.cli.running import moment
from rampart.cli.tables import safe
from rampart.cli.weeks import week_range
from rampart.settings import Settings

if TYPE_CHECKING:
    from rampart.ledger.deletion.plan import Plan
    from rampart.ledger.deletion.said import Deletion


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    example = 'rampart delete dc-alder --weeks 1-4 --by "A. Lead" --reason "rights.delete_by" --yes'
    app.command(epilog=f"Example: {example}")(delete)


def delete(
    contract_id: Annotated[str, typer.Argument(help="The contract.")],
    *,
    weeks: Annotated[str | None, typer.Option(help="A week or a range; default: all of them.")] = None,
    by: Annotated[str, typer.Option(help="Who orders it; it goes into the books.")],
    reason: Annotated[str, typer.Option(help="Why; it goes into the books.")],
    yes: Annotated[bool, typer.Option("--yes", help="Delete; without it, only show what would go.")] = False,
    as_of: Annotated[str | None, typer.Option(help="Business time; default: now.")] = None,
) -> None:
    """Delete a contract's data for good and publish a certificate; counts, verdicts and money stay."""
    from rampart.ledger.deletion.carry_out import delete_data  # noqa: PLC0415
    from rampart.ledger.deletion.plan import plan_deletion  # noqa: PLC0415
    from rampart.ledger.deletion.said import deletions  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.retrain.command.copies import remove_copies  # noqa: PLC0415
    from rampart.retrain.trainers_file import work_folder  # noqa: PLC0415
    from tasks.workspace import store_at  # noqa: PLC0415

    settings = Settings()
    books, store = open_ledger(settings.ledger_url), store_at(settings.store_uri, settings)
    wanted = None
    if weeks is not None:
        first, last = week_range(weeks)
        wanted = range(first, last + 1)
    if not yes:
        _show(plan_deletion(books, store, contract_id, wanted))
        return
    refuse_demo_home()
    with console.status("[dim]deleting[/]"):
        done = delete_data(books, store, contract_id, wanted, by=by, reason=reason, as_of=moment(as_of))
        # All that was ever deleted: a run may have failed since, or a crash have come between.
        closed = {(contract_id, week) for gone in deletions(books, contract_id) for week in gone.weeks}
        copies = remove_copies(work_folder(settings), closed)
    books.dispose()
    _certify(contract_id, done)
    for folder in copies:
        console.print(f"removed {safe(str(folder))}: a training's copy of such data", soft_wrap=True)


def _show(plan: "Plan") -> None:
    if not plan.weeks:
        console.print(f"Nothing to delete: {safe(plan.contract_id)} holds no data in these weeks.")
        return
    for one in plan.objects:
        console.print(f"{one.bytes:>14,}  {safe(one.key)}", soft_wrap=True, highlight=False)
    for key in plan.shared:
        console.print(
            f"          stays  {safe(key)} (other weeks rest on it)", soft_wrap=True, highlight=False
        )
    for model in plan.models:
        console.print(f"{'stays':>14}  reward model {safe(model)}, trained on it", soft_wrap=True)
    console.print(
        f"{len(plan.objects):,} objects, {plan.bytes:,} bytes of {_weeks(plan.weeks)} would be deleted for "
        "good. Add --yes to do it."
    )


def _certify(contract_id: str, done: "tuple[Deletion, ...]") -> None:
    if not done:
        console.print(f"Nothing to delete: {safe(contract_id)} holds no data in these weeks.")
    for gone in done:
        size = sum(one.bytes for one in gone.objects)
        console.print(
            f"[green]deleted[/] {safe(gone.contract_id)} {_weeks(gone.weeks)}: {len(gone.objects):,} "
            f"objects, {size:,} bytes, ordered by {safe(gone.by)}",
            soft_wrap=True,
        )
        console.print(f"certificate {gone.certificate}, SHA-256 {gone.certificate_sha256}", soft_wrap=True)


def _weeks(weeks: Iterable[int]) -> str:
    return "weeks " + ", ".join(map(str, weeks))
