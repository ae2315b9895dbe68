"""The dashboard as a web application: addresses to pages, and what happens when there is none."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import FastAPI, HTTPException
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse
from sqlalchemy import Engine
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from dashboard.api import api
from dashboard.pages import (
    ReadArtefact,
    audit_page,
    contract_page,
    disputes_page,
    expectations_page,
    model_page,
    money_page,
    overview_page,
    patterns_page,
    program_page,
    ramp_page,
    review_page,
    rights_page,
    scorecard_page,
    week_page,
)
from dashboard.pages.missing import NotOnTheBooksError, ProblemPage
from dashboard.rendering import render
from dashboard.security import HEADERS, LOOPBACK_HOSTS, SecurityHeaders
from rampart.ledger.read import programs
from rampart.showing import STATIC

# The databases keep weeks and revisions as integers of at least four bytes; more is no number of a week.
Number = Annotated[int, InPath(ge=1, le=2**31 - 1)]
NO_SUCH_PAGE = "There is no page at this address."


def create_app(engine: Engine, read: ReadArtefact, allowed_hosts: Sequence[str] = LOOPBACK_HOSTS) -> FastAPI:
    """The dashboard over the books of `engine`; it only reads.

    Args:
        engine: from `rampart.ledger.engine.open_ledger`.
        read: gives the bytes of an artefact by its key, as `ObjectStore.get` does.
        allowed_hosts: names it answers to in the Host header; behind a proxy, the proxy's public name.
    """
    app = FastAPI(
        title="Rampart",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False),
        ],
    )
    app.mount("/static", StaticFiles(directory=STATIC))
    app.include_router(api(engine))
    _add_pages(app, engine, read)
    app.add_exception_handler(NotOnTheBooksError, _not_found)
    app.add_exception_handler(RequestValidationError, _not_found)
    app.add_exception_handler(StarletteHTTPException, _not_found)
    app.add_exception_handler(Exception, _broken)
    return app


def _add_pages(app: FastAPI, engine: Engine, read: ReadArtefact) -> None:
    @app.get("/", response_class=HTMLResponse)
    def overview() -> str:
        return render("overview.html", overview_page(engine))

    @app.get("/contracts/{contract_id}/weeks/{week}", response_class=HTMLResponse)
    def week(contract_id: str, week: Number, revision: int | None = None) -> str:
        _must_be_a_number(revision)
        return render("week.html", week_page(engine, contract_id, week, revision, read))

    @app.get("/contracts/{contract_id}/weeks/{week}/expectations", response_class=HTMLResponse)
    def expectations(contract_id: str, week: Number, revision: int | None = None) -> str:
        _must_be_a_number(revision)
        page = expectations_page(engine, read, contract_id, week, revision)
        return render("expectations.html", page)

    @app.get("/contracts/{contract_id}/weeks/{week}/audit", response_class=HTMLResponse)
    def audit(contract_id: str, week: Number, revision: int | None = None) -> str:
        _must_be_a_number(revision)
        return render("audit_page.html", audit_page(engine, read, contract_id, week, revision))

    @app.get("/contracts/{contract_id}/ramp", response_class=HTMLResponse)
    def ramp(contract_id: str) -> str:
        return render("ramp.html", ramp_page(engine, read, contract_id))

    @app.get("/contracts/{contract_id}/money", response_class=HTMLResponse)
    def money(contract_id: str) -> str:
        return render("money.html", money_page(engine, read, contract_id))

    @app.get("/contracts/{contract_id}/weeks/{week}/review", response_class=HTMLResponse)
    def review(contract_id: str, week: Number) -> str:
        return render("review.html", review_page(engine, read, contract_id, week))

    @app.get("/contracts/{contract_id}", response_class=HTMLResponse)
    def contract(contract_id: str) -> str:
        return render("contract.html", contract_page(engine, contract_id))

    @app.get("/programs/{program}", response_class=HTMLResponse)
    def program(program: str) -> str:
        return render("program.html", program_page(engine, program))

    @app.get("/programs/{program}/models/{version}", response_class=HTMLResponse)
    def model(program: str, version: Number) -> str:
        return render("model.html", model_page(engine, read, program, version))

    @app.get("/rights", response_class=HTMLResponse)
    def rights() -> str:
        return render("rights.html", rights_page(engine, read))

    @app.get("/disputes", response_class=HTMLResponse)
    def disputes() -> str:
        return render("disputes.html", disputes_page(engine, read))

    @app.get("/programs/{program}/scorecard", response_class=HTMLResponse)
    def scorecard(program: str) -> str:
        return render("scorecard.html", scorecard_page(engine, read, program))

    @app.get("/patterns", response_class=HTMLResponse)
    def patterns() -> str:
        return render("patterns.html", patterns_page())

    @app.get("/healthz", response_class=PlainTextResponse)
    def healthz() -> str:
        """Fails when the books cannot be read."""
        return f"ok, {len(programs(engine))} programmes\n"


def _must_be_a_number(revision: int | None) -> None:
    if revision is not None and not 1 <= revision < 2**31:
        raise HTTPException(404)


def _not_found(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, StarletteHTTPException) else 404
    sentence = str(error) if isinstance(error, NotOnTheBooksError) else NO_SUCH_PAGE
    title = "Not found" if status == 404 else "Not possible"
    return HTMLResponse(render("problem.html", ProblemPage(title, sentence)), status)


def _broken(_request: Request, _error: Exception) -> Response:
    sentence = "This page could not be read from the books. The server's log says why; nothing was changed."
    page = render("problem.html", ProblemPage("Something broke", sentence))
    return HTMLResponse(page, 500, headers=HEADERS)  # written outside the middleware, so it brings its own
