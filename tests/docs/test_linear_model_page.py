"""The page on the embedded model lists every choice a contract has, and shows a call that works."""

from contracts.model import Training
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.linear.features import COLUMNS
from rampart.retrain.linear.style import STYLE
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "linear-model.md"
BUYERS = ("strength", "labels", "ties", "flipped_share", "length")


def test_the_page_lists_every_choice_and_its_values() -> None:
    listed: dict[str, list[str]] = {}
    for term, value, _ in table(PAGE, "term of `training`", "value", "does"):
        name = code(term) if term.strip() else list(listed)[-1]
        listed.setdefault(name, []).append(value.strip("` "))
    assert tuple(listed) == BUYERS
    for name in ("strength", "labels", "ties", "length"):
        schema = Training.model_json_schema()["properties"][name]
        assert listed[name] == schema["enum"]


def test_a_contract_makes_these_choices_and_no_other() -> None:
    usual = LinearConfig()
    assert {name for name in vars(usual) if hasattr(Training.defaults(), name)} == set(BUYERS)


def test_the_page_s_figures_are_those_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert COLUMNS == 2**18
    assert "$2^{18}$ columns" in text
    assert f"{len(STYLE)} style features" in text
    assert "`weight` is\nthe default" in text
    assert Training.defaults().strength == LinearConfig().strength == "weight"
