"""The steps that a crash matrix must have hit: what money depends on, by the names the code gives them."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.crashes.effects import Moment
from simulator.crashes.matrix import Point


@dataclass(frozen=True)
class Named:
    """A step to be killed at `moment` of an effect that starts with one of `what`, within function `step`."""

    name: str
    step: str
    what: tuple[str, ...]
    moment: Moment

    def hit(self, points: Iterable[Point]) -> bool:
        """Is one of `points` such a kill?"""
        return any(
            self.step in point.effect.steps
            and point.effect.what.startswith(self.what)
            and point.effect.moment == self.moment
            for point in points
        )


PUBLISHED = ("link", "PUT")  # how an object appears, by store
WRITTEN = ("write", "PUT")

NAMED = (
    Named("the schema is made", "changing_schema", ("COMMIT",), "before"),
    Named("a contract's bytes are kept", "put_in_force", PUBLISHED, "after"),
    Named("a contract is put on the books", "register_contract", ("COMMIT",), "before"),
    Named("a week is expected", "expect", ("COMMIT",), "after"),
    Named("vendor bytes are half written", "land", WRITTEN, "half"),
    Named("vendor bytes are landed", "land", PUBLISHED, "after"),
    Named("the list of a delivery is kept", "land_delivery", PUBLISHED, "after"),
    Named("a delivery is received", "receive", ("COMMIT",), "after"),
    Named("a batch is claimed", "claim", ("COMMIT",), "after"),
    Named("a stage is reached", "advance", ("COMMIT",), "after"),
    Named("a table is half written", "publish_table", WRITTEN, "half"),
    Named("a table is published", "publish_table", PUBLISHED, "after"),
    Named("the vendor's pack is published", "write_feedback", PUBLISHED, "after"),
    Named("money is written", "settle", ("INSERT INTO batch_money",), "before"),
    Named("an event is appended", "settle", ("INSERT INTO ledger_event",), "before"),
    Named("a retraining is asked for", "settle", ("INSERT INTO outbox",), "before"),
    Named("a batch is about to be settled", "settle", ("COMMIT",), "before"),
    Named("a batch is settled", "settle", ("COMMIT",), "after"),
    Named("an earlier revision is superseded", "supersede_earlier", ("UPDATE batch",), "before"),
    Named("a decision is written", "decide", ("INSERT INTO decision",), "before"),
    Named("a decision is made", "decide", ("COMMIT",), "after"),
    Named("a turn at the outbox is taken", "take", ("COMMIT",), "after"),
    Named("a notice is published", "send_notices", PUBLISHED, "after"),
    Named("a notice is ticked off", "mark_done", ("COMMIT",), "before"),
    Named("a data set is published", "retrain", ("link store/datasets", "PUT datasets"), "after"),
    Named("a model is half written", "submit", WRITTEN, "half"),
    Named("a model is published", "submit", PUBLISHED, "after"),
    Named("a training is about to be booked", "record_training", ("COMMIT",), "before"),
    Named("a training is booked", "record_training", ("COMMIT",), "after"),
)


def never_hit(points: Iterable[Point]) -> tuple[str, ...]:
    """Names of the steps none of `points` is in."""
    there = tuple(points)
    return tuple(named.name for named in NAMED if not named.hit(there))
