"""Where things are: the address of every page, for templates, charts and tests."""

from urllib.parse import quote

from rampart.ledger.read import RampRow
from rampart.records.evidence import AddressError, parse


def contract_url(contract_id: str) -> str:
    """The page of a contract."""
    return f"/contracts/{quote(contract_id, safe='')}"


def ramp_url(contract_id: str) -> str:
    """The page of a contract's ramp: forecast, and go or no-go."""
    return f"{contract_url(contract_id)}/ramp"


def money_url(contract_id: str) -> str:
    """The page of a contract's money."""
    return f"{contract_url(contract_id)}/money"


def week_url(contract_id: str, week: int, revision: int | None = None, anchor: str = "") -> str:
    """The page of a contract week; of its current revision unless one is named."""
    asked = "" if revision is None else f"?revision={revision}"
    return f"{contract_url(contract_id)}/weeks/{week}{asked}{'#' * bool(anchor)}{anchor}"


def expectations_url(contract_id: str, week: int, revision: int) -> str:
    """The page of Great Expectations' result for one judgement of a contract week."""
    return f"{contract_url(contract_id)}/weeks/{week}/expectations?revision={revision}"


def audit_url(contract_id: str, week: int, revision: int) -> str:
    """The page of the audit report of one judgement of a contract week."""
    return f"{contract_url(contract_id)}/weeks/{week}/audit?revision={revision}"


def review_url(contract_id: str, week: int) -> str:
    """The page of the reviews of a contract week."""
    return f"{contract_url(contract_id)}/weeks/{week}/review"


def row_url(row: RampRow, anchor: str = "") -> str | None:
    """The week page behind a row of the ramp, at the revision the row shows; None before the week is open."""
    if row.revision is None:
        return None
    return week_url(row.contract_id, row.week, row.revision if row.judging else None, anchor)


def program_url(program: str) -> str:
    """The page of a programme's reward models."""
    return f"/programs/{quote(program, safe='')}"


def model_url(program: str, version: int) -> str:
    """The line of one reward model on its programme's page."""
    return f"{program_url(program)}#version-{version}"


def measured_url(program: str, version: int) -> str:
    """The page of one reward model: what was measured on it."""
    return f"{program_url(program)}/models/{version}"


def rights_url() -> str:
    """The page of rights."""
    return "/rights"


def scorecard_url(program: str) -> str:
    """The page of a programme's scorecard."""
    return f"{program_url(program)}/scorecard"


def evidence_url(address: str) -> str | None:
    """The page that shows the rows at an address of evidence; None where only the command lists them."""
    try:
        found = parse(address)
    except AddressError:
        return None
    if found.scheme == "books":
        contract_id, week, revision, table = found.parts
        return week_url(contract_id, int(week), int(revision), table)
    asked = {one.column: one.value for one in found.where}
    if found.scheme == "models" and "version" in asked:
        return f"{program_url(found.parts[0])}#version-{asked['version']}"
    return None
