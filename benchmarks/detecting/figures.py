"""Seasons into figures: shares of worlds, weeks of finding, money ahead, honest weeks that were wronged."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.detecting.found import PLANTED, Planted
from benchmarks.detecting.season import PLACEBO, Season
from quality.intervals.wilson import wilson

MOST_SANCTIONED = 0.01  # of the placebo's contract weeks


def measured(seasons: Sequence[Season]) -> dict[str, Any]:
    """Every figure, the bars, and whether they are met."""
    joint = [one for one in seasons if not one.alone]
    alone = [one for one in seasons if one.alone]
    planted = {what.name: _about(what, joint) for what in PLANTED}
    placebo = _honest(seasons, (PLACEBO,))
    met = all(planted[what.name]["share"] >= what.share for what in PLANTED)
    return {
        "planted": planted,
        "placebo": placebo,
        "placebo_alone": _honest(alone, (PLACEBO,)),
        "other_honest_weeks": _honest(joint, ("birch", "cedar")),
        "coin_flips_kept_out": _kept_out(joint, "cedar"),
        "placebo_kept_out": _kept_out(joint, PLACEBO),
        "bar": {**{what.name: what.share for what in PLANTED}, "sanctioned_share": MOST_SANCTIONED},
        "ok": met and placebo["sanctioned_share"] <= MOST_SANCTIONED,
    }


def _about(what: Planted, seasons: list[Season]) -> dict[str, Any]:
    weeks = [one.found[what.name] for one in seasons]
    plain = [one.plain[what.name] for one in seasons]
    ahead = seasons[0].ahead[what.name]
    share, low, high = _in_time(what, weeks)
    return {
        "first": what.first,
        "by": what.by,
        "share": share,
        "low": low,
        "high": high,
        "weeks": _counted(weeks),
        "ahead_usd": _mean(ahead[week] if week else 0.0 for week in weeks),
        "plain_share": _in_time(what, plain)[0],
        "plain_weeks": _counted(plain),
        "plain_ahead_usd": _mean(ahead[week] if week else 0.0 for week in plain),
        "contract_usd": ahead[0],
    }


def _in_time(what: Planted, weeks: list[int | None]) -> tuple[float, float, float]:
    """The share of worlds in which it was seen in time, with its 95 % interval."""
    return _share(sum(week is not None and week <= what.by for week in weeks), len(weeks))


def _share(count: int, n: int) -> tuple[float, float, float]:
    share = count / n
    low, high = wilson(share, n)
    return round(share, 4), round(low, 3), round(high, 3)


def _counted(weeks: list[int | None]) -> dict[str, int]:
    """In how many worlds it was seen in which week, `missed` last."""
    known = Counter(week for week in weeks if week is not None)
    counted = {str(week): known[week] for week in sorted(known)}
    return counted | ({"missed": weeks.count(None)} if None in weeks else {})


def _honest(seasons: Sequence[Season], vendors: tuple[str, ...]) -> dict[str, Any]:
    """How many honest contract weeks were sanctioned, for what, and how many cross a plain threshold."""
    asked = [
        (one.sanctions[name], one.plain_alarms[name])
        for one in seasons
        for name in one.sanctions
        if name.split()[0] in vendors
    ]
    if not asked:
        return {"weeks": 0}
    share, low, high = _share(sum(bool(why) for why, _ in asked), len(asked))
    return {
        "weeks": len(asked),
        "sanctioned": sum(bool(why) for why, _ in asked),
        "sanctioned_share": share,
        "low": low,
        "high": high,
        "why": dict(Counter(each for why, _ in asked for each in why)),
        "plain_share": _share(sum(bool(alarms) for _, alarms in asked), len(asked))[0],
    }


def _kept_out(seasons: list[Season], vendor: str, week: int = 6) -> dict[str, int]:
    """In how many worlds the reward model trained on that batch was not taken, of those with one."""
    name = f"{vendor} {week}"
    taken = [one.promoted[name] for one in seasons if name in one.promoted]
    return {"worlds": len(taken), "kept_out": taken.count(False)}


def _mean(values: Iterable[float]) -> float:
    each = list(values)
    return round(sum(each) / len(each), 2)
