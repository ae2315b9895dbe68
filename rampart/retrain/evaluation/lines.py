"""An evaluation line by line: each figure with its interval, what it is of, and where its rows are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rampart.records.evidence import Address, Condition
from rampart.retrain.bootstrap import Estimate
from rampart.retrain.evaluate import Evaluation
from rampart.retrain.evaluation.accuracy import SliceAccuracy
from rampart.retrain.evaluation.benchmarks.result import BenchmarkResult
from rampart.retrain.evaluation.slices import NOT_SAID
from rampart.retrain.probing import Probes
from rampart.retrain.snapshot import Split

Unit = Literal["share", "nats", "correlation", "difference"]


@dataclass(frozen=True)
class Line:
    """One figure of a model.

    `section` groups lines (`SECTIONS`), `name` says what of it, `value` is the figure with its 95 % interval,
    None where it could not be told, and then `said` is why. `evidence` is the address of the rows behind it
    (`rampart evidence`), empty where the rows are not ours: those of a benchmark's file.
    """

    section: str
    name: str
    unit: Unit
    value: float | None
    low: float | None
    high: float | None
    n_pairs: int
    n_prompts: int
    said: str
    evidence: str


SECTIONS = {
    "held out": "All held-out pairs",
    "anchor": "The fixed anchor",
    "batch": "By batch",
    "strength": "By strength of the preference",
    "agreement": "By agreement of the annotators",
    "domain": "By domain",
    "vendor": "By vendor",
    "contract": "By contract",
    "language": "By language",
    "on_policy": "By whether the responses are the policy's own",
    "responses": "By number of responses judged together",
    "probe": "Bias probes",
    "amplification": "The model's lean less its data's",
    "benchmark": "Public benchmarks",
}

_TOO_FEW = "Too few prompts for an interval."
# Slices whose pairs a condition on a column of the data set finds.
_COLUMNS = {
    **{name: name for name in ("vendor", "domain", "language", "on_policy")},
    "contract": "contract_id",
}
_ON_POLICY = {"yes": "True", "no": "False"}


def lines_of(evaluation: Evaluation, probes: Probes | None, dataset: str) -> tuple[Line, ...]:
    """Every figure, in the order of `SECTIONS`.

    Args:
        evaluation: of the model.
        probes: of the model, where they could be read.
        dataset: key of the data set it was trained on and held out from.
    """
    found = [*_overall(evaluation, dataset), *_slices(evaluation, dataset)]
    found += [*_probes(probes, dataset)] if probes else []
    found += [*_amplification(evaluation, dataset), *_benchmarks(evaluation)]
    order = list(SECTIONS)
    return tuple(sorted(found, key=lambda line: order.index(line.section)))


def pairs_at(dataset: str, split: Split, **where: str) -> str:
    """The address of the strict pairs of one side of a data set whose columns have the values given."""
    asked = [Condition("split", split), Condition("target", "0.5", holds=False)]
    asked += [Condition(name, value) for name, value in where.items()]
    return str(Address("store", (dataset,), tuple(asked)))


def held_out(dataset: str, **where: str) -> str:
    """`pairs_at` of the held-out side."""
    return pairs_at(dataset, "holdout", **where)


def _overall(evaluation: Evaluation, dataset: str) -> Iterator[Line]:
    n, rows = (evaluation.n_pairs, evaluation.n_prompts), held_out(dataset)
    said = _TOO_FEW if evaluation.accuracy.low is None else ""
    yield Line("held out", "accuracy", "share", *_parts(evaluation.accuracy), *n, said, rows)
    yield Line("held out", "log loss", "nats", evaluation.log_loss, None, None, *n, "A coin has 0.693.", rows)
    calibration = "Mean gap of confidence and accuracy."
    yield Line("held out", "calibration error", "share", evaluation.ece, None, None, *n, calibration, rows)


def _slices(evaluation: Evaluation, dataset: str) -> Iterator[Line]:
    for one in evaluation.slices:
        where = held_out(dataset, **_where(one))
        yield Line(
            one.name, one.value, "share", *_parts(one.accuracy), one.n_pairs, one.n_prompts, one.said, where
        )


def _where(one: SliceAccuracy) -> dict[str, str]:
    """Conditions that find the slice's pairs; none where only the whole can be named."""
    if one.name == "batch":
        contract_id, _, week = one.value.rpartition("/")
        return {"contract_id": contract_id, "week": week}
    if one.name == "anchor":
        return {"anchor": "True"}
    # In an address, what a row leaves out is an empty text.
    said = _ON_POLICY.get(one.value, one.value) if one.name == "on_policy" else one.value
    value = "" if one.value == NOT_SAID else said
    return {_COLUMNS[one.name]: value} if one.name in _COLUMNS else {}


def _probes(probes: Probes, dataset: str) -> Iterator[Line]:
    figures = {
        "score and length": (probes.length_correlation, "correlation", "Rank correlation within prompts."),
        "a greeting before the prompt": (probes.prefix_flips, "share", "Winners that change with it."),
    }
    for name, skew in probes.skew.items():
        figures[f"more {name}"] = (skew, "share", "How often the changed text scores higher; 50% is none.")
    for name, (figure, unit, said) in figures.items():
        told = said if figure.value is not None else "The held-out pairs cannot tell."
        parts = (figure.value, figure.low, figure.high)
        unit_of: Unit = "correlation" if unit == "correlation" else "share"
        yield Line("probe", name, unit_of, *parts, probes.pairs, figure.prompts, told, held_out(dataset))


def _amplification(evaluation: Evaluation, dataset: str) -> Iterator[Line]:
    for one in evaluation.amplification:
        n = (0, 0) if one.model is None else (one.model.n_pairs, one.model.n_prompts)
        parts = _parts(one.difference)
        yield Line("amplification", one.feature, "difference", *parts, *n, one.said, held_out(dataset))


def _benchmarks(evaluation: Evaluation) -> Iterator[Line]:
    for result in evaluation.benchmarks:
        yield from _benchmark(result)


def _benchmark(result: BenchmarkResult) -> Iterator[Line]:
    said = f"{result.path}, SHA-256 {result.digest[:12]}."
    for name, figure in result.figures.items():
        parts = (figure.value, figure.low, figure.high)
        label = f"{result.benchmark} {name}"
        yield Line("benchmark", label, "share", *parts, figure.n, figure.n, said, "")


def _parts(figure: Estimate | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if figure is None else (figure.value, figure.low, figure.high)
