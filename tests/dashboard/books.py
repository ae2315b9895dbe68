"""Books with something of everything, written through the ledger's own door and judged by the real rules.

Alder learns; Birch has a batch held, one decided by a person and one late; Cedar redelivers and is rejected
once; the last vendor's texts attack whoever shows them.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine

from contracts.load import load_contract
from contracts.model import Contract
from contracts.terms.parties import Vendor
from quality.decision import decide as decision_of
from quality.gates.batch.volume import volume
from quality.ramp.discard import discard_verdict
from quality.ramp.groups import GROUPS as GROUP_FIELDS
from quality.verdict import GateSpec, Status, Verdict
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.batches import current_batch, expect, mark_late, receive, refuse
from rampart.ledger.claims import advance, claim
from rampart.ledger.contracts import register_contract
from rampart.ledger.decisions import decide
from rampart.ledger.models import PromotionRecord, TrainingRun, champion, record_training
from rampart.ledger.outbox import pending
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.pricing import price_batch
from rampart.ledger.settlement import settle
from tests.dashboard import measured
from tests.dashboard.reviewed import RESULT, result, review
from tests.ledger.books import anyone, terms
from tests.quality.report.batches import told

SPECS = Path(__file__).parents[2] / "contracts" / "specs" / "demo"
HOSTILE_NAME = '<script>alert("x")</script> \u202eemca\u202c & "Söhne"'
HOSTILE_ID = "hostile-1"
HOSTILE_TEXT = "</td><img src=x onerror=alert(1)>\x1b[31m"
EXPECTATIONS = "batches/expectations-"
AUDIT = "batches/audit-"
GROUPS = "batches/groups-"
EVALUATION = "models/evaluation-"
PROBES = "models/probes-"
_FILES = {name: (SPECS / f"{name}.odcs.yaml").read_bytes() for name in ("alder", "birch", "cedar")}
_TERMS = {f"contracts/{hashlib.sha256(data).hexdigest()}.yaml": data for data in _FILES.values()}
_TERMS["contracts/hostile.yaml"] = _FILES["alder"].replace(b"id: dc-alder-rm-refresh-2026", b"id: hostile-1")
START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def stored(key: str) -> bytes:
    """What lies in the store: terms, what models learnt from, and what was found out about every week."""
    for prefix, say in _SAID.items():
        if key.startswith(prefix):
            return say(key)
    if key in _TERMS:
        return _TERMS[key]
    raise MissingObjectError("nothing is stored under this key", key)


def _learnt(_key: str) -> bytes:
    alder = load_contract(SPECS / "alder.odcs.yaml")
    learnt = {"contract_id": alder.contract_id, "contract_digest": alder.digest}
    return json.dumps({"batches": [{**learnt, "week": 3, "revision": 1}]}).encode()


def _measured(key: str) -> bytes:
    return measured.evaluation(hostile=HOSTILE_TEXT if HOSTILE_ID in key else "code")


def _expectations(_key: str) -> bytes:
    rate = {"column": "discard_rate", "max_value": 0.3}
    listed = {"column": "domain", "value_set": [HOSTILE_TEXT, "code"]}
    few = {"element_count": 1200, "unexpected_count": 3, "partial_unexpected_list": [HOSTILE_TEXT]}
    entries = {
        "metrics": [_entry("expect_discard_rate_to_be_within_ceiling", rate, {}, True, observed=0.25)],
        "sample": [
            _entry("expect_column_values_to_be_in_set", listed, few, False),
            _entry("expect_column_values_to_be_unique", {"column": "record_id"}, {"element_count": 5}, True),
        ],
    }
    return json.dumps({"success": False, "failed": [], "result": entries}).encode()


def _groups(key: str) -> bytes:
    """Two domains, one with a hostile name, and two annotators of whom the second began in week 2."""
    week = int(key.removesuffix(".parquet").rsplit("-", 1)[1])
    rows = [("domain", HOSTILE_TEXT, 100, 60), ("domain", "code", 100, 5), ("annotator", "4e" * 32, 100, 5)]
    rows += [("annotator", "9a" * 32, 100, 60)] if week > 1 else []
    sink = io.BytesIO()
    columns = dict(zip(GROUP_FIELDS.names, zip(*rows, strict=True), strict=True))
    pq.write_table(pa.table(columns, schema=GROUP_FIELDS), sink)
    return sink.getvalue()


_SAID: Mapping[str, Callable[[str], bytes]] = {
    "datasets/": _learnt,
    AUDIT: lambda _key: json.dumps(told()).encode(),
    GROUPS: _groups,
    EVALUATION: _measured,
    PROBES: lambda _key: measured.probes(),
    RESULT: result,
    EXPECTATIONS: _expectations,
}


def _entry(name: str, kwargs: Any, result: Any, success: bool, **observed: float) -> dict[str, Any]:
    meta = {"clause": f"clause of {kwargs['column']}"}
    asked = {"expectation": name, "kwargs": kwargs, "meta": meta}
    return {**asked, "success": success, "result": result, **observed}


def day(week: int, plus: int = 0) -> datetime:
    """Business time: the start of a contract week, `plus` days on."""
    return START + timedelta(days=7 * (week - 1) + plus)


def fill(engine: Engine) -> None:
    """Write the whole example."""
    alder, birch, cedar = (load_contract(SPECS / f"{name}.odcs.yaml") for name in ("alder", "birch", "cedar"))
    for contract in (alder, birch, cedar):
        register_contract(engine, contract, f"contracts/{contract.digest}.yaml", START)
    for week, rate in enumerate((0.41, 0.27, 0.17, 0.11, 0.08), 1):
        deliver(engine, alder, week, rate)
    train(engine, alder.program)
    for week, rate in enumerate((0.44, 0.36, 0.37, 0.12), 1):
        deliver(engine, birch, week, rate, lean=0.64 if week == 4 else 0.52)
    decide(
        engine,
        birch.contract_id,
        4,
        True,
        "R. Okafor",
        "Prompts of week 4 ask for detail.",
        day(5, 2),
        lifted_by=anyone,
    )
    expect(engine, birch.contract_id, 5, birch.digest, day(5))
    mark_late(engine, birch.contract_id, 5, day(6, 1))
    deliver(engine, cedar, 1, 0.35)
    deliver(engine, cedar, 2, 0.45)
    deliver(engine, cedar, 2, 0.31, replaces="cedar-2-1", attempt=2)
    deliver(engine, cedar, 3, 0.24)
    deliver(engine, cedar, 4, 0.22)
    expect(engine, cedar.contract_id, 5, cedar.digest, day(5))
    refuse(engine, cedar.contract_id, 5, "manifest.json names rows-2.jsonl, which is not there", day(6))
    train(engine, alder.program)
    review(engine, birch.contract_id, 4, "b1" * 32, day(5, 3))
    review(engine, alder.contract_id, 3, "a1" * 32, day(5, 3), read=False)
    fill_hostile(engine)


def fill_hostile(engine: Engine) -> None:
    """A vendor whose every text is an attack."""
    contract = terms(HOSTILE_ID, program="hostile").model_copy(
        update={"vendor": Vendor.model_construct(id="acme", name=HOSTILE_NAME), "name": HOSTILE_TEXT}
    )
    register_contract(engine, contract, "contracts/hostile.yaml", START)
    deliver(engine, contract, 1, 0.2, said=HOSTILE_TEXT)
    train(engine, "hostile")


def deliver(
    engine: Engine,
    contract: Contract,
    week: int,
    rate: float,
    *,
    lean: float = 0.52,
    replaces: str | None = None,
    attempt: int = 1,
    said: str = "",
) -> None:
    """A week's planned volume, `rate` of it discarded, taken to its settlement."""
    name = f"{contract.vendor.id}-{week}-{attempt}"
    expect(engine, contract.contract_id, week, contract.digest, day(week))
    receive(engine, contract.contract_id, week, name, contract.digest, "rules-1", day(week, 7), replaces)
    batch = current_batch(engine, contract.contract_id, week)
    assert batch is not None
    mine = claim(engine, batch.key, "elsewhere:1:a", 60)
    assert mine is not None
    advance(engine, mine, "landed", day(week, 7))
    advance(engine, mine, "gated", day(week, 7))
    advance(engine, mine, "audited", day(week, 7))
    settle(engine, mine, _settlement(contract, week, rate, lean, said), day(week, 7))


def train(engine: Engine, program: str) -> None:
    """Train on every accepted batch that still waits for it; a newer model is a little better."""
    for work in pending(engine, "batch.accepted"):
        if work.program != program:
            continue
        seed = len(work.id) * 37 + work.week * 11 + ord(work.contract_id[3])
        accuracy = 0.62 + 0.025 * work.week + (seed % 7) / 200
        before = champion(engine, program)
        promoted = seed % 4 != 1 or before is None
        run_id = hashlib.sha256(work.id.encode()).hexdigest()
        run = TrainingRun(
            run_id=run_id,
            program=program,
            trigger=(work.contract_id, work.week, work.revision),
            batches=((work.contract_id, work.week, work.revision),),
            data_digest=f"data-{run_id}",
            config_digest="config-1",
            code_digest="code-1",
            contract_digests=(),
            artefacts={
                "model": f"models/{run_id}.safetensors",
                "evaluation-1.json": f"{EVALUATION}{work.contract_id}/{run_id}.json",
                "probes-1.json": f"{PROBES}{run_id}.json",
                "data.parquet": f"datasets/{run_id}.parquet",
            },
            digests={},
            backend="linear",
            n_train=400 * work.week,
            n_holdout=80 * work.week,
            accuracy=accuracy,
            accuracy_low=accuracy - 0.09 / work.week**0.5,
            accuracy_high=accuracy + 0.09 / work.week**0.5,
            metrics={"loss": 0.6},
        )
        difference = None if before is None else 0.01 if promoted else -0.021
        said = "Not worse than the champion by more than the margin." if promoted else "It may lose over 2%."
        record = PromotionRecord(
            promoted,
            before,
            difference,
            None if difference is None else difference - 0.02,
            None if difference is None else difference + 0.02,
            80,
            said,
        )
        record_training(engine, work.id, run, record, day(work.week, 8))


def _settlement(contract: Contract, week: int, rate: float, lean: float, said: str) -> Settlement:
    delivered = contract.week(week).units
    quarantined = 3
    discarded = round(rate * (delivered - quarantined))
    accepted = delivered - quarantined - discarded
    verdicts = (
        volume(delivered, contract, week),
        discard_verdict(
            discarded,
            accepted + discarded,
            contract.phase(week).discard_ceiling,
            confidence=contract.confidence(week),
            consequence=contract.phase(week).on_breach,
            clause=contract.ceiling_clause(week),
            evidence=f"sha256/{contract.vendor.id}-{week}/discarded.parquet",
        ),
        _lean(lean, accepted, said),
    )
    decided = decision_of(verdicts, accepted)
    speedy = discarded // 3
    return Settlement(
        state=decided.outcome,
        reason=said or decided.reason,
        files=(
            FileCount(
                "preferences.jsonl.gz", "rows", "9f" * 32, 81_920, delivered, delivered, accepted, discarded,
                quarantined,
            ),
        ),
        reasons=(
            ReasonCount("exact_duplicate", discarded - speedy, discarded - speedy),
            ReasonCount("too_fast", speedy, speedy + discarded // 10),
        ),
        verdicts=verdicts,
        money=price_batch(contract, week, accepted, discarded),
        artefacts={
            "accepted": f"sha256/{contract.vendor.id}-{week}/accepted.parquet",
            "feedback": f"sha256/{contract.vendor.id}-{week}/summary.md",
            "expectations": f"{EXPECTATIONS}{contract.vendor.id}-{week}.json",
            "audit": f"{AUDIT}{contract.vendor.id}-{week}.json",
            "groups": f"{GROUPS}{contract.vendor.id}-{week}.parquet",
        },
        compared_with=("a" * 64,) * min(week - 1, 1),
    )  # fmt: skip


def _lean(observed: float, n: int, said: str) -> Verdict:
    spec = GateSpec("audits.length", "longer_wins", 0.1, "hold")
    reason = said or f"The longer response won {observed:.1%} of {n} strict comparisons."
    status: Status = "fail" if observed > 0.6 else "pass"
    return Verdict(spec, status, observed, observed - 0.03, observed + 0.03, n, reason, None)
