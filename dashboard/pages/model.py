"""One reward model: what was measured on it, where it is wrong, and what it leans on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markupsafe import Markup
from sqlalchemy import Engine

from dashboard.charts import reliability_chart
from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import RmRow, rm_rows
from rampart.retrain.evaluate import Evaluation
from rampart.retrain.evaluation.amplification import Amplification
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult
from rampart.retrain.evaluation.calibration import ReliabilityBin
from rampart.retrain.evaluation.lines import SECTIONS, Line, lines_of, pairs_at
from rampart.retrain.evaluation.stored import StoredError, read_evaluation, read_probes
from rampart.retrain.probing import Probes

# They have tables of their own, or are the page's first one.
_APART = ("held out", "probe", "amplification", "benchmark")


@dataclass(frozen=True)
class ModelPage:
    """`/programs/{program}/models/{version}`: what was measured on a reward model."""

    row: RmRow = field(metadata={"help": "The model's line, as its programme's page shows it."})
    overall: tuple[Line, ...] = field(metadata={"help": "Figures over all held-out pairs."})
    slices: tuple[tuple[str, tuple[Line, ...]], ...] = field(
        metadata={"help": "Accuracy by batch, strength, domain and the like: a title and its lines each."}
    )
    reliability: tuple[ReliabilityBin, ...] = field(
        metadata={"help": "Confidence and accuracy, bin by bin, least confident first."}
    )
    chart: Markup | None = field(metadata={"help": "The reliability plot; none without bins."})
    probes: tuple[Line, ...] = field(metadata={"help": "What the model rewards that nobody paid for."})
    leans: tuple[Amplification, ...] = field(metadata={"help": "Each feature in its data and in the model."})
    learnt: str = field(metadata={"help": "Address of the comparisons it was trained on; empty without."})
    benchmarks: tuple[BenchmarkResult, ...] = field(metadata={"help": "Public benchmarks it was run on."})
    key: str = field(metadata={"help": "Where the evaluation lies in the object store, as JSON."})
    problem: str = field(metadata={"help": "Why no evaluation can be shown; empty when one is."})


def model_page(engine: Engine, read: ReadArtefact, program: str, version: int) -> ModelPage:
    """Read the page; `NotOnTheBooksError` for a version that was not trained."""
    row = next((row for row in rm_rows(engine, program) if row.version == version), None)
    if row is None:
        raise NotOnTheBooksError(f"There is no reward model {version} of programme {program} on the books.")
    key = _key(row, "evaluation-")
    try:
        evaluation = _evaluation(read, key)
        probes = _probes(read, _key(row, "probes-"))
    except (MissingObjectError, StoredError) as error:
        return _page(row, None, (), key, f"What was measured cannot be shown: {error}.")
    if evaluation is None:
        return _page(row, None, (), key, "Nothing but its accuracy was stored when it was trained.")
    return _page(row, evaluation, lines_of(evaluation, probes, _dataset(row)), key, "")


def _page(
    row: RmRow, evaluation: Evaluation | None, lines: Sequence[Line], key: str, problem: str
) -> ModelPage:
    sections = {name: tuple(found) for name, found in groupby(lines, lambda line: line.section)}
    bins = () if evaluation is None else evaluation.reliability
    return ModelPage(
        row=row,
        overall=sections.get("held out", ()),
        slices=tuple((SECTIONS[name], found) for name, found in sections.items() if name not in _APART),
        reliability=bins,
        chart=reliability_chart(bins) if bins else None,
        probes=sections.get("probe", ()),
        leans=() if evaluation is None else evaluation.amplification,
        learnt=pairs_at(_dataset(row), "train") if evaluation else "",
        benchmarks=() if evaluation is None else evaluation.benchmarks,
        key=key,
        problem=problem,
    )


def _dataset(row: RmRow) -> str:
    """Key of what it was trained on and held out from."""
    return next((key for key in row.artefacts.values() if key.endswith(".parquet")), "")


def _key(row: RmRow, prefix: str) -> str:
    """Key of the model's file whose name begins with `prefix`; empty where there is none."""
    return next((key for name, key in row.artefacts.items() if name.startswith(prefix)), "")


def _evaluation(read: ReadArtefact, key: str) -> Evaluation | None:
    return read_evaluation(key, read(key)) if key else None


def _probes(read: ReadArtefact, key: str) -> Probes | None:
    return read_probes(key, read(key)) if key else None
