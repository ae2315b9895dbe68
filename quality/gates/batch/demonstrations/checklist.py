"""The checklist for instruction data: label noise, pseudo-reasoning, copied templates, each a verdict.

A distribution that left the plan is judged with the plan (`quality.gates.batch.mix`), or without one against
earlier batches (`quality.gates.batch.history`).

At most 5,000 demonstrations are looked at, every n-th of the batch: a share within a point is known from far
fewer, and templates are searched pair by pair. Shares stand with Wilson's interval; *fail* when it lies above
what the contract tolerates, *warn* when only the share does.
"""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.checklist import Checklist
from quality.gates.batch.demonstrations.contradictions import contradicting
from quality.gates.batch.demonstrations.reasoning import Judge, judged
from quality.gates.batch.demonstrations.templates import templated
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Status, Verdict, consequence_of

SAMPLE = 5_000
LONGEST = 20_000  # characters of a response that are read


def checklist(
    records: pa.Table, contract: Contract, evidence: str | None = None, judge: Judge | None = None
) -> tuple[Verdict, ...]:
    """Three verdicts on demonstrations; nothing for contracts of another scheme.

    Args:
        records: canonical records that passed the record gates; of them `prompt` and `responses`.
        contract: what is tolerated, `audits.demonstrations`.
        evidence: address of the rows.
        judge: says whether an answer is reached where code cannot; none by default.
    """
    if contract.annotation.scheme.kind != "demonstration":
        return ()
    pairs, terms = _pairs(records), contract.audits.demonstrations
    asked = (
        (
            "max_contradicting",
            "prompts with several final numbers contradict themselves",
            contradicting(pairs),
        ),
        ("max_unreached", "responses with steps do not reach their answer by them", judged(pairs, judge)),
        ("max_templated", "responses long enough to say are another one's wording", templated(pairs)),
    )
    return tuple(_verdict(name, said, found, terms, evidence) for name, said, found in asked)


def _pairs(records: pa.Table) -> list[tuple[str, str]]:
    step = max(1, -(-records.num_rows // SAMPLE))
    looked_at = records.select(["prompt", "responses"]).take(
        pa.array(range(0, records.num_rows, step), pa.int64())
    )
    said = pl.element().struct.field("content")
    frame = pl.DataFrame(pl.from_arrow(looked_at)).select(
        prompt=pl.col("prompt").list.eval(said).list.join("\n"),
        response=pl.col("responses").list.eval(said).list.first().str.head(LONGEST),
    )
    return [(prompt or "", response) for prompt, response in frame.iter_rows() if response]


def _verdict(
    name: str, said: str, found: Sequence[bool | None], terms: Checklist, evidence: str | None
) -> Verdict:
    limit = getattr(terms, name)
    metric = f"{name.removeprefix('max_')}_share"
    spec = GateSpec(f"audits.demonstrations.{name}", metric, limit, consequence_of(terms.severity))
    known = [each for each in found if each is not None]
    n, faulty = len(known), sum(known)
    if n < max(1, terms.min_checked):
        reason = f"Only {n:,} could be checked, {terms.min_checked:,} are needed."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    share = faulty / n
    low, high = wilson(share, n)
    status: Status = "fail" if low > limit else "warn" if share > limit else "pass"
    reason = (
        f"{faulty:,} of {n:,} {said} ({share:.1%}, Wilson's 95 % interval {low:.1%} to {high:.1%}), "
        f"{limit:.1%} tolerated."
    )
    return Verdict(spec, status, share, low, high, n, reason, evidence)
