r"""Whose rationales read as if a language model had written them?

**Model.** Of annotator $a$'s $n_a$ rationales, $x_a$ have a mark that chat models leave and people who type
into a box rarely do (`MARKS`): what an assistant says of itself, its openings and closings, Markdown. A share
against the crowd's (`quality.annotators.crowd`), upper tail.

**Fields needed.** `rationale`, `annotator_id`.

**Why these defaults.** From 10 rationales on. **It carries no consequence, ever**: no text can prove who
wrote it, and detectors wrong people who write in a second language (Liang et al. 2023,
doi:10.1016/j.patter.2023.100779). That crowd workers do use models is measured (a third to a half in one
task: Veselovsky, Ribeiro & West 2023, arXiv:2306.07899), so a share far above that of colleagues under the
same guideline is worth a question.

**What it does not say.** That a model chose the label: some dictate, translate or polish their own words.
"""

import numpy as np
import polars as pl

from quality.annotators.evidence import Missing, of_shares

STATISTIC = "model_like_rationales"
LEAST = 10
MARKS = (
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b",
    r"\bi(?:'m| am) (?:just )?an ai\b",
    r"^(?:certainly|sure|absolutely|of course)[!,.]",
    r"^here(?:'s| is) (?:a|an|the|my) (?:\w+ )?(?:analysis|breakdown|comparison|evaluation|assessment)\b",
    r"\b(?:in conclusion|in summary|overall), (?:both |while |response |answer |assistant )",
    r"\bit(?:'s| is) (?:important|worth) (?:to note|noting)\b",
    r"\b(?:delv(?:e|es|ing) into|a testament to|nuanced understanding)\b",
    r"\*\*[^*]+\*\*",
    r"(?m)^#{1,4} \S",
    r"\blet me know if\b",
)
_ANY = "(?i)" + "|".join(MARKS).replace("(?m)^", r"(?:^|\n)")


def marked(rationales: pl.Series) -> pl.Series:
    """Has each text a mark? Null where there is none to read."""
    return rationales.str.strip_chars().replace("", None).str.contains(_ANY)


def evidence(annotators: pl.Series, rationales: pl.Series, least: int = LEAST) -> pl.DataFrame | Missing:
    """Evidence on each annotator with at least `least` rationales."""
    told = pl.DataFrame({"annotator_id": annotators, "marked": marked(rationales)}).drop_nulls()
    if told.is_empty():
        return Missing(STATISTIC, "rationale", "No judgement has an annotator and a rationale.")
    each = (
        told.group_by("annotator_id")
        .agg(n=pl.len(), hits=pl.col("marked").sum())
        .filter(pl.col("n") >= least)
        .sort("annotator_id")
    )
    hits, n = (each[name].to_numpy().astype(np.float64) for name in ("hits", "n"))
    return of_shares(STATISTIC, each["annotator_id"].to_list(), hits, n, tail="high", margin=None)
