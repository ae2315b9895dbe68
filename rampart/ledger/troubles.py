"""What the database's own errors mean for whoever runs Rampart, and what to do about each."""

import sqlite3
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

_AGAIN = "what was committed stands, nothing is half written; run the same command again"


@dataclass(frozen=True)
class _Trouble:
    """Known by SQLite's primary result code, PostgreSQL's SQLSTATE (or its class), or words of the driver."""

    means: str
    fix: str
    sqlite: tuple[int, ...] = ()
    sqlstate: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


# Result codes: https://sqlite.org/rescode.html; SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html
_TROUBLES = (
    _Trouble(
        "another process has been writing to the books for longer than this one waits",
        f"wait until it has ended, or end it if it hangs (`fuser` on the ledger file names it); {_AGAIN}",
        sqlite=(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
        sqlstate=("55P03", "40P01", "40001"),
    ),
    _Trouble(
        "the disk that holds the books is full",
        f"make room on it; {_AGAIN}",
        sqlite=(sqlite3.SQLITE_FULL,),
        sqlstate=("53100",),
    ),
    _Trouble(
        "the books may only be read",
        "give this user the right to write the ledger file and its folder, or name the primary server and a "
        "role that may write in RAMPART_DATABASE_URL",
        sqlite=(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
        sqlstate=("25006", "42501"),
    ),
    _Trouble(
        "the ledger file cannot be opened",
        "check RAMPART_HOME and RAMPART_DATABASE_URL: the folder must exist and be yours to write, and the "
        "file must be no folder",
        sqlite=(sqlite3.SQLITE_CANTOPEN,),
    ),
    _Trouble(
        "the disk under the books failed to read or write",
        "see first whether it is full, and make room; otherwise look at the system's log and the disk. Then "
        "run `rampart verify`, and restore a backup if it finds damage",
        sqlite=(sqlite3.SQLITE_IOERR,),
        sqlstate=("58030",),
    ),
    _Trouble(
        "the file is damaged or not a database",
        "check that RAMPART_DATABASE_URL names the ledger; if it does, restore the last backup and run "
        "`rampart verify`",
        sqlite=(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
        sqlstate=("XX001", "XX002"),
    ),
    _Trouble(
        "the database server takes no more connections",
        "end other clients or raise the server's max_connections; then run the same command again",
        sqlstate=("53300",),
        words=("too many clients", "remaining connection slots"),
    ),
    _Trouble(
        "the database server does not let this user in, or has no such database",
        "check user, password and database in RAMPART_DATABASE_URL; the database must exist and may be empty",
        sqlstate=("28", "3D000"),
        words=("authentication failed", "does not exist", "no pg_hba.conf entry"),
    ),
    _Trouble(
        "the database server is starting, stopping or was restarted",
        f"wait until it accepts connections; {_AGAIN}",
        sqlstate=("57P", "08006"),
        words=("server closed the connection", "terminating connection", "starting up", "shutting down"),
    ),
    _Trouble(
        "the database server cannot be reached",
        "check that it runs, and host and port in RAMPART_DATABASE_URL; then run the same command again",
        sqlstate=("08",),
        words=(
            "connection refused",
            "could not translate host",
            "failed to resolve",
            "timeout",
            "unreachable",
        ),
    ),
)
_UNKNOWN = _Trouble(
    "the ledger cannot be used", "check RAMPART_HOME and RAMPART_DATABASE_URL, and your rights there"
)


def what_to_do(error: DBAPIError) -> str:
    """One sentence for an error of the books' database: what it means, what the driver said, what to do."""
    said = " ".join(str(error.orig).split()) or type(error.orig).__name__
    found = next((trouble for trouble in _TROUBLES if _is(trouble, error.orig, said.lower())), _UNKNOWN)
    return f"{found.means} ({said.rstrip('.')}). Fix: {found.fix}"


def _is(trouble: _Trouble, driver: BaseException | None, said: str) -> bool:
    code = getattr(driver, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in trouble.sqlite  # the low byte; the rest of an extended code says where
    state = getattr(driver, "sqlstate", None)
    if state is not None:
        return any(state.startswith(known) for known in trouble.sqlstate)
    return any(words in said for words in trouble.words)
