"""Every figure that is shown leads to rows."""

import json
from decimal import Decimal
from functools import reduce
from itertools import product

import pytest

from rampart.delivery.tables import fetch_table
from rampart.ledger.evidence_of import money_evidence, reason_evidence
from rampart.ledger.feedback.evidence import figures_in, pack_evidence
from rampart.ledger.read import batch_detail
from rampart.records.evidence import Address, AddressError, Condition, in_books, in_store, parse
from tasks.evidence import resolve
from tasks.invoice import compare_invoice
from tasks.scorecard import card_of
from tasks.workspace import Workspace
from tests.scorecards.overlap import WEEKS


def test_every_figure_of_the_scorecard_leads_to_rows(place: Workspace) -> None:
    card = card_of(place, "small")
    told = [figure for figure in card.figures if figure.value is not None]
    assert len(told) >= 16
    for figure in told:
        assert figure.evidence, figure.name
        for address in figure.evidence:
            assert resolve(place, address), (figure.name, address)
    assert all(figure.lacks for figure in card.figures if figure.value is None)


def test_the_rows_of_a_figure_add_up_to_it(place: Workspace) -> None:
    card = card_of(place, "small")
    yields = next(one for one in card.figures if one.name == "first_pass_yield")
    rows = [row for address in yields.evidence for row in resolve(place, address)]
    kept, lost = (sum(row[name] for row in rows) for name in ("accepted", "discarded"))
    assert yields.value == kept / (kept + lost)
    cost = next(one for one in card.figures if one.name == "cost_per_accepted")
    lines = [row for address in cost.evidence for row in resolve(place, address)]
    paid = sum(Decimal(line["amount"]) for line in lines)
    units = sum(line["units"] for line in lines if line["kind"] == "accepted_units")
    assert cost.value == pytest.approx(float(paid / units))


def test_every_verdict_of_the_books_leads_to_rows(place: Workspace) -> None:
    verdicts = batch_detail(place.books, "dc-north", 1).verdicts
    addressed = [verdict for verdict in verdicts if verdict.evidence]
    assert len(addressed) > 5
    for verdict in addressed:
        # Of a census that found nothing there are no rows to show, and the object is there all the same.
        assert resolve(place, str(verdict.evidence)) or verdict.observed == 0.0, verdict


def test_every_line_of_money_leads_to_the_records_it_is_for(place: Workspace) -> None:
    for contract_id in ("dc-north", "dc-south"):
        detail = batch_detail(place.books, contract_id, 1)
        assert detail.money
        for line in detail.money:
            rows = resolve(place, money_evidence(detail, line))
            assert len(rows) == line.units if line.kind == "accepted_units" else len(rows) >= line.units


def test_every_count_of_the_feedback_pack_leads_to_rows(
    place: Workspace,
) -> None:
    detail = batch_detail(place.books, "dc-south", 1)
    packed = {name: key for name, key in detail.artefacts.items() if "discarded" in key}
    assert packed
    jsonl = next(key for key in packed.values() if key.endswith(".jsonl"))
    listed = [json.loads(line) for line in place.store.get(jsonl).splitlines()]
    assert detail.reasons
    for reason in detail.reasons:
        stored = resolve(place, reason_evidence(detail, reason.code))
        told = [row for row in listed if reason.code in row["reasons"]]
        assert len(stored) == len(told) == reason.any
        assert {row["record_id"] for row in stored} == {row["record_id"] for row in told}


def test_every_figure_of_every_feedback_pack_leads_to_rows(place: Workspace) -> None:
    """Whatever number a pack tells: one that `pack_evidence` does not know raises."""
    walked = set()
    for contract_id, week in product(("dc-north", "dc-south"), WEEKS):
        detail = batch_detail(place.books, contract_id, week)
        told = json.loads(place.store.get(detail.artefacts["pack/figures.json"]))
        for figure in figures_in(told):
            rows = resolve(place, pack_evidence(detail, told, figure))
            value = reduce(lambda inner, name: inner[name], figure, told)
            assert rows or not float(value), (contract_id, week, figure)
            walked.add(tuple(name for name in figure if isinstance(name, str)))
            if (figure[0] == "reasons" and figure[-1] == "any") or figure == ("counts", "listed"):
                assert len(rows) == value
            elif figure[0] == "counts" and figure[-1] in ("accepted", "discarded"):
                assert sum(row[figure[-1]] for row in rows) == value
    assert {name[0] for name in walked} == {
        *("counts", "unreadable_in_joined_files", "money", "total", "reasons", "annotators", "weeks")
    }


def test_a_figure_that_is_new_to_the_packs_is_refused_until_it_says_what_it_rests_on(
    place: Workspace,
) -> None:
    detail = batch_detail(place.books, "dc-north", 1)
    told = {"counts": {"unheard_of": 3}, "worth": {"a unit": "1.50"}, "verdict": "3 of 4", "week": 1}
    assert list(figures_in(told)) == [("counts", "unheard_of"), ("worth", "a unit")]
    for figure in figures_in(told):
        with pytest.raises(AddressError, match="no address is known"):
            pack_evidence(detail, told, figure)


INVOICE = "invoice_number,line,week,unit_kind,units,unit_price,amount,currency\n"


@pytest.mark.parametrize("contract_id", ["dc-north", "dc-south"])
def test_every_line_of_an_invoice_leads_to_the_rows_it_was_held_against(
    place: Workspace, contract_id: str
) -> None:
    """One line agrees or not, one is billed twice, one is of a week that never was, the rest is missing."""
    bill = INVOICE + "I,1,1,,37,0.35,12.95,USD\nI,2,1,,37,0.35,12.95,USD\nI,3,9,,1,0.35,0.35,USD\n"
    bill += "I,4,3,,1,0.35,0.35,USD\n"
    findings = compare_invoice(place, contract_id, bill.encode(), "bill.csv").result.findings
    assert {one.week for one in findings} == {1, 2, 3, 9}
    for one in findings:
        if one.week == 9:
            assert (one.status, one.booked, one.evidence) == ("not_on_the_books", None, "")
            continue
        rows = resolve(place, one.evidence)
        assert rows, one
        if one.booked and one.kind == "":
            fates = [row for row in rows if "reason_mask" in row]
            assert len(fates) == len(rows)


def test_no_row_of_evidence_holds_a_text_or_a_known_answer(place: Workspace) -> None:
    detail = batch_detail(place.books, "dc-north", 1)
    part = next(key for name, key in detail.artefacts.items() if name.startswith("records-"))
    table = fetch_table(place.store, part)
    assert table["gold"].null_count < table.num_rows
    assert "A full answer" in str(table["responses"].to_pylist())
    read = 0
    for info in place.store.list(""):
        if info.key.endswith((".parquet", ".jsonl")):
            rows = resolve(place, info.key)
            read += len(rows)
            assert not {"prompt", "responses", "gold", "raw_label", "rationale"} & {
                k for row in rows for k in row
            }
            assert "answer" not in str(rows), info.key
    assert read > 500


def test_a_question_of_an_audit_is_told_in_our_words(place: Workspace) -> None:
    rows = resolve(place, batch_detail(place.books, "dc-north", 1).artefacts["audit"])
    assert {"length", "opening"} <= {row["audit"] for row in rows}
    assert {row["metric"] for row in rows if row["audit"] == "opening"} == {"opening"}
    assert not any({"reason", "feature", "examples"} & set(row) for row in rows)


def test_an_object_without_rows_is_refused(place: Workspace) -> None:
    page = batch_detail(place.books, "dc-north", 1).artefacts["audit-page"]
    with pytest.raises(AddressError, match="has no rows"):
        resolve(place, page)


@pytest.mark.parametrize(
    "address",
    [
        Address("books", ("dc north/1", "3", "1", "verdicts"), (Condition("metric", "discard_rate"),)),
        Address("store", ("batches/dc-a/week-01/fates-0a.parquet",), (Condition("reason_mask", "0", False),)),
        Address("models", ("rm",), (Condition("version", "4"),)),
        Address("shared", ("rm", "gold_shared"), (Condition("contract_id", "a&b=c"),)),
    ],
)
def test_an_address_survives_being_written_and_read(address: Address) -> None:
    assert parse(str(address)) == address


def test_a_bare_key_is_an_address_in_the_store() -> None:
    assert parse("batches/a/fates-1.parquet") == parse(in_store("batches/a/fates-1.parquet"))


@pytest.mark.parametrize(
    "text",
    [
        "books:dc/1/verdicts",
        "books:dc/x/1/verdicts",
        "books:dc/1/1/texts",
        "models:",
        "store:",
        "",
        "store:a?b",
    ],
)
def test_what_is_no_address_is_refused_with_the_form_that_was_expected(text: str) -> None:
    with pytest.raises(AddressError, match="expected"):
        parse(text)


def test_events_of_the_books_are_rows_too(place: Workspace) -> None:
    rows = resolve(place, in_books("dc-south", 2, 1, "events", kind="batch.late"))
    assert len(rows) == 1
