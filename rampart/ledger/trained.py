"""A reward model's facts as one digest, which its event seals: figures, promotion, contracts, artefacts."""

from sqlmodel import Session, col, select

from rampart.ledger.canonical import Json, digest, moment
from rampart.ledger.tables import Promotion, RmArtefact, RmContract, RmMetric, RmVersion


def seal_of(session: Session, model: RmVersion) -> str:
    """Digest of all that the books say of `model`."""
    of = model.id
    contracts = select(RmContract).where(RmContract.rm_id == of).order_by(col(RmContract.position))
    artefacts = session.exec(select(RmArtefact).where(RmArtefact.rm_id == of))
    metrics = session.exec(select(RmMetric).where(RmMetric.rm_id == of))
    promotion = session.get(Promotion, of)
    about: dict[str, Json] = {
        "model": {**model.model_dump(exclude={"id", "as_of"}), "as_of": moment(model.as_of)},
        "contracts": [row.contract_digest for row in session.exec(contracts)],
        "artefacts": {row.name: row.object_key for row in artefacts},
        "metrics": {row.name: row.value for row in metrics},
        "promotion": promotion.model_dump(exclude={"rm_id"}) if promotion else None,
    }
    return digest(about)
