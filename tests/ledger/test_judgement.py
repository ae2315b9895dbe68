"""From counts and verdicts to the settlement the books take."""

from quality.decision import BatchDecision
from rampart.delivery.canonicalise import FileRead
from rampart.delivery.landing import LandedFile
from rampart.ledger.arithmetic import count_problems
from rampart.ledger.judgement import Counted, settlement_of
from rampart.ledger.outcome import ReasonCount, Settlement
from tests.ledger.books import terms


def read(name: str, role: str, *, lines: int, records: int, quarantined: int) -> FileRead:
    return FileRead(LandedFile(name, "a" * 64, 10, None, "key"), role, lines, records, quarantined)


def settled(*files: FileRead, accepted: dict[str, int], discarded: dict[str, int]) -> Settlement:
    lost = sum(discarded.values())
    counted = Counted(files, accepted, discarded, {"too_fast": (0, 1), "exact_duplicate": (lost, lost)})
    decision = BatchDecision("accepted_partial", "because")
    artefacts = {"accepted": "key"}
    return settlement_of(
        terms(), 1, counted, verdicts=(), decision=decision, artefacts=artefacts, compared_with=("k",)
    )


def test_each_file_has_its_own_count_and_the_whole_adds_up() -> None:
    found = settled(
        read("a.jsonl", "rows", lines=12, records=10, quarantined=2),
        read("b.jsonl", "rows", lines=5, records=5, quarantined=0),
        accepted={"a.jsonl": 7, "b.jsonl": 5},
        discarded={"a.jsonl": 3},
    )
    assert [(f.records, f.accepted, f.discarded, f.quarantined) for f in found.files] == [
        (12, 7, 3, 2),
        (5, 5, 0, 0),
    ]
    assert (found.accepted, found.discarded) == (12, 3)
    assert count_problems(found) == ()


def test_a_joined_file_holds_no_judgements_only_what_was_unreadable_in_it() -> None:
    found = settled(
        read("rows.jsonl", "rows", lines=90, records=90, quarantined=0),
        read("texts.jsonl", "items", lines=50, records=40, quarantined=3),
        accepted={"rows.jsonl": 90},
        discarded={},
    )
    items = found.files[1]
    assert (items.role, items.records, items.accepted, items.quarantined) == ("items", 3, 0, 3)
    assert [line.kind for line in found.money] == ["accepted_units", "discount"]
    assert count_problems(found) == ()


def test_reasons_stand_in_waterfall_order_with_the_decision_and_its_evidence() -> None:
    found = settled(
        read("rows.jsonl", "rows", lines=10, records=10, quarantined=0),
        accepted={"rows.jsonl": 8},
        discarded={"rows.jsonl": 2},
    )
    assert found.reasons == (ReasonCount("exact_duplicate", 2, 2), ReasonCount("too_fast", 0, 1))
    assert (found.state, found.reason, found.compared_with) == ("accepted_partial", "because", ("k",))
