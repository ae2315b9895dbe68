"""Write one contract's ramp as a standalone SVG: ``python -m dashboard.charts CONTRACT > ramp.svg``."""

import sys

from dashboard.charts import standalone_svg
from rampart.ledger.engine import open_ledger
from rampart.ledger.read import ramp_rows
from rampart.settings import Settings


def main(contract_id: str) -> None:
    """Print the chart of `contract_id`; for an unknown one, end with the names of those there are."""
    rows = ramp_rows(open_ledger(Settings().ledger_url))
    chosen = [row for row in rows if row.contract_id == contract_id]
    if not chosen:
        known = ", ".join(sorted({row.contract_id for row in rows})) or "none"
        raise SystemExit(f"no contract {contract_id!r} on the books; there are: {known}")
    sys.stdout.write(standalone_svg(chosen))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
