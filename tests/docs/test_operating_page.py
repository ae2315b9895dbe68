from contracts.load import load_contract
from rampart.cli.exits import Exit
from rampart.delivery.landing import landed_key
from rampart.delivery.tables import batch_prefix, invoice_prefix, pack_prefix, scorecard_prefix
from rampart.delivery.work_orders import work_order_key
from rampart.ledger.notices import notice_key
from rampart.ledger.states import STATES
from rampart.retrain.backend import out_of
from simulator import DEMO_CONTRACTS
from tasks.intake import listing_key
from tasks.workspace import contract_key
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "operating.md"
KEYS = [code(row[0]) for row in table(PAGE, "key", "holds")]


def test_the_page_lists_every_exit_code_with_its_name() -> None:
    shown = [(int(number), code(name)) for number, name, _ in table(PAGE, "code", "name", "when")]
    assert shown == [(int(exit_), exit_.name) for exit_ in Exit]


def test_the_page_lists_every_state_in_the_order_it_is_walked() -> None:
    assert tuple(code(row[0]) for row in table(PAGE, "state", "means", "next")) == STATES


def test_every_key_of_the_store_is_made_as_the_page_says() -> None:
    contract = load_contract(DEMO_CONTRACTS[0])
    made = {
        landed_key("ab12…"),
        listing_key(contract, 3, "<delivery id>").replace(contract.contract_id, "<contract>"),
        contract_key("<digest>"),
        work_order_key("program", 3).replace("program", "<program>"),
        *(
            f"{batch_prefix('<contract>', 3)}/{name}"
            for name in (
                "records-00001-….parquet",
                "fates-….parquet",
                "dispute-….jsonl",
                "doubted-….json",
                "sheet-….csv",
                "reading-….txt",
            )
        ),
        f"{invoice_prefix('<contract>')}/invoice-….csv",
        f"{pack_prefix('<contract>', 3)}/summary-….md",
        f"{scorecard_prefix('<program>')}/scorecard-….json",
        f"{out_of('<run id>')}/",
        notice_key("<id>"),
    }
    certificates = {"certificates/<contract>/<id>.<digest>.json"}
    assert set(KEYS) == made | {"datasets/<digest>.parquet"} | certificates
