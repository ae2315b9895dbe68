from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rampart.ledger.engine import open_ledger
from rampart.ledger.errors import LedgerError
from rampart.ledger.policies import PolicyCheckpoint, checkpoints, register_checkpoint
from rampart.ledger.verify import verify_books

AT = datetime(2026, 3, 1, tzinfo=UTC)
ONE = PolicyCheckpoint("pol-1", "d1", "olmo", datetime(2026, 1, 5, tzinfo=UTC))
TWO = PolicyCheckpoint("pol-2", "d2", "olmo", datetime(2026, 2, 2, tzinfo=UTC), parent="pol-1")


@pytest.fixture
def books(tmp_path: Path) -> Engine:
    return open_ledger(f"sqlite:///{tmp_path / 'books.db'}")


def test_checkpoints_are_told_in_the_order_they_were_served_by_programme(books: Engine) -> None:
    for one in (ONE, TWO, PolicyCheckpoint("pol-0", "d0", "olmo", datetime(2025, 12, 1, tzinfo=UTC))):
        assert register_checkpoint(books, "rm", one, AT)
    assert [one.checkpoint_id for one in checkpoints(books, "rm")] == ["pol-0", "pol-1", "pol-2"]
    assert checkpoints(books, "rm")[1:] == (ONE, TWO)
    assert checkpoints(books, "other") == ()
    assert verify_books(books) == ()


def test_the_same_again_changes_nothing(books: Engine) -> None:
    assert register_checkpoint(books, "rm", ONE, AT)
    assert not register_checkpoint(books, "rm", ONE, AT)
    assert checkpoints(books, "rm") == (ONE,)


def test_when_it_was_served_may_be_told_later(books: Engine) -> None:
    register_checkpoint(books, "rm", ONE, AT)
    ended = replace(ONE, served_to=datetime(2026, 2, 1, 12, tzinfo=UTC))
    assert register_checkpoint(books, "rm", ended, AT)
    assert checkpoints(books, "rm") == (ended,)


@pytest.mark.parametrize("other", [{"digest": "d9"}, {"lineage": "qwen"}, {"parent": "pol-0"}])
def test_other_weights_need_another_id(books: Engine, other: dict[str, str]) -> None:
    register_checkpoint(books, "rm", replace(ONE, checkpoint_id="pol-0"), AT)
    register_checkpoint(books, "rm", ONE, AT)
    with pytest.raises(LedgerError, match="on the books with digest d1, lineage olmo"):
        register_checkpoint(books, "rm", replace(ONE, **other), AT)  # type: ignore[arg-type]


@pytest.mark.parametrize("parent", ["pol-1", "pol-2"])
def test_a_parent_is_registered_first(books: Engine, parent: str) -> None:
    with pytest.raises(LedgerError, match="register it first"):
        register_checkpoint(books, "rm", replace(TWO, parent=parent), AT)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"checkpoint_id": " "}, "id is empty"),
        ({"digest": ""}, "digest is empty"),
        ({"lineage": "ol\x1b[31mmo"}, "lineage is empty or cannot be printed"),
        ({"served_to": ONE.served_from}, "is not after"),
    ],
)
def test_what_cannot_be_meant_is_refused(books: Engine, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(LedgerError, match=said):
        register_checkpoint(books, "rm", replace(ONE, **wrong), AT)  # type: ignore[arg-type]
    assert checkpoints(books, "rm") == ()
