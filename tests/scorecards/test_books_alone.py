"""A programme whose stored objects are gone: what the books alone say, reward models among it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rampart.delivery.local_store import LocalStore
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import rm_rows
from rampart.records.evidence import in_models
from tasks.evidence import resolve
from tasks.scorecard import card_of
from tasks.workspace import Workspace
from tests.dashboard.books import fill

GAIN = "rm_gain_per_1000"
ALDER, CEDAR = "dc-alder-rm-refresh-2026", "dc-cedar-rm-refresh-2026"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The dashboard's example books beside an empty store."""
    folder: Path = tmp_path_factory.mktemp("bare")
    books, store = open_ledger(f"sqlite:///{folder}/ledger.db"), LocalStore(folder / "store")
    fill(books)
    yield Workspace(books, store, store, store, None, b"", 60.0, folder, 1)
    books.dispose()


def test_the_gain_of_a_vendor_is_what_its_own_batches_did_to_the_reward_model(bare: Workspace) -> None:
    models = rm_rows(bare.books, "rm-refresh")
    own = [model for model in models if model.trigger[0] == ALDER and model.difference is not None]
    assert own
    found = next(
        one for one in card_of(bare, "rm-refresh").figures if (one.name, one.contract_id) == (GAIN, ALDER)
    )
    assert found.n == len(own)
    assert found.evidence == tuple(in_models("rm-refresh", model.version) for model in own)
    rows = [row for address in found.evidence for row in resolve(bare, address)]
    kept = [row for row in rows if row["promoted"]]
    assert len(kept) < len(rows)
    gained = 100 * sum(row["difference"] for row in kept)
    assert found.reason.startswith(f"{gained:+.2f} points by {len(kept)} of {len(own)} models")
    assert found.low is not None
    assert found.low < (found.value or 0.0)


def test_a_model_after_a_judgement_that_was_replaced_is_not_paid_for_twice(bare: Workspace) -> None:
    found = next(
        one for one in card_of(bare, "rm-refresh").figures if (one.name, one.contract_id) == (GAIN, CEDAR)
    )
    paid = {
        tuple(model.trigger[1:]) for model in rm_rows(bare.books, "rm-refresh") if model.trigger[0] == CEDAR
    }
    assert (2, 2) in paid
    assert found.currency == "USD"


def test_without_its_objects_audits_and_shared_work_are_not_testable(bare: Workspace) -> None:
    card = card_of(bare, "rm-refresh")
    lacking = {one.lacks for one in card.figures if one.name in ("gold_shared", "weeks_without_bias_flag")}
    assert lacking == {"shared gold questions", "audit reports"}
