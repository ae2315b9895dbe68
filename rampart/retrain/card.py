"""A reward model's card, from the books and its run's documents: nothing in it is typed in.

The sections are those of Mitchell et al. 2019 ("Model Cards for Model Reporting",
doi:10.1145/3287560.3287596), and the rights to it. Names that came from a contract or a delivery are text:
whoever renders the document escapes them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rampart.ledger.read.standing_models import Standing
from rampart.ledger.rights.judgement import Answer
from rampart.specification.specification import Block, Code, Section, Specification, Table

Json = Mapping[str, Any]
LINEAR = (
    "A linear model over words and style is a diagnostic instrument: it measures what a batch's preferences "
    "hold. It is not a model to align a policy with."
)


def card(
    standing: Standing, rights: Answer, *, manifest: Json, decision: Json, evaluation: Json, probes: Json
) -> Specification:
    """The card of one version as a document; nothing in it is markup."""
    row = standing.row
    sections = (
        Section("Model details", tuple(_details(standing))),
        Section("Intended use", tuple(_use(standing))),
        Section("Factors", tuple(_factors(evaluation))),
        Section("Metrics", tuple(_metrics(standing, evaluation, probes))),
        Section("Evaluation data", tuple(_evaluation_data(standing, manifest))),
        Section("Training data", tuple(_training_data(standing, manifest))),
        Section("Decision", tuple(_decision(standing, decision))),
        Section("Caveats and recommendations", tuple(_caveats(standing, decision))),
        Section("Rights", tuple(_rights(rights))),
    )
    about = f"{standing.state[0].upper()}{standing.state[1:]} of programme {row.program}; run {row.run_id}."
    return Specification(f"Reward model {row.program} v{row.version}", about, sections)


def _details(standing: Standing) -> Iterator[Block]:
    row = standing.row
    contract_id, week, revision = row.trigger
    yield Table(
        ("", ""),
        (
            ("Version", f"{row.version}, trained at {row.as_of:%Y-%m-%d %H:%M} UTC"),
            ("Backend", Code(row.backend)),
            ("Asked for by", f"{standing.asked_by}: {contract_id} week {week} revision {revision}"),
            ("Run", Code(row.run_id)),
            ("Data", Code(standing.data_digest)),
            ("Configuration", Code(standing.config_digest)),
            ("Code", Code(standing.code_digest)),
        ),
    )
    yield Table(("File", "Object"), tuple((name, Code(key)) for name, key in row.artefacts.items()))


def _use(standing: Standing) -> Iterator[Block]:
    if standing.row.backend == "linear":
        yield LINEAR
    yield (
        "It orders responses to one prompt as the annotators of its contracts would. It is not a measure of "
        "truth, safety or quality beyond what they were asked."
    )


def _factors(evaluation: Json) -> Iterator[Block]:
    slices: Sequence[Json] = evaluation.get("slices", ())
    if not slices:
        yield "No part of the held-out pairs was looked at by itself."
        return
    yield "Held-out accuracy on each part of the pairs, with its 95 % interval."
    yield Table(
        ("Part", "Accuracy", "Pairs", "Prompts"),
        tuple((*_part(one), f"{one['n_pairs']:,}", f"{one['n_prompts']:,}") for one in slices),
    )


def _part(one: Json) -> tuple[str, str]:
    accuracy = one.get("accuracy")
    said = (
        _interval(accuracy["value"], accuracy["low"], accuracy["high"]) if accuracy else str(one.get("said"))
    )
    return f"{one.get('name', 'contract')} = {one.get('value', one.get('contract_id'))}", said


def _metrics(standing: Standing, evaluation: Json, probes: Json) -> Iterator[Block]:
    row = standing.row
    accuracy = _interval(row.accuracy, row.accuracy_low, row.accuracy_high)
    figures = [("held-out accuracy", f"{accuracy} on {row.n_holdout:,} pairs")]
    figures += [(name, f"{value:.4g}") for name, value in row.metrics.items()]
    yield Table(("Figure", "Value"), tuple(figures))
    yield (
        "Accuracy is the share of held-out comparisons it orders as people did; its interval lets pairs of "
        f"one prompt go together ({evaluation.get('n_prompts', 0):,} prompts). Bias probes were made on "
        f"{probes.get('pairs', 0):,} pairs."
    )


def _evaluation_data(standing: Standing, manifest: Json) -> Iterator[Block]:
    pairs = manifest.get("holdout_strict_pairs", standing.row.n_holdout)
    yield (
        f"Held-out pairs of the same batches, {pairs:,} "
        "of them won by one side: a prompt is held out for ever by the hash of its normalised text "
        f"({manifest.get('holdout_percent', '?')} % of prompts), so no model has seen one it is judged on."
    )


def _training_data(standing: Standing, manifest: Json) -> Iterator[Block]:
    yield f"{standing.row.n_train:,} pairs. What was used and dropped, and why, batch by batch:"
    yield _object(standing.manifest_key)
    batches: Sequence[Json] = manifest.get("batches", ())
    rows = tuple(
        (
            f"{one['contract_id']} week {one['week']} revision {one['revision']}",
            f"{one['records']:,}",
            f"{one['pairs_used']:,}",
            f"{one['pairs'] - one['pairs_used']:,}",
        )
        for one in batches
    )
    yield Table(("Batch", "Records", "Pairs used", "Pairs left out"), rows)
    terms = tuple((contract, version, Code(digest)) for contract, version, digest in standing.contracts)
    yield Table(("Contract", "Version", "Digest"), terms)


def _object(key: str) -> Table:
    """An object's key on a line of its own."""
    return Table(("Object",), ((Code(key),),))


def _decision(standing: Standing, decision: Json) -> Iterator[Block]:
    yield standing.row.reason
    yield from (sentence for sentence in decision.get("reasons", ()) if sentence != standing.row.reason)
    for one in standing.crownings:
        who = f" by {one.by}" if one.by else ""
        yield f"Champion from {one.as_of:%Y-%m-%d %H:%M} UTC ({one.how.replace('_', ' ')}{who}): {one.reason}"


def _caveats(standing: Standing, decision: Json) -> Iterator[Block]:
    yield from (f"{mark[0].upper()}{mark[1:]}." for mark in standing.marks)
    yield (
        "Figures of different versions stand on different held-out pairs: compare versions by the paired "
        "difference in their decisions, not by their accuracies."
    )
    if int(decision.get("look", 1)) > 1:
        yield f"The data of its contract week were looked at {decision['look']} times."
    if standing.row.backend == "linear":
        yield "It reads words and style, not meaning: what it cannot express, it cannot show to be absent."


def _rights(rights: Answer) -> Iterator[Block]:
    yield Table(("Use", "Allowed"), tuple((use, "yes" if rights.may(use) else "no") for use in rights.uses))
    yield from rights.because
    if keep := rights.keep:
        yield f"Its data may be kept until {keep.day} ({keep.clause} of {keep.contract_id})."


def _interval(value: float, low: float | None, high: float | None) -> str:
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} ({low:.3f} to {high:.3f})"
