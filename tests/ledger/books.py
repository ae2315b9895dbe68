"""Small true facts to write into the books: a contract of four weeks, settlements that add up, moments."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Engine, update

from contracts.model import Contract
from contracts.terms.annotation import Annotation, Binary
from contracts.terms.mapping import DeliveryTerms, RecordFields, Source
from contracts.terms.parties import Vendor
from contracts.terms.ramp import Phase, PhaseName, Ramp, Term, Week
from quality.verdict import GateSpec, Status, Verdict
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import current_batch, receive, refuse
from rampart.ledger.claims import Claim, advance, claim
from rampart.ledger.contracts import register_contract
from rampart.ledger.decisions import decide
from rampart.ledger.disputes import Dispute, Ruling, open_dispute, rule_on
from rampart.ledger.engine import writing
from rampart.ledger.models import PromotionRecord, TrainingRun, record_training
from rampart.ledger.outbox import pending
from rampart.ledger.outcome import FileCount, MoneyLine, ReasonCount, Settlement
from rampart.ledger.review_events import Reading, Review
from rampart.ledger.reviews import book_reading, open_review
from rampart.ledger.settlement import settle
from rampart.ledger.states import Settled
from rampart.ledger.tables import Outbox

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
RULES = "rules-1"
PRICE = Decimal("0.35")


def day(number: int) -> datetime:
    """Business time, `number` days after the start."""
    return START + timedelta(days=number)


def terms(
    contract_id: str = "acme-1",
    version: str = "1.0.0",
    program: str = "assistant",
    status: str = "active",
    phases: Mapping[PhaseName, Phase] | None = None,
) -> Contract:
    """Four weeks of 100 units: calibration at half price, then production at 0.35 USD."""
    return Contract(
        contract_id=contract_id,
        version=version,
        status=status,
        name=f"Preferences of {contract_id}",
        digest=hashlib.sha256(f"{contract_id} {version} {phases}".encode()).hexdigest(),
        vendor=Vendor(id="acme", name="Acme Labels"),
        program=program,
        term=Term(start=date(2026, 1, 5), weeks=4),
        ramp=Ramp(
            weeks={
                1: Week(phase="calibration", units=100),
                **{n: Week(phase="production", units=100) for n in (2, 3, 4)},
            },
            phases=dict(
                phases
                or {
                    "calibration": Phase(discard_ceiling=0.3, price=PRICE, discount=0.5),
                    "production": Phase(discard_ceiling=0.1, price=PRICE),
                }
            ),
        ),
        annotation=Annotation(scheme=Binary()),
        delivery=DeliveryTerms(
            rows=Source(path="*.jsonl", format="jsonl"),
            record=RecordFields(prompt="prompt", responses="responses", label="label"),
        ),
    )


def anyone(_contract_digest: str) -> tuple[str, ...]:
    """A contract that names nobody: whoever gives a name may decide."""
    return ()


def register(engine: Engine, contract: Contract) -> Contract:
    """Put `contract` on the books."""
    register_contract(engine, contract, f"contracts/{contract.digest}.yaml", START)
    return contract


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, halves up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def paid(units: int, price: Decimal = PRICE) -> MoneyLine:
    """Accepted units at a price."""
    return MoneyLine("accepted_units", units, price, cents(units * price), "USD", 2, "ramp.phases.price")


def credited(units: int, each: Decimal) -> MoneyLine:
    """A credit for discards beyond the ceiling."""
    amount = -cents(units * each)
    return MoneyLine("credit_discards", units, each, amount, "USD", 2, "ramp.credits.discard_over_ceiling")


def outcome(
    state: Settled = "accepted",
    accepted: int = 90,
    discarded: int = 0,
    quarantined: int = 0,
    money: tuple[MoneyLine, ...] | None = None,
) -> Settlement:
    """A settlement that adds up."""
    records = accepted + discarded + quarantined
    rate = discarded / max(accepted + discarded, 1)
    return Settlement(
        state=state,
        reason=f"{discarded} of {records} records are discarded.",
        files=(
            FileCount(
                "rows.jsonl", "rows", "f" * 64, 4096, records, records, accepted, discarded, quarantined
            ),
        ),
        reasons=(ReasonCount("exact_duplicate", discarded, discarded),) if discarded else (),
        verdicts=(
            Verdict(
                spec=GateSpec("ramp.phases.discard_ceiling", "discard_rate", 0.1, "partial"),
                status="pass",
                observed=rate,
                low=rate * 0.8,
                high=rate * 1.2,
                n=accepted + discarded,
                reason="The rate is below its ceiling.",
                evidence="sha256/discarded.parquet",
            ),
        ),
        money=(paid(accepted),) if money is None else money,
        artefacts={"accepted": f"sha256/accepted-{accepted}.parquet"},
        compared_with=("a" * 64,),
    )


def claimed(engine: Engine, contract: Contract, week: int) -> Claim:
    """A claim on the current batch of a contract week."""
    batch = current_batch(engine, contract.contract_id, week)
    assert batch is not None
    granted = claim(engine, batch.key, "elsewhere:1:a", 60)
    assert granted is not None
    return granted


def audited(
    engine: Engine,
    contract: Contract,
    week: int,
    *,
    delivery_id: str = "d1",
    rules: str = RULES,
    replaces: str | None = None,
) -> Claim:
    """A delivery received, claimed and taken through every stage up to its settlement."""
    receive(engine, contract.contract_id, week, delivery_id, contract.digest, rules, day(7 * week), replaces)
    mine = claimed(engine, contract, week)
    advance(engine, mine, "landed", day(7 * week))
    advance(engine, mine, "gated", day(7 * week))
    advance(engine, mine, "audited", day(7 * week))
    return mine


def judged(
    engine: Engine,
    contract: Contract,
    week: int,
    settlement: Settlement | None = None,
    *,
    delivery_id: str = "d1",
    rules: str = RULES,
    replaces: str | None = None,
) -> BatchKey:
    """A delivery taken all the way to its settlement."""
    mine = audited(engine, contract, week, delivery_id=delivery_id, rules=rules, replaces=replaces)
    settle(engine, mine, settlement or outcome(), day(7 * week + 1))
    return mine.batch


def training(key: BatchKey, program: str = "assistant", data: str = "data-1") -> TrainingRun:
    """A training triggered by `key`."""
    return TrainingRun(
        run_id=hashlib.sha256(data.encode()).hexdigest(),
        program=program,
        trigger=(key.contract_id, key.week, key.revision),
        batches=((key.contract_id, key.week, key.revision),),
        data_digest=data,
        config_digest="config-1",
        code_digest="code-1",
        contract_digests=(terms().digest,),
        artefacts={"model": f"models/{data}.safetensors"},
        digests={},
        backend="linear",
        n_train=80,
        n_holdout=20,
        accuracy=0.8,
        accuracy_low=0.6,
        accuracy_high=0.95,
        metrics={"loss": 0.1 + 0.2},
    )


def promotion(promoted: bool = True, champion_before: str | None = None) -> PromotionRecord:
    """A decision on a training."""
    return PromotionRecord(
        promoted, champion_before, None, None, None, 20, "It is not worse than the champion."
    )


def a_month(engine: Engine) -> None:
    """Everything the books know how to write."""
    contract = register(engine, terms())
    refuse(engine, contract.contract_id, 1, "A checksum differs.", day(6))
    key = judged(engine, contract, 1, outcome("accepted_partial", 80, 20))
    judged(engine, contract, 2, outcome("held", 50, 3))
    decide(engine, contract.contract_id, 2, True, "Ada", "Fine.", day(16), lifted_by=anyone)
    judged(engine, contract, 3, outcome(accepted=70))
    judged(engine, contract, 3, outcome(accepted=60), delivery_id="d2", replaces="d1")
    record_training(engine, pending(engine, "batch.accepted")[0].id, training(key), promotion(), day(20))
    contested(engine, 1, "reinstated", day(21))
    contested(engine, 3, "upheld", day(22))
    reviewed(engine, 3, "fail", day(23))


def contested(engine: Engine, week: int, ruling: Ruling, as_of: datetime) -> Dispute:
    """Ada ruled so on a dispute of three discards of the week's delivery."""
    batch = current_batch(engine, "acme-1", week)
    assert batch is not None
    assert batch.delivery_id is not None
    dispute_id = hashlib.sha256(f"{week} {ruling}".encode()).hexdigest()
    key = f"batches/acme-1/week-{week:02d}/dispute-{dispute_id[:16]}.jsonl"
    open_dispute(engine, Dispute(dispute_id, "acme-1", week, batch.delivery_id, 3, key), as_of)
    return rule_on(
        engine, "acme-1", week, dispute_id, ruling, "Ada", "Looked at them.", as_of, lifted_by=anyone
    )


def drawn(engine: Engine, week: int, as_of: datetime, review_id: str = "5e" * 32) -> Review:
    """A sample of 20 of the week's accepted records, for people to look at; not on the books yet."""
    batch = current_batch(engine, "acme-1", week)
    assert batch is not None
    assert batch.delivery_id is not None
    folder = f"batches/acme-1/week-{week:02d}"
    return Review(
        review_id=review_id,
        contract_id="acme-1",
        week=week,
        delivery_id=batch.delivery_id,
        drawn_from=f"{folder}/fates-0123456789abcdef.parquet",
        records=20,
        lot=60,
        clause="review.plan",
        on_fail="hold",
        n=13,
        accept=1,
        seed=7,
        sheet="ab" * 32,
        sheet_key=f"{folder}/sheet-0123456789abcdef.csv",
        design_key=f"{folder}/design-0123456789abcdef.json",
        as_of=as_of,
    )


def found(status: Status, as_of: datetime, file: str = "f1" * 32, left: int = 0) -> Reading:
    """What a filled-in sheet said."""
    spec = GateSpec("review.plan", "defect_rate", 0.025, "hold")
    key = f"batches/acme-1/week-03/result-{file[:16]}.json"
    return Reading(
        file=file,
        by="Ann",
        object_key=f"batches/acme-1/week-03/verdicts-{file[:16]}.csv",
        result_key=key,
        reviewed=20 - left,
        defects=2,
        left=left,
        share=0.1,
        low=0.03,
        high=0.3,
        verdict=Verdict(spec, status, 0.15, 0.05, 0.4, 13, "2 of 13 are defective.", key),
        as_of=as_of,
    )


def reviewed(engine: Engine, week: int, status: Status, as_of: datetime) -> Review:
    """People reviewed a sample of the week's delivery."""
    return book_reading(engine, open_review(engine, drawn(engine, week, as_of)), found(status, as_of))


def rested(engine: Engine) -> None:
    """The wait of every outbox row that failed is over."""
    with writing(engine) as session:
        session.exec(update(Outbox).values(next_try_at=None))
