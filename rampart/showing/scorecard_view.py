"""A scorecard's JSON form, sorted for a reader: a row a figure, a column a contract, then the differences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rampart.showing.words import NOTHING

Told = Mapping[str, Any]
# Figure → what it is called, which way is better, and what it counts.
TITLES: Mapping[str, tuple[str, str]] = {
    "first_pass_yield": ("First-pass yield", "kept of what could be read, first revision; higher is better"),
    "ramp_slope": ("Ramp slope", "logit discard rate by log week; lower learns faster"),
    "agreement_shared": ("Agreement, shared work", "its annotators with each other; higher is better"),
    "agreement_with_others": (
        "Agreement with others",
        "with other vendors' people; higher is better",
    ),
    "gold_shared": ("Gold accuracy, shared work", "on gold questions several were given; higher is better"),
    "on_time_share": ("On time", "share of due weeks; higher is better"),
    "weeks_without_bias_flag": ("Weeks without a bias flag", "no audit failed; higher is better"),
    "on_policy_share": ("On-policy share", "of readable records; higher is better"),
    "defect_rate": ("Defect rate", "by human review of accepted records; lower is better"),
    "cost_per_accepted": ("Cost per accepted unit", "paid, credits taken off; lower is better"),
    "rm_gain_per_1000": ("Reward-model gain per 1,000", "points of held-out accuracy; higher is better"),
}


@dataclass(frozen=True)
class FigureRow:
    """One figure of every contract, and every difference of it that can be told, in the contracts' order.

    `untold` says of the others, once, what is missing and why: (lacks, reason).
    """

    name: str
    title: str
    about: str
    cells: tuple[Told, ...]
    differences: tuple[Told, ...]
    untold: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ScorecardView:
    """What the templates show; `vendors` are (contract id, vendor) of the columns."""

    program: str
    vendors: tuple[tuple[str, str], ...]
    rows: tuple[FigureRow, ...]
    names: Mapping[str, str]  # contract id → vendor, of all on the card
    compared: int
    distinguished: int


def scorecard_view(card: Told, vendor: str | None = None) -> ScorecardView:
    """Sort `card`; of one `vendor` (its name or contract id) alone where it is named."""
    vendors = [tuple(one) for one in card["contracts"] if vendor is None or vendor in one]
    columns = {contract_id: place for place, (contract_id, _) in enumerate(vendors)}
    figures = [one for one in card["figures"] if one["contract_id"] in columns]
    apart = [one for one in card["differences"] if one["one"] in columns or one["other"] in columns]
    rows = tuple(
        FigureRow(
            name,
            title=TITLES.get(name, (name.replace("_", " "), ""))[0],
            about=TITLES.get(name, ("", ""))[1],
            cells=tuple(one for one in figures if one["name"] == name),
            differences=tuple(one for one in apart if one["name"] == name and one["value"] is not None),
            untold=tuple(
                dict.fromkeys(
                    (one["lacks"], one["reason"])
                    for one in apart
                    if one["name"] == name and one["value"] is None
                )
            ),
        )
        for name in dict.fromkeys(one["name"] for one in card["figures"])
    )
    found = sum(one["standing"] in ("higher", "lower") for row in rows for one in row.differences)
    every = dict(card["contracts"])
    return ScorecardView(card["program"], tuple(vendors), rows, every, card["compared"], found)


def in_unit(value: float | None, told: Told, signed: bool = False) -> str:
    """One number in the unit of its figure; a difference is `signed`, and a share's is in points."""
    if value is None:
        return NOTHING
    ways: Mapping[str, Callable[[float], str]] = {
        "share": lambda v: f"{100 * v:+.1f} pp" if signed else f"{v:.1%}",
        "money": lambda v: f"{v:+,.4f}" if signed else f"{v:,.4f} {told.get('currency', '')}".rstrip(),
        "points": lambda v: f"{v:+.2f} pp",
        "logit": lambda v: f"{v:+.2f}",
    }
    # Adding zero leaves no sign on what rounds to nothing.
    return ways[told["unit"]](round(value, 9) + 0.0).replace("-", "\N{MINUS SIGN}")


def span(told: Told, signed: bool = False) -> str:
    """The interval of a figure or a difference; empty where there is none."""
    if told["low"] is None or told["high"] is None:
        return ""
    bare = {**told, "currency": ""}
    return f"{in_unit(told['low'], bare, signed)} to {in_unit(told['high'], bare, signed)}"
