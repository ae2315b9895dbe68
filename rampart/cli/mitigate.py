"""`rampart mitigate`: what can be done about a lean of a vendor's files, side by side; nothing is applied."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from contracts.load import load_contract
from contracts.model import Contract
from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import rate, safe
from rampart.cli.written import refuse_existing, write

if TYPE_CHECKING:  # statistics are loaded by the command that runs
    from quality.audits.every import Batch
    from quality.mitigation.audited import Audited
    from quality.mitigation.offer import Offer
    from rampart.retrain.mitigation.held_out import Effect, HeldOut

NOT_APPLIED = "nothing was applied: the files, the books and the reward model are as they were"
ABOUT_ACCURACY = (
    "Accuracy on labels as delivered falls where the held-out labels share the lean; balanced, the same "
    "comparisons are weighed so that either side wins about half. Known answers alone could settle it."
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    files = "crowd-comparisons.csv pairs-crowd.jsonl"
    example = f"rampart mitigate {files} -c contracts/specs/examples/llmfao.odcs.yaml"
    app.command(epilog=f"Example: {example}")(mitigate)


def mitigate(
    files: Annotated[
        list[Path], typer.Argument(help="Files of one delivery, or the folder that holds them.")
    ],
    contract: Annotated[Path, typer.Option("--contract", "-c", help="The contract file.")],
    feature: Annotated[
        str, typer.Option(help="Whose lean is to be lessened; see docs/mitigation.md.")
    ] = "length",
    week: Annotated[int, typer.Option(help="Contract week whose terms the gates take.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn at random.")] = 0,
    *,
    out: Annotated[
        Path | None, typer.Option(help="Folder for weights, labels and lists; without it none are written.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files of that name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Offer ways to lessen a lean, each with the audit and held-out accuracy before and after."""
    terms = load_contract(contract)
    if week not in terms.ramp.weeks:
        raise stop(Exit.USAGE, f"--week {week}: {contract} has weeks 1 to {terms.term.weeks}")
    if force and out is None:
        raise stop(Exit.USAGE, "--force overwrites files, and no folder is named. Fix: add --out FOLDER")
    batch, found, effects = _offered(files, terms, feature, week, seed)
    written = _written(out, batch, found, force=force) if out else []
    if as_json:
        report = {"contract_id": terms.contract_id, "feature": feature, "seed": seed}
        report["offers"] = [_told(offer, effects.get(offer.name)) for offer in found]
        typer.echo(json.dumps({**report, "written": written}, indent=1))
        return
    _print(found, effects)
    for path in written:
        console.print(f"written: {safe(path)}", soft_wrap=True, highlight=False)
    console.print(NOT_APPLIED, highlight=False)


def _offered(
    files: Sequence[Path], terms: Contract, feature: str, week: int, seed: int
) -> tuple["Batch", "tuple[Offer, ...]", "Mapping[str, Effect]"]:
    from quality.audits.every import Batch  # noqa: PLC0415
    from quality.audits.features.catalogue import BY_NAME  # noqa: PLC0415
    from quality.mitigation.every import offers  # noqa: PLC0415
    from rampart.cli.accepted import accepted  # noqa: PLC0415
    from rampart.retrain.mitigation.held_out import effects  # noqa: PLC0415

    if feature not in BY_NAME:
        raise stop(Exit.USAGE, f"--feature {feature!r} is none. Fix: name one of {', '.join(BY_NAME)}")
    batch = Batch(accepted(files, terms, week), terms)
    found = offers(batch, BY_NAME[feature], seed)
    return batch, found, effects(batch.frame, found)


def _written(out: Path, batch: "Batch", found: "Sequence[Offer]", *, force: bool) -> list[str]:
    from rampart.retrain.mitigation.files import files  # noqa: PLC0415

    made = {out / name: data for name, data in files(batch, found).items()}
    refuse_existing(made, "folder", force=force)
    write(made)
    return [str(path) for path in made]


def _print(found: "Sequence[Offer]", effects: "Mapping[str, Effect]") -> None:
    from quality.audits.features.catalogue import BY_NAME  # noqa: PLC0415

    reasons = {offer.missing for offer in found}
    if len(reasons) == 1 and all(reasons):
        console.print(f"[bold]all[/]: cannot be offered: {safe(*reasons)}", soft_wrap=True, highlight=False)
        return
    feature, before = BY_NAME[found[0].feature], found[0].before
    console.print(
        f"The response {feature.says} won {rate(before.win_rate, before.low, before.high)} of "
        f"{before.n:,} strict comparisons; β {_beta(before)}",
        highlight=False,
    )
    caption = "Not distinguishable: at this holdout the interval of the difference holds 0, or there is none."
    table = Table(
        caption=caption,
        caption_justify="left",
        title=f"Offered against a lean on {feature.name.replace('_', ' ')}",
        title_justify="left",
    )
    table.add_column("offer", overflow="fold")
    for name in ("touches", "of", "effective n"):
        table.add_column(name, justify="right")
    table.add_column("win rate after (95 %)", justify="right")
    table.add_column("β after", justify="right")
    table.add_column("RM accuracy, as delivered", justify="right")
    table.add_column("RM accuracy, balanced", justify="right")
    for offer in found:
        table.add_row(*_row(offer, effects.get(offer.name)))
    console.print(table)
    for offer in found:
        told = f"cannot be offered: {offer.missing}" if offer.missing else offer.does
        console.print(f"[bold]{_words(offer)}[/]: {safe(told)}", soft_wrap=True, highlight=False)
    console.print(ABOUT_ACCURACY if effects else _no_accuracy(found), soft_wrap=True, highlight=False)


def _no_accuracy(found: "Sequence[Offer]") -> str:
    if any(offer.training is not None for offer in found):
        return "No accuracy: the prompts all fall on one side of the permanent split by prompt."
    return "No accuracy: nothing is offered that a reward model would be trained on."


def _row(offer: "Offer", effect: "Effect | None") -> tuple[str, ...]:
    after = offer.after
    return (
        _words(offer),
        f"{offer.touched.comparisons:,}",
        f"{offer.comparisons:,}",
        f"{offer.effective_n:,.0f}",
        "-" if after is None else rate(after.win_rate, after.low, after.high),
        "-" if after is None else _beta(after),
        _accuracy(effect.delivered if effect else None),
        _accuracy(effect.balanced if effect else None),
    )


def _words(offer: "Offer") -> str:
    return offer.name.replace("_", " ")


def _beta(audited: "Audited") -> str:
    effect = audited.effect
    return "-" if effect.beta is None or effect.se is None else f"{effect.beta:+.2f} ± {effect.se:.2f}"


def _accuracy(held: "HeldOut | None") -> str:
    if held is None:
        return "-"
    change = held.difference
    between = "" if change.low is None else f" ({change.low:+.1%} to {change.high:+.1%})"
    told = f"{held.before.value:.1%} → {held.after.value:.1%}{between}"
    return told if held.distinguishable else f"{told}\nnot distinguishable"


def _told(offer: "Offer", effect: "Effect | None") -> dict[str, Any]:
    return {
        "offer": offer.name,
        "does": offer.does,
        "missing": offer.missing or None,
        "touched": asdict(offer.touched),
        "comparisons": offer.comparisons,
        "effective_n": offer.effective_n,
        "before": asdict(offer.before),
        "after": None if offer.after is None else asdict(offer.after),
        "listed": None if offer.table is None else offer.table.height,
        "held_out": None
        if effect is None
        else {"as_delivered": _held(effect.delivered), "balanced": _held(effect.balanced)},
    }


def _held(held: "HeldOut | None") -> dict[str, Any] | None:
    if held is None:
        return None
    return asdict(held) | {"distinguishable": held.distinguishable, "sentence": held.sentence}
