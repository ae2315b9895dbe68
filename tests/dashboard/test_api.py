from decimal import Decimal

from sqlalchemy import Engine

from rampart.ledger.read import ramp_rows, rm_rows
from tests.dashboard.conftest import Get


def test_the_ramp_is_every_row_of_the_books_with_amounts_as_strings(get: Get, engine: Engine) -> None:
    answer = get("/api/v1/ramp")
    assert answer.headers["content-type"] == "application/json"
    shown, held = answer.json(), ramp_rows(engine)
    assert len(shown) == len(held)
    for given, row in zip(shown, held, strict=True):
        assert (given["contract_id"], given["week"], given["state"]) == (row.contract_id, row.week, row.state)
        assert isinstance(given["payable"], str)
        assert Decimal(given["payable"]) == row.payable
        assert given["discard_rate"] == row.discard_rate
        assert given["due"].endswith("Z")


def test_the_ramp_can_be_asked_for_one_programme_or_contract(get: Get) -> None:
    assert {row["program"] for row in get("/api/v1/ramp?program=hostile").json()} == {"hostile"}
    one = get("/api/v1/ramp?contract_id=dc-alder-rm-refresh-2026").json()
    assert [row["week"] for row in one] == [1, 2, 3, 4, 5, 6]
    assert get("/api/v1/ramp?program=none").json() == []


def test_the_reward_models_of_one_or_all_programmes_are_given(get: Get, engine: Engine) -> None:
    count = {name: len(rm_rows(engine, name)) for name in ("hostile", "rm-refresh")}
    assert len(get("/api/v1/rm").json()) == sum(count.values())
    assert len(get("/api/v1/rm?program=hostile").json()) == count["hostile"] == 1
    assert get("/api/v1/rm?program=none").json() == []
