"""Who is champion: by retraining, by hand, by rollback, and never two at once."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from contracts.model import Contract
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, program_stream
from rampart.ledger.champions import PROMOTED, champion, crown, crownings
from rampart.ledger.deletion.said import STARTED
from rampart.ledger.engine import writing
from rampart.ledger.errors import ChampionMovedError, ChampionshipError, DataDeletedError, LedgerError
from rampart.ledger.export import export_ledger
from rampart.ledger.models import record_training
from rampart.ledger.outbox import pending
from rampart.ledger.read import rm_rows
from rampart.ledger.tables import Promotion
from rampart.ledger.verify import verify_books
from tests.ledger.books import day, judged, promotion, training

BY: dict[str, Any] = {"by": "A. Lead", "reason": "it rewards length", "as_of": day(40)}


@pytest.fixture
def three(engine: Engine, contract: Contract) -> dict[int, str]:
    """Three versions, the first two of them promoted, the second being champion; version → run id."""
    runs = {week: training(judged(engine, contract, week), data=f"data-{week}") for week in (1, 2, 3)}
    for row, promoted in zip(pending(engine, "batch.accepted"), (True, True, False), strict=True):
        before = champion(engine, "assistant")
        record_training(engine, row.id, runs[row.week], promotion(promoted, before), day(30))
    return {week: run.run_id for week, run in runs.items()}


def test_a_rollback_makes_the_champion_before_this_one_champion_again(
    engine: Engine, three: dict[int, str]
) -> None:
    told = crown(engine, "assistant", None, "rollback", **BY)
    assert (told.version, told.run_id, told.how) == (1, three[1], "rollback")
    assert champion(engine, "assistant") == three[1]
    assert [row.version for row in rm_rows(engine, "assistant") if row.champion] == [1]
    assert [(one.version, one.by) for one in crownings(engine, "assistant")] == [
        (1, ""),
        (2, ""),
        (1, "A. Lead"),
    ]
    assert verify_books(engine) == ()


def test_a_rollback_rewrites_nothing(engine: Engine, three: dict[int, str]) -> None:
    before = export_ledger(engine)
    crown(engine, "assistant", 1, "rollback", **BY)
    after = export_ledger(engine)
    assert after["models"] == before["models"]
    assert [event for event in after["events"] if event in before["events"]] == before["events"]
    assert len(after["events"]) == len(before["events"]) + 1
    assert three


def test_a_training_after_a_rollback_is_held_against_the_model_that_is_champion_again(
    engine: Engine, contract: Contract, three: dict[int, str]
) -> None:
    run = training(judged(engine, contract, 4), data="data-4")
    crown(engine, "assistant", 1, "rollback", **BY)
    row = pending(engine, "batch.accepted")[0]
    with pytest.raises(ChampionMovedError, match="compare again"):
        record_training(engine, row.id, run, promotion(True, three[2]), day(41))
    record_training(engine, row.id, run, promotion(True, three[1]), day(41))
    assert champion(engine, "assistant") == run.run_id
    assert verify_books(engine) == ()


def test_any_version_may_be_promoted_by_hand(engine: Engine, three: dict[int, str]) -> None:
    assert crown(engine, "assistant", 3, "by_hand", **BY).run_id == three[3]
    assert champion(engine, "assistant") == three[3]
    assert crown(engine, "assistant", None, "rollback", **BY).run_id == three[2]
    assert verify_books(engine) == ()


def test_the_same_words_again_change_nothing(engine: Engine, three: dict[int, str]) -> None:
    for how, version in (("by_hand", 3), ("rollback", None)):
        first = crown(engine, "assistant", version, how, **BY)  # type: ignore[arg-type]
        before = export_ledger(engine)
        assert crown(engine, "assistant", version, how, **BY) == first  # type: ignore[arg-type]
        assert export_ledger(engine) == before
    assert three


@pytest.mark.parametrize(
    ("version", "how", "said"),
    [
        (2, "by_hand", "v2 is the champion already"),
        (9, "by_hand", r"has no reward model v9; on the books: v1, v2, v3"),
        (None, "by_hand", "name the version"),
        (3, "rollback", "v3 was not champion before; earlier champions: v1"),
        (2, "rollback", "v2 was not champion before"),
    ],
)
@pytest.mark.usefixtures("three")
def test_what_cannot_become_champion_is_refused_with_what_can(
    engine: Engine, version: int | None, how: str, said: str
) -> None:
    with pytest.raises(ChampionshipError, match=said):
        crown(engine, "assistant", version, how, **BY)  # type: ignore[arg-type]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("how", ["by_hand", "rollback"])
def test_no_model_becomes_champion_before_it_was_trained_or_before_the_last_one(
    engine: Engine, how: str
) -> None:
    version = 3 if how == "by_hand" else 1
    with pytest.raises(
        ChampionshipError, match=f"v{version} was trained at 2026-.* UTC, not before that; give a later"
    ):
        crown(engine, "assistant", version, how, **{**BY, "as_of": day(29)})  # type: ignore[arg-type]
    crown(engine, "assistant", version, how, **BY)  # type: ignore[arg-type]
    with pytest.raises(
        ChampionshipError, match=f"v{version} is champion since .*; what follows .*; give a later"
    ):
        crown(engine, "assistant", 2, "by_hand", **{**BY, "as_of": day(39)})
    crown(engine, "assistant", 2, "by_hand", **BY)


@pytest.mark.usefixtures("three")
def test_a_name_and_a_reason_are_asked_for(engine: Engine) -> None:
    with pytest.raises(LedgerError, match="the reason is empty"):
        crown(engine, "assistant", 3, "by_hand", by="A. Lead", reason=" ", as_of=day(40))


def test_the_first_champion_cannot_be_rolled_back(engine: Engine, contract: Contract) -> None:
    run = training(judged(engine, contract, 1))
    record_training(engine, pending(engine, "batch.accepted")[0].id, run, promotion(), day(9))
    with pytest.raises(ChampionshipError, match="there is no earlier champion; earlier champions: none"):
        crown(engine, "assistant", None, "rollback", **BY)


@pytest.mark.usefixtures("three")
def test_a_model_whose_data_were_deleted_does_not_become_champion_again(engine: Engine) -> None:
    begun: dict[str, Json] = {"deletion": "d", "weeks": [1], "by": "A. Lead", "reason": "rights"}
    with writing(engine) as session:
        said = begun | {"objects": [], "shared": [], "models": []}
        append_event(session, contract_stream("acme-1"), STARTED, day(35), said)
    with pytest.raises(
        DataDeletedError, match=r"v1 was trained on data that are gone: .*cannot become champion"
    ):
        crown(engine, "assistant", 1, "rollback", **BY)


def test_verify_finds_two_champions_at_once_and_one_that_nobody_decided(
    engine: Engine, three: dict[int, str]
) -> None:
    about: dict[str, Json] = {"version": 3, "run_id": three[3], "champion_before": three[1], "reason": ""}
    with writing(engine) as session:
        append_event(session, program_stream("assistant"), PROMOTED, day(41), about)
    problems = [violation.problem for violation in verify_books(engine)]
    assert problems == [
        "was held against another model than the champion of that moment",
        "became champion without a decision that says who and why",
    ]


def test_verify_misses_the_decision_of_a_version(engine: Engine, three: dict[int, str]) -> None:
    with writing(engine) as session:
        session.delete(session.exec(select(Promotion)).first())
    assert "no decision says whether it became champion" in [v.problem for v in verify_books(engine)]
    assert three
