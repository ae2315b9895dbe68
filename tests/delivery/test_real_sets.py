"""Public sets as they were published, read by nothing but their contracts in contracts/specs/examples."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from quality.audits.suite import run_audits
from quality.gates.fates import part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import FileRead
from rampart.delivery.trial import try_out
from rampart.records.identity import record_keys
from tests.delivery.published import DATA, delivered, terms
from tests.delivery.reading import jsonl, quarantine, records, said, texts


def counted(read: FileRead) -> tuple[str, int, int, int]:
    return read.file.name, read.lines, read.records, read.quarantined


def audited(name: str) -> dict[str, tuple[str, int]]:
    """Metric → the observed share to three places, and the comparisons it rests on."""
    verdicts = run_audits(delivered(name).records, terms(name))
    return {
        verdict.spec.metric: ("" if verdict.observed is None else f"{verdict.observed:.3f}", verdict.n)
        for verdict in verdicts
    }


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("llmfao", [("crowd-comparisons.csv", 8931, 8931, 0), ("pairs-crowd.jsonl", 2139, 2139, 0)]),
        ("pandalm", [("testset-v1.json", 999, 2997, 0)]),
        ("oasst", [("en_100_tree.jsonl", 100, 212, 0)]),
        ("oasst-messages", [("en_100_message.jsonl", 100, 212, 0)]),
        ("hh-rlhf", [("harmless-base_test.head200.jsonl", 200, 200, 0)]),
        ("crowd-rte", [("label.csv", 8000, 8000, 0), ("truth.csv", 800, 800, 0)]),
        ("crowd-bluebird", [("label.csv", 4212, 4212, 0), ("truth.csv", 108, 108, 0)]),
        ("crowd-timing", [("CF_amt.csv", 6030, 6030, 0)]),
        ("evalica-food", [("food.csv", 30, 30, 0)]),
        ("evalica-simple", [("simple.csv", 16, 16, 0)]),
    ],
)
def test_every_line_of_a_published_set_is_read_by_its_contract_alone(
    name: str, files: list[tuple[str, int, int, int]]
) -> None:
    found = delivered(name)
    assert [counted(read) for read in found.files] == files
    assert found.quarantine.num_rows == 0
    assert found.records.num_rows == files[0][2]
    assert len(set(found.records["source_line"].to_pylist())) == files[0][1]


@pytest.mark.parametrize(
    "name", ["llmfao", "pandalm", "oasst", "oasst-messages", "hh-rlhf", "evalica-food", "evalica-simple"]
)
def test_every_label_of_a_published_set_is_understood(name: str) -> None:
    assert delivered(name).records["ranking"].null_count == 0


def test_crowd_votes_lean_as_they_were_measured() -> None:
    found = audited("llmfao")
    assert found["longer_wins"] == ("0.410", 5460)
    assert found["first_wins"] == ("0.533", 5460)
    assert found["tie_share"] == ("0.389", 8931)


def test_expert_majorities_lean_as_they_were_measured() -> None:
    assert audited("pandalm")["longer_wins"] == ("0.675", 887)


def test_ranked_trees_become_rankings_of_two_to_nine_replies() -> None:
    sizes = {len(record["responses"]) for record in records(delivered("oasst"))}
    assert (min(sizes), max(sizes)) == (2, 9)
    for record in records(delivered("oasst")):
        assert said(record)[0][0] == "user"
        assert sorted(record["ranking"]) == list(range(1, len(record["responses"]) + 1))


def test_ranked_trees_say_nothing_of_places_on_screen() -> None:
    assert audited("oasst")["first_wins"] == ("", 0)


def test_chosen_and_rejected_transcripts_share_a_prompt_that_ends_with_the_user() -> None:
    for record in records(delivered("hh-rlhf")):
        roles = [role for role, _ in said(record)]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
        assert record["ranking"] == [1, 2]
        assert not any("\n\nHuman:" in text or "\n\nuser:" in text for text in texts(record))


def test_no_pair_of_the_first_two_hundred_differs_before_its_last_turn() -> None:
    """Measured: 0 of 200. The contract's rule quarantines such a pair, as the next test shows."""
    assert delivered("hh-rlhf").quarantine.num_rows == 0
    for record in records(delivered("hh-rlhf")):
        assert not any("\n\nassistant: " in text for text in texts(record))


def test_a_pair_whose_contexts_differ_is_no_preference_between_two_answers(tmp_path: Path) -> None:
    def told(*turns: str) -> str:
        roles = ("\n\nHuman: ", "\n\nAssistant: ") * 2
        return "".join(role + text for role, text in zip(roles, turns, strict=False))

    pairs = [
        {
            "chosen": told("Hi", "Hello", "Fruit?", "Apple"),
            "rejected": told("Hi", "Hello", "Fruit?", "Chair"),
        },
        {"chosen": told("Hi", "Hello", "Fruit?", "Apple"), "rejected": told("Hi", "Yes", "Fruit?", "Chair")},
        {"chosen": told("Hi", "Hello", "Fruit?", "Apple"), "rejected": told("Hi", "Hello")},
    ]
    (tmp_path / "pairs.jsonl").write_bytes(jsonl(*pairs))
    found = try_out([tmp_path / "pairs.jsonl"], terms("hh-rlhf"), 0).read
    assert [texts(record) for record in records(found)] == [["Apple", "Chair"]]
    assert [(one["source_line"], one["code"], one["problem"]) for one in quarantine(found)] == [
        (line, "not_as_required", "the chosen and the rejected conversation differ before their last turn")
        for line in (2, 3)
    ]


@pytest.mark.parametrize(
    ("name", "labels", "agree"),
    [("crowd-rte", 8000, 5833), ("crowd-bluebird", 4212, 2677), ("crowd-timing", 6030, 4252)],
)
def test_labels_of_items_carry_the_known_answer_beside_them(name: str, labels: int, agree: int) -> None:
    """The counts are those of the files alone, taken with the csv module and a dictionary of the truth."""
    found = records(delivered(name))
    assert len(found) == labels
    assert sum(record["category"] is None for record in found) == 0
    assert sum(record["raw_label"] == record["gold"] for record in found) == agree
    assert all(record["prompt"] == [] and record["responses"] == [] for record in found)


def test_seconds_are_read_where_a_set_has_them() -> None:
    found = [record["duration_s"] for record in records(delivered("crowd-timing"))]
    assert (min(found), max(found)) == (1.0, 2397.0)


@pytest.mark.parametrize("name", ["crowd-rte", "crowd-bluebird"])
def test_label_only_work_is_gated_by_item_and_its_preferences_cannot_be_tested(name: str) -> None:
    found = delivered(name).records
    fates = part(found, gate_records(found, terms(name), 1, Earlier()))
    assert fates.discarded.num_rows == 0
    assert {verdict.status for verdict in run_audits(found, terms(name))} == {"not_testable"}


def test_the_same_label_of_one_item_by_one_worker_twice_is_a_duplicate() -> None:
    found = delivered("crowd-rte").records
    twice = pa.concat_tables([found, found.slice(0, 3)])
    discarded = part(twice, gate_records(twice, terms("crowd-rte"), 1, Earlier())).discarded
    assert discarded["reasons"].to_pylist() == [["duplicate_record_id", "exact_duplicate"]] * 3


def test_names_in_a_tournament_are_the_responses() -> None:
    first = records(delivered("evalica-food"))[0]
    assert (said(first), texts(first)) == ([("user", "Which food is better?")], ["Pizza", "Sushi"])
    assert first["ranking"] == [1, 2]


def test_messages_and_trees_hold_the_same_rankings() -> None:
    one, other = (
        {record["record_id"]: (texts(record), record["ranking"]) for record in records(delivered(name))}
        for name in ("oasst", "oasst-messages")
    )
    assert one == other


def with_every_gate_on_repeats(name: str) -> Counter[str]:
    """Reason → records, where the contract's own leave for blank and repeated answers is taken back."""
    agreed, found = terms(name), delivered(name).records
    strict = {"empty_response": "discard", "exact_duplicates": "discard"}
    asked = agreed.model_copy(update={"gates": agreed.gates.model_copy(update=strict)})
    discarded = part(found, gate_records(found, asked, 1, Earlier())).discarded
    return Counter(code for codes in discarded["reasons"].to_pylist() for code in codes)


def rows_of_pandalm() -> list[dict[str, Any]]:
    delivered("pandalm")  # or skip
    rows: list[dict[str, Any]] = json.loads((DATA / "pandalm" / "testset-v1.json").read_bytes())
    return rows


def test_answers_that_are_the_word_true_and_no_text_are_read_as_written() -> None:
    """Six answers of PandaLM's were turned into booleans on their way; three people judged each."""
    booleans = {
        (row["idx"], side)
        for row in rows_of_pandalm()
        for side in (0, 1)
        if row[("response1", "response2")[side]] is True
    }
    assert len(booleans) == 6
    read = Counter(
        (int(record["item_id"]), side)
        for record in records(delivered("pandalm"))
        for side in (0, 1)
        if texts(record)[side] == "true"
    )
    assert read == dict.fromkeys(booleans, 3)


def test_every_blank_answer_of_a_published_set_is_found() -> None:
    """The counts are those of the files alone."""
    blank = {
        row["idx"]
        for row in rows_of_pandalm()
        if any(not str(row[side]).strip() for side in ("response1", "response2"))
    }
    assert len(blank) == 54
    assert with_every_gate_on_repeats("pandalm")["empty_response"] == 3 * 54
    found = {int(r["item_id"]) for r in records(delivered("pandalm")) if not all(map(str.strip, texts(r)))}
    assert found == blank
    assert with_every_gate_on_repeats("llmfao")["empty_response"] == 1208
    assert with_every_gate_on_repeats("hh-rlhf")["empty_response"] == 1


def test_rows_that_ask_the_same_again_have_one_key() -> None:
    """Of PandaLM's 999 rows 99 repeat an earlier prompt and pair; 37 more do so with the sides changed."""
    rows = [
        (row["instruction"], row["input"], str(row["response1"]), str(row["response2"]))
        for row in rows_of_pandalm()
    ]
    assert len(rows) - len(set(rows)) == 99
    found = delivered("pandalm").records
    keys = record_keys(pl.DataFrame(pl.from_arrow(found))).with_columns(
        idx=pl.Series(found["item_id"]), who=pl.Series(found["annotator_id"])
    )
    one_annotator = keys.filter(pl.col("who") == keys["who"][0])
    assert one_annotator.height == 999
    assert one_annotator.height - one_annotator["work_key"].n_unique() == 99 + 37


def test_votes_that_say_the_same_again_are_found() -> None:
    """Two models often gave one answer; a worker who judged both pairs alike said the same twice."""
    delivered("llmfao")
    folder = DATA / "llmfao"
    lines = (folder / "pairs-crowd.jsonl").read_bytes().splitlines()
    pairs = {row["id"]: row for row in map(json.loads, lines)}
    seen, repeats = set(), 0
    with (folder / "crowd-comparisons.csv").open(encoding="utf-8", newline="") as file:
        for vote in csv.DictReader(file):
            pair = pairs[int(vote["id"])]
            said = (pair["text"], pair["result_x"], pair["result_y"], vote["worker"], vote["winner"])
            repeats += said in seen
            seen.add(said)
    assert repeats == 105
    assert with_every_gate_on_repeats("llmfao")["exact_duplicate"] == 105


def test_trees_stay_whole_every_ranked_reply_under_its_own_path() -> None:
    """An independent walk over the published trees finds the very conversations that the records hold."""
    delivered("oasst")
    expected = Counter[tuple[tuple[str, ...], frozenset[str]]]()
    waiting: list[tuple[tuple[str, ...], Any]] = [
        ((), json.loads(line)["prompt"])
        for line in (DATA / "oasst" / "en_100_tree.jsonl").read_text("utf-8").splitlines()
    ]
    while waiting:
        above, node = waiting.pop()
        path, replies = (*above, node["text"]), node["replies"]
        ranked = [reply for reply in replies if reply.get("rank") is not None]
        if len(ranked) > 1:
            expected[path, frozenset(reply["text"] for reply in ranked)] += 1
        waiting += [(path, reply) for reply in replies]
    found = Counter(
        (tuple(text for _, text in said(record)), frozenset(texts(record)))
        for record in records(delivered("oasst"))
    )
    assert found == expected
