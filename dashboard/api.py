"""The same rows as JSON, for notebooks and other programs: `/api/v1/ramp` and `/api/v1/rm`."""

import msgspec
from fastapi import APIRouter, Response
from sqlalchemy import Engine

from rampart.ledger.read import programs, ramp_rows, rm_rows


def api(engine: Engine) -> APIRouter:
    """The read API over the books. Amounts are strings, so that no reader makes floats of them."""
    router = APIRouter(prefix="/api/v1")

    @router.get("/ramp")
    def ramp(program: str | None = None, contract_id: str | None = None) -> Response:
        """`rampart.ledger.read.RampRow`s, optionally of one programme or one contract."""
        return _json(ramp_rows(engine, program, contract_id))

    @router.get("/rm")
    def rm(program: str | None = None) -> Response:
        """`rampart.ledger.read.RmRow`s, optionally of one programme."""
        wanted = [name for name in programs(engine) if program in (None, name)]
        return _json(tuple(row for name in wanted for row in rm_rows(engine, name)))

    return router


def _json(rows: object) -> Response:
    return Response(msgspec.json.encode(rows), media_type="application/json")
