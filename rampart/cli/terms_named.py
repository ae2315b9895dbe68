"""A contract named on the command line: a file, or a version on the books."""

from pathlib import Path

from contracts.load import load_contract
from contracts.model import Contract


def terms_named(name: str) -> tuple[Contract, Path | None]:
    """The contract `name` and the file it stands in: a path, else ID or ID@VERSION on the books."""
    path = Path(name)
    if path.exists() or name.endswith((".yaml", ".yml")) or "/" in name:
        return load_contract(path), path
    from tasks.workspace import current_terms, terms_under, workspace  # noqa: PLC0415 (loads what a run needs)

    contract_id, _, version = name.partition("@")
    with workspace() as place:
        return (
            terms_under(contract_id, version, place) if version else current_terms(contract_id, place)
        ), None
