"""One delivery's walk: judged once, whatever happens twice; refused in a sentence; tried without a trace."""

import hashlib
import json
from datetime import timedelta

import pytest

from flows.process_delivery import process_delivery
from rampart.ledger.read import batch_detail, money_rows
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from simulator.season import Season, amending, contract_text, due, row, week_rows
from tasks.workspace import put_in_force, workspace
from tests.delivery.zips import zipped


def test_a_delivery_is_judged_booked_and_answered_with_a_pack(season: Season) -> None:
    season.agree()
    season.deliver(1)
    outcome = process_delivery("dc-north", 1, due(1))
    assert (outcome.state, outcome.accepted, outcome.discarded, outcome.changed) == ("accepted", 36, 4, True)
    with workspace() as place:
        detail = batch_detail(place.books, "dc-north", 1)
        assert {reason.code: reason.any for reason in detail.reasons} == {"too_fast": 4}
        assert {"records-00001", "fates", "quarantined", "expectations", "tally", "pack/summary.md"} <= set(
            detail.artefacts
        )
        assert f"{money_rows(place.books)[0].payable}" == "12.60"
        assert verify_books(place.books) == ()
        assert verify_store(place.books, place.store) == ()


@pytest.mark.slow
def test_a_zipped_delivery_is_booked_by_member_and_reconciles_with_the_store(season: Season) -> None:
    rows = [json.dumps(one).encode() + b"\n" for one in week_rows("north", 1)]
    made = zipped(("a.jsonl", b"".join(rows[:15]) + b"no row\n"), ("b.jsonl", b"".join(rows[15:])))
    text = contract_text().replace("{path: rows.jsonl", "{path: rows.zip")
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, due(1))
    named = {"name": "rows.zip", "bytes": len(made), "sha256": hashlib.sha256(made).hexdigest()}
    season.deliver(1, made, listed=named)
    folder = season.drop / "north" / "week-01"
    (folder / "rows.jsonl").rename(folder / "rows.zip")
    assert process_delivery("dc-north", 1, due(1)).state == "accepted"
    with workspace() as place:
        files = batch_detail(place.books, "dc-north", 1).files
        assert [(f.name, f.lines, f.accepted + f.discarded, f.quarantined) for f in files] == [
            ("rows.zip/a.jsonl", 16, 15, 1),
            ("rows.zip/b.jsonl", 25, 25, 0),
        ]
        assert {(f.sha256, f.bytes) for f in files} == {(named["sha256"], len(made))}
        assert verify_books(place.books) == ()
        assert verify_store(place.books, place.store) == ()


@pytest.mark.slow
def test_an_encoding_told_from_the_file_is_kept_with_the_batch(season: Season) -> None:
    head = "id,prompt,a,b,model,label,who,opened,closed\n"
    rows = "".join(",".join(f'"{v}"' for v in one.values()) + "\n" for one in week_rows("north", 1))
    read_as = "rows.jsonl, format: csv, csv: {encoding: detect}"
    text = contract_text().replace("rows.jsonl, format: jsonl", read_as)
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, due(1))
    season.deliver(1, (head + rows).encode("utf-16"))
    assert process_delivery("dc-north", 1, due(1)).state == "accepted"
    with workspace() as place:
        key = batch_detail(place.books, "dc-north", 1).artefacts["reading"]
        assert place.store.get(key) == b"rows.jsonl: read as utf-16-le, as its byte order mark says\n"
        assert verify_store(place.books, place.store) == ()


def test_the_same_delivery_again_changes_nothing(season: Season) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    before = season.export(), season.stored()
    again = process_delivery("dc-north", 1, due(1) + timedelta(days=1))
    assert (again.state, again.changed) == ("accepted", False)
    assert (season.export(), season.stored()) == before


@pytest.mark.slow
def test_the_same_bytes_under_a_mended_manifest_change_nothing(season: Season) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    season.deliver(1, listed={"rows": 40}, replaces="a" * 64)
    assert not process_delivery("dc-north", 1, due(1)).changed
    assert season.batches() == [("dc-north", 1, 1, "accepted")]


@pytest.mark.slow
def test_nothing_complete_is_absent_and_writes_nothing(season: Season) -> None:
    season.agree()
    before = season.export()
    assert process_delivery("dc-north", 1, due(1)).state == "absent"
    assert season.export() == before


def test_a_redelivery_that_names_what_it_replaces_takes_its_place(season: Season) -> None:
    season.agree()
    first = season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    season.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    outcome = process_delivery("dc-north", 1, due(1) + timedelta(days=1))
    assert (outcome.state, outcome.accepted) == ("accepted", 40)
    assert season.batches() == [("dc-north", 1, 1, "superseded"), ("dc-north", 1, 2, "accepted")]


def test_another_delivery_that_replaces_nothing_is_refused_and_what_stands_stays(season: Season) -> None:
    season.agree()
    first = season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    season.deliver(1, week_rows("north", 1, hasty=0))
    outcome = process_delivery("dc-north", 1, due(1))
    assert (outcome.state, outcome.changed) == ("refused", False)
    assert f'"replaces": "{first}"' in outcome.reason
    assert season.batches() == [("dc-north", 1, 1, "accepted")]
    assert [event["week"] for event in season.events("delivery.refused")] == [1]


def test_a_refused_delivery_is_noted_once_and_leaves_the_week_open(season: Season) -> None:
    season.agree()
    season.deliver(1, listed={"bytes": 7})
    outcomes = [process_delivery("dc-north", 1, due(1)) for _ in range(2)]
    assert [outcome.state for outcome in outcomes] == ["refused"] * 2
    assert "the manifest says 7" in outcomes[0].reason
    assert len(season.events("delivery.refused")) == 1
    assert season.batches() == []
    season.deliver(1)
    assert process_delivery("dc-north", 1, due(1)).state == "accepted"


@pytest.mark.slow
def test_a_delivery_of_which_nothing_is_kept_is_rejected_with_its_pack(season: Season) -> None:
    season.agree()
    season.deliver(1, week_rows("north", 1, hasty=40))
    outcome = process_delivery("dc-north", 1, due(1))
    assert (outcome.state, outcome.reason) == ("rejected", "no record passed the gates")
    with workspace() as place:
        key = batch_detail(place.books, "dc-north", 1).artefacts["pack/discarded.csv"]
        assert place.store.get(key).count(b"too_fast") == 40
        assert verify_store(place.books, place.store) == ()


@pytest.mark.slow
def test_unreadable_lines_are_counted_and_told_by_their_place(season: Season) -> None:
    season.agree()
    lines = b"not json\n" + b'{"id": "x"'
    season.deliver(1, lines)
    outcome = process_delivery("dc-north", 1, due(1))
    assert outcome.state == "rejected"
    with workspace() as place:
        detail = batch_detail(place.books, "dc-north", 1)
        assert [(file.lines, file.quarantined) for file in detail.files] == [(2, 2)]
        told = place.store.get(detail.artefacts["pack/quarantined.jsonl"]).splitlines()
        assert [json.loads(line)["source_line"] for line in told] == [1, 2]


@pytest.mark.slow
def test_work_kept_from_another_vendor_s_earlier_week_is_found(season: Season) -> None:
    for vendor in ("north", "south"):
        season.agree(vendor)
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    copied = [
        {**row("south", 2, n), **{k: row("north", 1, n)[k] for k in ("prompt", "a", "b")}} for n in range(40)
    ]
    season.deliver(2, copied, vendor="south")
    outcome = process_delivery("dc-south", 2, due(2))
    assert (outcome.accepted, outcome.discarded) == (4, 36)  # the four that were not kept are new


def test_a_batch_is_judged_anew_under_a_changed_version_of_the_contract(season: Season) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    season.agree(version="1.1.0", min_duration_s=0, amendment=amending("gates.min_duration_s"))
    outcome = process_delivery("dc-north", 1, due(1) + timedelta(days=1))
    assert (outcome.state, outcome.accepted) == ("accepted", 40)
    assert season.batches() == [("dc-north", 1, 1, "superseded"), ("dc-north", 1, 2, "accepted")]
    with workspace() as place:
        assert verify_books(place.books) == ()
        assert verify_store(place.books, place.store) == ()


def test_a_dry_run_says_what_would_be_and_leaves_no_trace(season: Season) -> None:
    season.agree()
    season.deliver(1)
    before = season.export(), season.stored()
    tried = process_delivery("dc-north", 1, due(1), dry_run=True)
    assert (tried.state, tried.accepted, tried.discarded, tried.changed) == ("accepted", 36, 4, False)
    assert (season.export(), season.stored()) == before


@pytest.mark.slow
def test_a_dry_run_of_a_broken_delivery_books_no_refusal(season: Season) -> None:
    season.agree()
    season.deliver(1, listed={"bytes": 7})
    before = season.export(), season.stored()
    assert process_delivery("dc-north", 1, due(1), dry_run=True).state == "refused"
    assert (season.export(), season.stored()) == before


@pytest.mark.slow
def test_other_terms_can_be_tried_on_what_was_landed(season: Season) -> None:
    season.agree()
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))
    lenient = season.home / "lenient.odcs.yaml"
    lenient.write_text(contract_text(version="9.9.9", min_duration_s=0))
    before = season.export(), season.stored()
    tried = process_delivery("dc-north", 1, due(1), from_books=True, terms=str(lenient), dry_run=True)
    assert (tried.accepted, tried.discarded) == (40, 0)
    assert (season.export(), season.stored()) == before
