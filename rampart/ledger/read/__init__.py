"""What the command line and the dashboard show: frozen rows, each read from one snapshot of the books.

Nothing here judges or recomputes a rate: rates come from the stored verdicts, money from the stored lines.
"""

from rampart.ledger.read.detail import BatchDetail, DecisionRow, batch_detail
from rampart.ledger.read.money import MoneyRow, money_rows
from rampart.ledger.read.ramp import RampRow, programs, ramp_rows
from rampart.ledger.read.reward_models import RmRow, rm_rows
from rampart.ledger.read.statement import Statement, StatementWeek, contract_ids, statement

__all__ = [
    "BatchDetail",
    "DecisionRow",
    "MoneyRow",
    "RampRow",
    "RmRow",
    "Statement",
    "StatementWeek",
    "batch_detail",
    "contract_ids",
    "money_rows",
    "programs",
    "ramp_rows",
    "rm_rows",
    "statement",
]
