"""Places a season can be walked in: folders and SQLite, or S3 servers and PostgreSQL, and how one ended."""

import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from flows.outcome import Outcome
from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.delivery.manifest import MANIFEST
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from rampart.settings import Settings
from simulator.season import Row, Season, due
from simulator.servers.postgresql import PostgreSql
from simulator.servers.seaweedfs import SeaweedFs
from simulator.without_prefect import without_prefect
from tasks.workspace import store_at

# One for all places, or no two stores could hold the same bytes.
PSEUDONYM_KEY = "the same key for every place"
CONTRACT = "dc-north"


@dataclass(frozen=True)
class Ending:
    """What a season left behind: the ledger's export, the digest of every object, and what `verify` found."""

    books: Mapping[str, Any]
    store: Mapping[str, str]
    violations: tuple[str, ...]

    def differences(self, undisturbed: "Ending", *, but_refusals: bool = False) -> tuple[str, ...]:
        """Where this ending is not what it would be undisturbed, in words; empty when all is equal.

        `but_refusals`: refusals in the books are no difference; the numbers and hashes of the events after
        them are then left out of the comparison.
        """
        ours, theirs = self.books, undisturbed.books
        if but_refusals:
            ours, theirs = _without_refusals(ours), _without_refusals(theirs)
        return (
            *(f"the books differ in {name}" for name in theirs if ours[name] != theirs[name]),
            *(f"missing in the store: {key}" for key in sorted(undisturbed.store.keys() - self.store.keys())),
            *strangers(self.store, undisturbed.store),
            *(violation for violation in self.violations if violation not in undisturbed.violations),
        )


def strangers(store: Mapping[str, str], undisturbed: Mapping[str, str]) -> tuple[str, ...]:
    """Objects that an undisturbed run does not publish, or not with these bytes: torn ones among them."""
    return tuple(
        f"not what is stored undisturbed: {key}" for key in store if store[key] != undisturbed.get(key)
    )


@dataclass(frozen=True)
class Place:
    """A home folder and the settings of the processes that work in it.

    `direct` are the settings that lead past whatever stands before its servers; `s3` keeps its drop, if any.
    """

    home: Path
    environment: Mapping[str, str]
    direct: Mapping[str, str]
    s3: SeaweedFs | None = None

    @property
    def season(self) -> Season:
        """The season played here."""
        return Season(self.home)

    @contextmanager
    def entered(self, *, directly: bool = False) -> Iterator[None]:
        """Work as the place's settings say; `directly`: past what stands before its servers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}
        more = {"RAMPART_HOME": str(self.home), "RAMPART_PSEUDONYM_KEY": PSEUDONYM_KEY, **self.environment}
        with patch.dict(os.environ, {**kept, **more, **(self.direct if directly else {})}, clear=True):
            yield

    def agree(self, **changes: Any) -> None:
        """Put the vendor's contract in force."""
        with self.entered(directly=True):
            self.season.agree(**changes)

    def deliver(self, week: int = 1, rows: list[Row] | None = None, **about: Any) -> str:
        """Deliver into the drop, the manifest last, and give the delivery's id."""
        with self.entered(directly=True):
            delivery_id = self.season.deliver(week, rows, **about)
            if self.s3 is not None:
                self._upload(week, self.s3)
        return delivery_id

    def walk(self, week: int = 1) -> Outcome:
        """Judge the week and train on what is new, as a worker would; raises what stops a worker."""
        with self.entered(), without_prefect():
            outcome = process_delivery(CONTRACT, week, due(week))
            retrain(due(week))
            return outcome

    def stored(self) -> dict[str, str]:
        """Every object in the store, by the digest of its bytes."""
        with self.entered(directly=True):
            store = store_at(Settings().store_uri, Settings())
            return {o.key: hashlib.sha256(store.get(o.key)).hexdigest() for o in store.list("")}

    def ending(self) -> Ending:
        """What is here now."""
        with self.entered(directly=True):
            books = open_ledger(Settings().ledger_url)
            store = store_at(Settings().store_uri, Settings())
            try:
                violations = (*verify_books(books), *verify_store(books, store))
                exported = export_ledger(books)
            finally:
                books.dispose()
        return Ending(exported, self.stored(), tuple(map(str, violations)))

    def _upload(self, week: int, s3: SeaweedFs) -> None:
        folder = f"north/week-{week:02d}"
        bucket, _, prefix = self.environment["RAMPART_DROP"].removeprefix("s3://").partition("/")
        for name in ("rows.jsonl", MANIFEST):
            data = (self.season.drop / folder / name).read_bytes()
            s3.client().put_object(Bucket=bucket, Key=f"{prefix}/{folder}/{name}", Body=data)


@dataclass(frozen=True)
class Stack:
    """What places are made of: without servers folders and SQLite; `proxy_url` stands before `s3`."""

    s3: SeaweedFs | None = None
    postgresql: PostgreSql | None = None
    proxy_url: str | None = None

    def new_place(self, home: Path, **settings: str) -> Place:
        """An empty place at `home`, with settings of its own beside the stack's."""
        chosen = dict(settings)
        if self.postgresql is not None:
            chosen["RAMPART_DATABASE_URL"] = self.postgresql.new_database(self._template)
        if self.s3 is None:
            return Place(home, chosen, {})
        root = f"s3://{self._bucket}/{uuid.uuid4().hex}"
        chosen |= self.s3.environment
        chosen |= {"RAMPART_STORE": f"{root}/store", "RAMPART_DROP": f"{root}/drop"}
        direct = {"RAMPART_S3_ENDPOINT_URL": self.s3.endpoint_url}
        return Place(
            home,
            chosen | ({"RAMPART_S3_ENDPOINT_URL": self.proxy_url} if self.proxy_url else {}),
            direct,
            self.s3,
        )

    @cached_property
    def _bucket(self) -> str:
        """One for all places: the first write to a new one takes SeaweedFS a fifth of a second longer."""
        assert self.s3 is not None  # noqa: S101 (narrows the type: asked for with a server only)
        return self.s3.new_bucket()

    @cached_property
    def _template(self) -> str:
        """The name of a database with empty books: a copy takes a tenth of the time of a new schema."""
        assert self.postgresql is not None  # noqa: S101 (narrows the type: asked for with a server only)
        url = self.postgresql.new_database()
        open_ledger(url).dispose()
        return url.rsplit("/", 1)[-1]


@cache
def undisturbed(*weeks: int) -> Ending:
    """How these weeks end when nothing goes wrong; the same in all stacks."""
    with TemporaryDirectory(prefix="rampart-undisturbed-") as home:
        place = Stack().new_place(Path(home))
        place.agree()
        for week in weeks:
            place.deliver(week)
            place.walk(week)
        return place.ending()


def _without_refusals(books: Mapping[str, Any]) -> dict[str, Any]:
    kept = [event for event in books["events"] if event["kind"] != "delivery.refused"]
    unchained = ("seq", "hash", "prev_hash")
    bare = [{name: value for name, value in event.items() if name not in unchained} for event in kept]
    work = [row for row in books["outbox"] if row["topic"] != "delivery.refused"]
    return {**books, "events": bare, "outbox": work}
