"""What one reconciliation did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciled:
    """Counts and names; `problems` are parts that failed, while the others went on.

    `sent` notices went out and `waiting` rest until their next try; `unsendable`, packs among them, failed so
    often that somebody should look. `handed_over` are feedback packs written where their contracts say.
    `finished` and `stuck` are deliveries that a worker had left, `rejudged` those with reinstated records,
    `late` weeks that nobody delivered, `called` what else the SLA clock found, `closed` Prefect runs that had
    died, `cleared` how many unfinished writes were removed, `trained` the reason of each request answered.
    """

    sent: int = 0
    waiting: int = 0
    unsendable: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()
    rejudged: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    cleared: int = 0
    trained: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
