import re
import textwrap

from contracts.load import parse_contract
from rampart.retrain.batch_pairs import FATES
from rampart.retrain.manifest import BatchSummary
from rampart.retrain.scope import HOLDOUT_PROMPTS, scope_of
from rampart.retrain.split import ANCHOR_PERCENT, HOLDOUT_PERCENT
from tests.contracts.files import changed
from tests.docs.pages import ROOT, table

PAGE = ROOT / "docs" / "retraining.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_says_where_the_split_lies() -> None:
    numbers = [row[0] for row in table(PAGE, "number", "side", "used for")]
    assert numbers == [
        f"0 to {ANCHOR_PERCENT - 1}",
        f"{ANCHOR_PERCENT} to {HOLDOUT_PERCENT - 1}",
        f"{HOLDOUT_PERCENT} to 99",
    ]
    assert f"{HOLDOUT_PROMPTS:,} by default" in TEXT


def test_the_page_lists_every_count_of_the_manifest_in_their_order() -> None:
    shown = [name for row in table(PAGE, "count", "pairs") for name in re.findall(r"`(\w+)`", row[0])]
    dropped = [f"dropped_{fate}" for fate in FATES]
    used = ["train_pairs", "anchor_pairs", "holdout_pairs"]
    assert shown == ["pairs", "in_evaluation_sets", "pairs_not_drawn", *dropped, *used]
    assert set(shown) <= set(BatchSummary.__dataclass_fields__)


def test_the_terms_shown_are_terms_of_a_contract() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    data = changed("      gates:", f"{textwrap.indent(shown, ' ' * 6)}      gates:")
    scope = scope_of(parse_contract(data, "c.yaml"))
    assert (scope.window_weeks, scope.half_life_weeks) == (26, 13)
    assert dict(scope.domain_mix) == {"code": 0.4, "law": 0.2}
    assert (scope.vendor_factors, scope.week_factors[0].factor) == ((("acme", 0.5),), 0)
