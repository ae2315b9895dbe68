"""From accepted batches to a decision: snapshot, train, evaluate, compare. The same inputs give the same
bytes and numbers, so running it again after a crash finishes what was begun and changes nothing else.

In the store: `datasets/<data digest>.parquet` and `.json` (the manifest), and under `models/<run id>/` the
backend's files, `evaluation-<digest>.json`, `probes-<digest>.json` and `decision-<digest>.json`.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from quality.gates.evaluation.sets import ReadSet
from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Dataset, Scorer, out_of, result_key, run_id_of
from rampart.retrain.config import TrainConfig
from rampart.retrain.digests import canonical_json, seed_of, sha256
from rampart.retrain.evaluate import Evaluation, correctness, evaluate
from rampart.retrain.evaluation.amplification import amplification
from rampart.retrain.evaluation.benchmarks.every import BenchmarkFile, measured
from rampart.retrain.probing import Probes, probe
from rampart.retrain.promotion import PromotionDecision, decide, weigh
from rampart.retrain.protected import held_probes, held_slices
from rampart.retrain.registry import backend_named
from rampart.retrain.rules import Rules
from rampart.retrain.snapshot import BatchData, Manifest, Snapshot, build_snapshot
from rampart.retrain.texts import texts_of
from rampart.retrain.waiting import A_DAY_S, awaited

Margins = NDArray[np.float64]


@dataclass(frozen=True)
class RetrainOutcome:
    """A finished run: what it was made of, where its files are, what it is worth, whether it is promoted."""

    run_id: str
    data_digest: str
    config_digest: str
    code_digest: str
    artefacts: tuple[str, ...]  # every key of this run in the store, the dataset first
    n_train: int  # pairs, ties included
    n_holdout: int  # strict pairs
    evaluation: Evaluation
    probes: Probes
    decision: PromotionDecision
    dropped_overlong: int = 0  # training pairs that the trainer could not read whole


@dataclass(frozen=True)
class NothingToTrain:
    """The batches hold no training set; `reason` says what is missing."""

    reason: str


def first_look(run_id: str) -> int:  # noqa: ARG001 (the books count looks; without them each is the first)
    """The number of a look that nothing counts."""
    return 1


def retrain(
    batches: Sequence[BatchData],
    champion_run_id: str | None,
    config: TrainConfig,
    store: ObjectStore,
    *,
    rules: Rules = Rules(),  # noqa: B008 (frozen)
    look: Callable[[str], int] = first_look,
    sets: Sequence[ReadSet] = (),
    benchmarks: Sequence[BenchmarkFile] = (),
    timeout_s: float = A_DAY_S,
) -> RetrainOutcome | NothingToTrain:
    """Train a challenger on `batches` and hold it against the champion.

    Args:
        batches: the accepted batches of one programme, one revision of each contract week.
        champion_run_id: the run in force, whose model stands in `store`; None for the first one.
        config: how to train.
        store: where everything is kept.
        rules: what the challenger must satisfy beside overall accuracy.
        look: called with the run's id when it is trained and before it is compared; gives the number of
            this look at the data of the batch that asked, from 1.
        sets: evaluation sets whose text must not be in the dataset.
        benchmarks: public sets that the challenger is measured on; they decide nothing.
        timeout_s: how long to wait for the trainer; `StillTrainingError` after that.

    Raises:
        ValueError: for an unknown backend, a week given twice, a backend that failed, or a champion whose
            model is not in the store or was written by code this version cannot read.
    """
    snapshot = build_snapshot(batches, config.scope, sets)
    if missing := _missing(snapshot.manifest):
        return NothingToTrain(missing)
    backend = backend_named(config.backend, store)
    run_id = run_id_of(snapshot.digest, config.digest, backend.code_digest())
    dataset, dataset_keys = _keep(snapshot, store)
    job = backend.submit(dataset, config, out_of(run_id))
    result = awaited(backend, job, timeout_s)

    number = look(run_id)
    holdout = strict_holdout(snapshot.pairs)
    scorer = backend.scorer(job.out)
    margins = margins_of(scorer, holdout)
    probes = probe(scorer, holdout, snapshot.digest)
    training = strict_training(snapshot.pairs)
    evaluation = replace(
        evaluate(holdout, margins),
        amplification=amplification(training, holdout, margins, snapshot.digest),
        benchmarks=tuple(measured(file, scorer.score) for file in benchmarks),
    )
    champion = None if champion_run_id is None else run_margins(champion_run_id, holdout, store)
    decision = _decide(
        holdout, margins, champion, config.promotion_margin, snapshot.digest, rules, probes, look=number
    )
    if champion_run_id == run_id:
        same = "Not promoted: this run is the champion already."
        decision = replace(decision, promoted=False, reason=same, reasons=(same,))
    judged = [
        _keep_json(store, job.out, name, value)
        for name, value in (("evaluation", evaluation), ("probes", probes), ("decision", decision))
    ]
    return RetrainOutcome(
        run_id=run_id,
        data_digest=snapshot.digest,
        config_digest=config.digest,
        code_digest=result.code_digest,
        artefacts=(*dataset_keys, *result.artefacts, result_key(job.out), *judged),
        n_train=result.n_train,
        n_holdout=holdout.num_rows,
        evaluation=evaluation,
        probes=probes,
        decision=decision,
        dropped_overlong=result.dropped_overlong,
    )


def _keep_json(
    store: ObjectStore, out: str, name: str, value: Evaluation | Probes | PromotionDecision
) -> str:
    """Store `value` under its own digest: a run is judged anew by newer code or against another champion."""
    data = canonical_json(value)
    key = f"{out}/{name}-{sha256(data)[:16]}.json"
    store.put_once(key, data)
    return key


def strict_holdout(pairs: pa.Table) -> pa.Table:
    """The held-out pairs that one side won: what accuracy is counted on."""
    return pairs.filter((pc.field("split") == "holdout") & (pc.field("target") != 0.5))


def strict_training(pairs: pa.Table) -> pa.Table:
    """The pairs trained on that one side won."""
    return pairs.filter((pc.field("split") == "train") & (pc.field("target") != 0.5))


def margins_of(scorer: Scorer, pairs: pa.Table) -> Margins:
    """Score of the first response less that of the second, for each of m pairs: shape (m,)."""
    texts = texts_of(pairs)
    scores = scorer.score(texts.prompts, texts.responses)
    return np.asarray(scores[texts.first] - scores[texts.second], dtype=np.float64)


def run_margins(run_id: str, pairs: pa.Table, store: ObjectStore) -> Margins:
    """`margins_of` by the model of a finished run, read by the backend that made it."""
    key = result_key(out_of(run_id))
    if not store.exists(key):
        raise ValueError(f"the model's result {key} is not in the store; restore it from a backup")
    backend = backend_named(json.loads(store.get(key))["backend"], store)
    return margins_of(backend.scorer(out_of(run_id)), pairs)


def _missing(manifest: Manifest) -> str | None:
    """Why there is nothing to train on, as a sentence; None when there is."""
    if manifest.train_strict_pairs and manifest.holdout_strict_pairs:
        return None
    used = sum(batch.pairs_used for batch in manifest.batches)
    side = "training" if not manifest.train_strict_pairs else "held-out"
    return (
        f"There is no {side} pair in which one response won: {len(manifest.batches)} batches hold {used} "
        f"usable pairs, won ones {manifest.train_strict_pairs} for training and "
        f"{manifest.holdout_strict_pairs} held out."
    )


def _keep(snapshot: Snapshot, store: ObjectStore) -> tuple[Dataset, tuple[str, str]]:
    """Put the snapshot into the store, unless it is there.

    The manifest goes first: it alone says whose data the set holds, and a deletion must find the set by it.
    The digest is of the content; another version of pyarrow may spell the same content in other bytes.
    """
    data, manifest = f"datasets/{snapshot.digest}.parquet", f"datasets/{snapshot.digest}.json"
    store.put_once(manifest, canonical_json(snapshot.manifest))
    if not store.exists(data):
        store.put_once(data, snapshot.to_parquet())
    return Dataset(snapshot.digest, data), (data, manifest)


def _decide(  # noqa: PLR0917 (who is compared, on what, by which rules)
    holdout: pa.Table,
    challenger: Margins,
    champion: Margins | None,
    margin: float,
    digest: str,
    rules: Rules,
    probes: Probes,
    *,
    look: int,
) -> PromotionDecision:
    targets, seed = holdout["target"].to_numpy(), seed_of(digest)
    right = correctness(challenger, targets)
    before = None if champion is None else correctness(champion, targets)
    decision = decide(
        right,
        before,
        weights=holdout["weight"].to_numpy(),
        prompt_keys=holdout["prompt_key"].to_pylist(),
        margin=margin,
        seed=seed,
        look=look,
    )
    slices = (
        ()
        if before is None
        else held_slices(holdout, right - before, rules, seed=seed, confidence=decision.confidence)
    )
    return weigh(decision, (*slices, *held_probes(probes, rules.limits)))
