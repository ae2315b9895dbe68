r"""On how few people does a batch rest?

**Model.** Annotator $a$ made $x_a$ of $n$ judgements. The chance that two of them, drawn at random, are by
the same person, $\sum_a x_a (x_a - 1) / n (n - 1)$, is the Herfindahl-Hirschman index without the bias of
small counts (Simpson 1949, doi:10.1038/163688a0); its inverse is the number of equally busy annotators that
would concentrate the work as much (Laakso & Taagepera 1979, doi:10.1177/001041407901200101). The contract's
limit on the busiest is judged by `quality.gates.batch.concentration`.

**Fields needed.** `annotator_id`.

**What it does not say.** That few are worse than many: it says how many tastes the reward model learns.
"""

import polars as pl
import pyarrow as pa

from quality.verdict import GateSpec, Verdict

CLAUSE = "annotators.max_share"
METRIC = "effective_annotators"


def concentration(records: pa.Table, evidence: str | None = None) -> Verdict:
    """The effective number of annotators; it passes at any value, because it describes."""
    spec = GateSpec(CLAUSE, METRIC, 0.0, "none")
    named = pl.DataFrame(pl.from_arrow(records.select(["annotator_id"])))["annotator_id"].drop_nulls()
    n = len(named)
    if n < 2:
        reason = f"{n} of {records.num_rows:,} judgements name their annotator (annotator_id)."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    loads = named.value_counts(sort=True)["count"].cast(pl.Float64)
    index = float((loads * (loads - 1)).sum()) / (n * (n - 1))
    # All by different people: no two agree on who they are, and the number is only known to be large.
    effective = 1 / index if index else float(n)
    reason = (
        f"{n:,} judgements by {len(loads):,} annotators are as concentrated as those of {effective:.1f} "
        f"equally busy ones; the busiest made {loads[0] / n:.1%}."
    )
    return Verdict(spec, "pass", effective, None, None, n, reason, evidence)
