"""Has the data brought what the contract expects of it? Judged once a week that asks, and said to people."""

from datetime import datetime

from prefect import task

from rampart.ledger.contracts import current_contracts
from rampart.ledger.gain_decisions import GainDecision, gain_decisions, write_gain
from rampart.ledger.read.reward_models import RmRow, rm_rows
from rampart.ledger.read.worth import worth_of
from rampart.retrain.worth.since import reached
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@task(**STAGE)
def judge_gains(place: Workspace, program: str | None, as_of: datetime) -> tuple[GainDecision, ...]:
    """Judge `training.expected_gain` of every contract whose week was trained on and has no answer."""
    found = []
    for contract in current_contracts(place.books):
        if program not in (None, contract.program):
            continue
        asked = terms_of(contract.digest, place).training.expected_gain
        told = {one.week for one in gain_decisions(place.books, contract.contract_id)}
        if asked is None or asked.by_week in told:
            continue
        model = _caused(rm_rows(place.books, contract.program), contract.contract_id, asked.by_week)
        if model is not None and (made := _decision(place, model, asked.points, as_of)) is not None:
            found.append(write_gain(place.books, made, contract.program))
    return tuple(found)


def _caused(models: tuple[RmRow, ...], contract_id: str, week: int) -> RmRow | None:
    """The first model that a batch of the week caused."""
    return next((model for model in models if model.trigger[:2] == (contract_id, week)), None)


def _decision(place: Workspace, model: RmRow, points: float, as_of: datetime) -> GainDecision | None:
    told = worth_of(place.store.get, model)
    if told is None or (gained := told["since"]) is None:
        return None
    contract_id, week, revision = model.trigger
    gain = gained["gain"]
    return GainDecision(
        contract_id=contract_id,
        week=week,
        revision=revision,
        answer=reached(gain["low"], gain["high"], points),
        asked=points,
        gain=100 * gain["value"],
        low=None if gain["low"] is None else 100 * gain["low"],
        high=None if gain["high"] is None else 100 * gain["high"],
        n_pairs=gain["n_pairs"],
        n_prompts=gain["n_prompts"],
        run_id=model.run_id,
        before=gained["before"],
        as_of=as_of,
    )
