"""The figures as Markdown, as `docs/detection.md` has them."""

from collections.abc import Mapping
from typing import Any

FOUND = ("what", "starts in week", "to be found by", "bar", "found in time", "95 %", "found in week (worlds)")
AHEAD = ("what", "money ahead when found", "plain thresholds: in time", "in week (worlds)", "money ahead")
HONEST = ("honest weeks", "sanctioned", "share", "95 %", "plain thresholds alarm")
NAMES = {
    "placebo": "all of Alder's",
    "placebo_alone": "of these, of Alder alone",
    "other_honest_weeks": "Birch's first two, Cedar's first",
}


def tables(figures: Mapping[str, Any]) -> str:
    """What was found and when, the money ahead, honest weeks, and what the reward model kept out."""
    planted = figures["planted"].items()
    parts = (
        _table(FOUND, [_found(name, one, figures["bar"][name]) for name, one in planted]),
        _table(AHEAD, [_ahead(name, one) for name, one in planted]),
        _table(HONEST, [_honest(NAMES[name], figures[name]) for name in NAMES if figures[name]["weeks"]]),
        _coin_flips(figures["coin_flips_kept_out"], figures["placebo_kept_out"]),
    )
    return "\n\n".join(parts)


def _found(name: str, one: Mapping[str, Any], bar: float) -> tuple[str, ...]:
    share, interval = _percent(one["share"], 1), _interval(one)
    return (name, str(one["first"]), str(one["by"]), _percent(bar), share, interval, _weeks(one["weeks"]))


def _ahead(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    found, plain, whole = (f"${one[key]:,.0f}" for key in ("ahead_usd", "plain_ahead_usd", "contract_usd"))
    return (name, f"{found} of {whole}", _percent(one["plain_share"], 1), _weeks(one["plain_weeks"]), plain)


def _honest(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    count, share = f"{one['sanctioned']} of {one['weeks']}", _percent(one["sanctioned_share"], 2)
    return (name, count, share, _interval(one), _percent(one["plain_share"], 1))


def _coin_flips(cedar: Mapping[str, int], alder: Mapping[str, int]) -> str:
    return (
        f"Coin flips in week 6: the reward model trained on them was not taken in {cedar['kept_out']} of "
        f"{cedar['worlds']} worlds, the one trained on Alder's good work in {alder['kept_out']} of "
        f"{alder['worlds']}."
    )


def _interval(one: Mapping[str, Any]) -> str:
    return f"{100 * one['low']:.1f} to {100 * one['high']:.1f} %"


def _weeks(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{week}: {count}" for week, count in counted.items())


def _percent(share: float, places: int = 0) -> str:
    return f"{100 * share:.{places}f} %"


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines).replace(" --- ", "---")
