"""`rampart verify`, reward models in the books: each trained once for what asked, from named data, code and
terms; one champion at each moment, each on a decision; nothing that was taken back left to a champion.
"""

from collections import Counter
from collections.abc import Iterator

from sqlmodel import Session, col, select

from rampart.ledger.batch_rows import BatchKey, key_of
from rampart.ledger.chain import EventRow, program_stream
from rampart.ledger.champions import TRAINED, crowns
from rampart.ledger.outbox import TRAINING
from rampart.ledger.states import ACCEPTED
from rampart.ledger.tables import Batch, ContractVersion, Outbox, Promotion, RmContract, RmVersion
from rampart.ledger.trained import seal_of
from rampart.ledger.violation import Violation

Models = dict[tuple[str, int], RmVersion]  # (stream, version) → the row


def model_violations(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    """Everything that is wrong with the books of reward models; `said` are all events."""
    rows = session.exec(select(RmVersion).order_by(col(RmVersion.program), col(RmVersion.version))).all()
    models = {(program_stream(model.program), model.version): model for model in rows}
    yield from _once(session, models)
    yield from _sealed(session, said, models)
    yield from _lineage(session, said, models)
    yield from _champions(said, models)
    yield from _taken_back(session, said)


def _once(session: Session, models: Models) -> Iterator[Violation]:
    """One training for each row of the outbox that asks for one, and none before the row is done."""
    asked = {row.id: row for row in session.exec(select(Outbox).where(col(Outbox.topic).in_(TRAINING)))}
    triggered: Counter[tuple[str, BatchKey]] = Counter()
    for model in models.values():
        row = asked.get(model.outbox_id)
        subject = f"{model.program} reward model {model.version}"
        if row is None:
            yield Violation(6, subject, "no row of the outbox asked for its training")
        elif not row.done:
            yield Violation(6, subject, "was trained, but the row of the outbox that asked is still pending")
        topic = row.topic if row else TRAINING[0]
        triggered[topic, BatchKey(model.contract_id, model.week, model.revision)] += 1
    for (topic, key), runs in sorted(triggered.items()):
        if runs > 1:
            problem = f"{runs} training runs were recorded for {topic}; one revision triggers one"
            yield Violation(6, str(key), problem)


def _sealed(session: Session, said: tuple[EventRow, ...], models: Models) -> Iterator[Violation]:
    trained = [event for event in said if event.kind == TRAINED and "version" in event.payload]
    sealed = {(event.stream, event.payload["version"]): event.payload["seal"] for event in trained}
    for stream, version in sorted(sealed.keys() | models.keys()):
        about = f"{_program(stream)} reward model {version}"
        found = models.get((stream, version))
        if found is None:
            yield Violation(4, about, "an event says that it was trained, but it is not on the books")
        elif (stream, version) not in sealed:
            yield Violation(4, about, "is on the books, but no event says that it was trained")
        elif seal_of(session, found) != sealed[stream, version]:
            yield Violation(4, about, "its figures, promotion or artefacts are not those its event sealed")


def _lineage(session: Session, said: tuple[EventRow, ...], models: Models) -> Iterator[Violation]:
    """Each version names its data, choices and code, registered terms, batches on the books, a decision."""
    known = set(session.exec(select(ContractVersion.digest)))
    batches = {key_of(batch) for batch in session.exec(select(Batch))}
    drawn = _drawn(said)
    for place, model in models.items():
        subject = f"{model.program} reward model {model.version}"
        digests = {"data": model.data_digest, "config": model.config_digest, "code": model.code_digest}
        for name, value in digests.items():
            if not value:
                yield Violation(6, subject, f"was trained without naming the digest of its {name}")
        named = session.exec(select(RmContract.contract_digest).where(RmContract.rm_id == model.id)).all()
        if not named or not set(named) <= known:
            yield Violation(6, subject, "was trained without naming registered contracts it came from")
        if place in drawn and not (drawn[place] and drawn[place] <= batches):
            yield Violation(6, subject, "was trained without naming batches on the books it came from")
        if session.get(Promotion, model.id) is None:
            yield Violation(6, subject, "no decision says whether it became champion")


def _champions(said: tuple[EventRow, ...], models: Models) -> Iterator[Violation]:
    """Each change of champion names the one before it, so there is one at each moment; and why it is one."""
    now: dict[str, str | None] = {}
    for event in said:
        if "champion_before" not in event.payload or not (crowns(event) or event.kind == TRAINED):
            continue
        told, about = event.payload, f"{_program(event.stream)} reward model {event.payload.get('version')}"
        model = models.get((event.stream, told.get("version", 0)))
        if told["champion_before"] != now.get(event.stream):
            yield Violation(6, about, "was held against another model than the champion of that moment")
        if not crowns(event):
            continue
        if event.kind != TRAINED and (model is None or model.run_id != told["run_id"]):
            yield Violation(6, about, "became champion by hand, but is not on the books with that run")
        if not told.get("reason") or (event.kind != TRAINED and not told.get("by")):
            yield Violation(6, about, "became champion without a decision that says who and why")
        now[event.stream] = told["run_id"]


def _taken_back(session: Session, said: tuple[EventRow, ...]) -> Iterator[Violation]:
    """A batch a model learnt from and that stands no more is to be trained without, once; no other is."""
    rows = session.exec(select(Outbox).where(col(Outbox.topic).in_(TRAINING))).all()
    told = {_of(row) for row in rows if row.topic == "batch.withdrawn"}
    accepted = [_of(row) for row in rows if row.topic == "batch.accepted"]
    states = {key_of(batch): batch.state for batch in session.exec(select(Batch))}
    learnt = {key for keys in _drawn(said).values() for key in keys}
    wanted = {
        key
        for key in learnt
        if states.get(key, ACCEPTED[0]) not in ACCEPTED and not any(_overtakes(one, key) for one in accepted)
    }
    for key in sorted(wanted - told):
        yield Violation(
            6, str(key), "was taken back after a model learnt from it, but no retraining is asked for"
        )
    for key in sorted(told - learnt):
        yield Violation(6, str(key), "a retraining without it is asked for, but no model learnt from it")


def _drawn(said: tuple[EventRow, ...]) -> dict[tuple[str, int], set[BatchKey]]:
    """(stream, version) → the batches it was trained on, where its event says so."""
    return {
        (event.stream, event.payload["version"]): {BatchKey(*key) for key in event.payload["batches"]}
        for event in said
        if event.kind == TRAINED and "batches" in event.payload
    }


def _of(row: Outbox) -> BatchKey:
    return BatchKey(row.contract_id, row.week, row.revision)


def _overtakes(one: BatchKey, other: BatchKey) -> bool:
    """Is `one` a later revision of the same contract week?"""
    same = (one.contract_id, one.week) == (other.contract_id, other.week)
    return same and one.revision > other.revision


def _program(stream: str) -> str:
    return stream.removeprefix(program_stream(""))
