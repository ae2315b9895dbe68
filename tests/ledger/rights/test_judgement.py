from datetime import UTC, date, datetime

import pytest

from contracts.model import Contract
from contracts.terms.rights import Rights
from rampart.ledger.contracts import ContractRow
from rampart.ledger.rights.judgement import Source, Use, batch_answer, model_answer
from rampart.ledger.rights.lineage import binding
from tests.ledger.books import terms

AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)


def under(version: str = "1.0.0", contract_id: str = "acme-1", **rights: bool | int | date) -> Contract:
    return agreeing(Rights.model_validate(rights), version, contract_id)


def agreeing(rights: Rights, version: str = "1.0.0", contract_id: str = "acme-1") -> Contract:
    return terms(contract_id, version).model_copy(update={"rights": rights})


def source(*versions: Contract, week: int = 1, state: str = "accepted", deleted: str | None = None) -> Source:
    return Source(versions[0].contract_id, week, 1, state, versions, deleted)


@pytest.mark.parametrize("use", ["train", "evaluate", "release_data"])
def test_a_use_is_forbidden_by_the_clause_of_its_name(use: Use) -> None:
    forbidding = agreeing(Rights.model_validate({"release_data": True, use: False}))
    answer = batch_answer(source(forbidding), "p", AS_OF)
    assert [one for one in answer.uses if not answer.may(one)] == [use]
    assert [str(ban) for ban in answer.bans] == [f"acme-1@1.0.0 rights.{use} (week 1)"]


def test_the_strictest_version_that_binds_decides_and_is_named() -> None:
    loose, strict = under("1.0.0", release_data=True), under("1.1.0", release_data=False)
    for order in ((loose, strict), (strict, loose)):
        answer = batch_answer(source(*order), "p", AS_OF)
        assert not answer.may("release_data")
        assert [ban.version for ban in answer.bans] == ["1.1.0"]


def test_a_model_may_be_released_only_if_every_batch_it_learnt_from_allows_it() -> None:
    free, closed = under(), under(contract_id="b-1", release_models=False)
    drawn = [source(free), source(closed, week=2), source(closed, week=3)]
    answer = model_answer("p v1", "p", 1, drawn, AS_OF, "datasets/d.json")
    assert (answer.may("train"), answer.may("evaluate"), answer.may("release_models")) == (True, True, False)
    assert [str(ban) for ban in answer.bans] == ["b-1@1.0.0 rights.release_models (week 2, 3)"]
    assert model_answer("p v2", "p", 2, drawn[:1], AS_OF, "").may("release_models")


def test_publishing_the_data_is_another_right_than_publishing_the_model() -> None:
    answer = model_answer("p v1", "p", 1, [source(under(release_data=False))], AS_OF, "")
    assert answer.may("release_models")


def test_data_past_their_last_day_may_be_used_for_nothing() -> None:
    kept = under(release_data=True, delete_by=date(2026, 3, 2))
    assert batch_answer(source(kept), "p", AS_OF).may("train"), "the last day is within the limit"
    later = datetime(2026, 3, 3, tzinfo=UTC)
    over = batch_answer(source(kept), "p", later)
    assert [over.may(use) for use in over.uses] == [False, False, False]
    assert {ban.clause for ban in over.bans} == {"rights.delete_by"}
    assert over.keep is not None and over.keep.overdue


def test_the_earliest_last_day_of_all_that_bind_counts() -> None:
    answer = batch_answer(
        source(under(retention_days=30), under("1.1.0", delete_by=date(2026, 3, 10))), "p", AS_OF
    )
    assert answer.keep is not None
    assert (answer.keep.day, answer.keep.version, answer.keep.overdue) == (date(2026, 3, 3), "1.0.0", False)


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_what_was_not_accepted_may_be_used_for_nothing(state: str) -> None:
    answer = batch_answer(source(under(release_data=True), state=state), "p", AS_OF)
    assert not any(answer.may(use) for use in answer.uses)
    assert {ban.clause for ban in answer.bans} == {f"batch.{state}"}


def test_a_model_keeps_the_certificates_of_data_deleted_since_and_their_bans() -> None:
    gone = source(under(release_models=False), deleted="certificates/c.json")
    held = source(under(contract_id="b-1", delete_by=date(2026, 5, 1)))
    answer = model_answer("p v1", "p", 1, [gone, held], AS_OF, "")
    assert answer.deleted == (("acme-1 week 1 revision 1", "certificates/c.json"),)
    assert not answer.may("release_models"), "deleting the data gives no right"
    assert answer.keep is not None and answer.keep.contract_id == "b-1", "only held data can be overdue"


def test_what_cannot_be_told_is_not_allowed() -> None:
    answer = model_answer("p v1", "p", 1, [], AS_OF, "datasets/d.json", ("the manifest is not there",))
    assert not any(answer.may(use) for use in answer.uses)


def row(version: str, effective: datetime | None) -> ContractRow:
    return ContractRow(
        "c", version, version, "active", "v", "V", "p", "n", "k", "USD", 2, AS_OF, None, effective
    )


EARLIER, LATER = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
VERSIONS = (row("1", None), row("2", EARLIER), row("3", LATER))


@pytest.mark.parametrize(
    ("judged", "in_force", "bound"),
    [
        ("1", "1", ("1", "2")),  # the amendment of February binds January's data; April's not yet
        ("2", "2", ("2",)),  # what was agreed before, the week never fell under
        ("2", "1", ("1", "2")),  # judged anew under a later version: the one it was due under binds on
        ("1", "2", ("1", "2")),  # and the other way round
        ("1", None, ("1", "2")),  # a week no version in force has any more
        ("3", "1", ("1", "2", "3")),  # judged under a version before it takes effect
    ],
)
def test_a_week_is_bound_by_what_judged_it_what_it_was_due_under_and_what_came_since(
    judged: str, in_force: str | None, bound: tuple[str, ...]
) -> None:
    assert binding(VERSIONS, judged, in_force, AS_OF) == bound
