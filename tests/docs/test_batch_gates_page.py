"""The page on batch gates lists every verdict there is, and no other."""

import re

from contracts.terms.annotation import Demonstration
from quality.gates.batch.judging import judge_kept
from tests.docs.pages import ROOT, table
from tests.quality.gates.batch.test_judging import EVERYTHING, KEPT
from tests.quality.gates.delivered import terms

PAGE = ROOT / "docs" / "batch-gates.md"
COUNTED = {"discard_rate", "volume", "unreadable_share", "on_policy_share", "on_policy_share_one"}
FLAGS = "`<reason>_flags`"  # as many as a contract flags reasons
COEFFICIENTS = ("krippendorff_alpha", "gwet_ac1", "raw")


def judged() -> set[str]:
    """The metric of every verdict on kept records that some contract asks for."""
    plans = dict.fromkeys(("domain", "language", "difficulty"), EVERYTHING["mix"]["domain"])
    guided = {"guideline": {"version": "2"}}
    people = [
        {**EVERYTHING["annotators"], "agreement": {"coefficient": c, "least": 0.4}} for c in COEFFICIENTS
    ]
    contracts = [terms(annotation=guided, mix=plans, annotators=each) for each in people]
    contracts.append(terms(annotation={"scheme": Demonstration(kind="demonstration")}))
    return {v.spec.metric for contract in contracts for v in judge_kept(KEPT, {0: KEPT.num_rows}, contract)}


def test_the_page_lists_every_verdict() -> None:
    listed = set()
    for verdict, *_ in table(PAGE, "verdict", "clause", "figure", "fails when"):
        if verdict == FLAGS:
            continue
        first, *others = re.findall(r"`([a-z0-9_…]+)`", verdict)
        tail = first.partition("_")[2]
        listed |= {first, *(name.replace("…", tail) for name in others)}
    assert listed == judged() | COUNTED
