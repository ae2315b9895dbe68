import hashlib
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from contracts.load import ContractError, load_contract, parse_contract
from tests.contracts.files import GOOD, SPECS, changed, problem, problems


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_contract_we_ship_loads(path: Path) -> None:
    loaded = load_contract(path)
    assert loaded.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_contract_takes_its_name_and_version_from_the_standards_own_fields() -> None:
    loaded = parse_contract(GOOD.encode(), "c.yaml")
    assert (loaded.contract_id, loaded.name, loaded.version, loaded.status) == (
        "dc-test",
        "Test",
        "1.0.0",
        "draft",
    )


def test_a_byte_order_mark_and_windows_line_ends_change_nothing_but_the_digest() -> None:
    plain = parse_contract(GOOD.encode(), "c.yaml")
    windows = parse_contract(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode(), "c.yaml")
    assert windows.model_dump(exclude={"digest"}) == plain.model_dump(exclude={"digest"})
    assert windows.digest != plain.digest


def test_anchors_and_merged_keys_are_read_as_if_written_out() -> None:
    data = changed(
        "{discard_ceiling: 0.5, price: 1.00}\n          production: {discard_ceiling: 0.1, price: 1.25}",
        "&base {discard_ceiling: 0.5, price: 1.00}\n          production: {<<: *base, price: 1.25}",
    )
    phases = parse_contract(data, "c.yaml").ramp.phases
    assert (phases["production"].discard_ceiling, str(phases["production"].price)) == (0.5, "1.25")


MISTAKES = YAML(typ="safe").load(Path(__file__).with_name("mistakes.yaml"))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[one["says"][0][:80] for one in MISTAKES])
def test_a_mistake_is_told_with_its_line_its_field_and_what_to_do(mistake: dict[str, Any]) -> None:
    told = problems(changed(mistake["old"], mistake["new"]))
    assert [str(one) for one in told] == mistake["says"]
    assert all(one.line and one.field and one.problem and one.fix for one in told)
    noise = ("Input", "pydantic", "Value error", "type=", "String should", "jsonschema")
    assert not any(word in str(one) for one in told for word in noise)


def test_every_mistake_is_told_where_it_was_made() -> None:
    """The line said is one the mistake changed; else it is the group that now lacks something."""
    elsewhere = []
    for mistake in MISTAKES:
        first = GOOD[: GOOD.index(mistake["old"])].count("\n") + 1
        last = first + mistake["new"].count("\n") + 1
        for one in problems(changed(mistake["old"], mistake["new"])):
            if one.line is None or not first - 1 <= one.line <= last:
                elsewhere.append(str(one))
    assert len(elsewhere) < len(MISTAKES) / 5, elsewhere


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        GOOD.replace("version: 1.0.0", "version: 1")
        .replace("weeks: 2}", "weeks: two}")
        .replace("audits", "audit")
    )
    assert [(one.line, one.field) for one in problems(text.encode())] == [
        (5, "version"),
        (12, "term.weeks"),
        (34, "audit"),
    ]


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"- a\n- b\n", "not a mapping"),
        (b"just words", "not a mapping"),
        (b"a: 1\nb: \xff\n", "is not UTF-8"),
        ("id: x".encode("utf-16"), "is not UTF-8"),
        (b"x" * (1 << 20) + b"x", "bytes, which no contract needs"),
        (b"{" * 3000, "nested too deeply"),
        (b"- " * 900 + b"x", "nested too deeply"),
        (b'["]",' * 790 + b"1:30", "nested too deeply"),
        (b'["]",' * 100_000, "nested too deeply"),
        (b"# " + b"]" * 5000 + b"\n" + b"[" * 5000, "nested too deeply"),
        (b"? " * 400_000, "nested too deeply"),
        (b"\n".join(b" " * n + b"a:" for n in range(1000)), "nested too deeply"),
        (b"a: " + b"9" * 5000, "cannot be read"),
        (b"a: 0x" + b"f" * 5000, "cannot be read"),
        (b"--- {}\n--- {}\n", "not YAML"),
        (b"&a\nb: *a\n", "through aliases"),
        (b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 10)) for n in range(8)
        ), "through aliases"),
    ],
)  # fmt: skip
def test_what_is_no_contract_file_is_refused_in_a_sentence(data: bytes, wrong: str) -> None:
    found = problem(data)
    assert found.field in ("file", "a")
    assert wrong in found.problem
    assert found.fix


def test_the_line_of_a_byte_that_is_not_utf_8_is_named() -> None:
    assert problem(b"a: 1\nb: \xff\n").line == 2


@pytest.mark.parametrize(
    ("old", "new", "field", "wrong"),
    [
        ("status: draft", "status: !!python/name:os.system draft", "status", "which is not plain data"),
        ("status: draft", "status: !mine draft", "status", "has the tag !mine"),
        ("status: draft", "status: draft\n? [a, b]\n: x", "file", "a key that is no word"),
        ("status: draft", "status: draft\nextra: {<<: 5}", "file", "merges what is no group"),
        ("status: draft", "status: draft\ntrue: y", "true", "is not a field of the standard"),
        ("status: draft", "status: draft\n1.5: z", "1.5", "is not a field of the standard"),
    ],
)
def test_odd_keys_and_tags_are_told(old: str, new: str, field: str, wrong: str) -> None:
    told = {one.field: one.problem for one in problems(changed(old, new))}
    assert wrong in told[field]


def test_words_that_older_yaml_took_for_booleans_and_times_stay_text() -> None:
    data = changed("a: [left]", "a: [no, on, y, 1:30, 2026-01-05]")
    scheme = parse_contract(data, "c.yaml").annotation.scheme
    assert scheme.model_dump()["a"] == ("no", "on", "y", "1:30", "2026-01-05")


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_opened_is_told_by_its_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError, match=r"file: cannot be read \(.+\)\. Fix: give the path"):
        load_contract(tmp_path / name)


def test_an_error_survives_being_sent_to_another_process() -> None:
    with pytest.raises(ContractError) as caught:
        parse_contract(b"", "c.yaml")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 (our own bytes)
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_a_problem_never_carries_what_a_terminal_would_act_on() -> None:
    data = changed("program: rm", 'program: "\\e[31mred"').replace(b"audits:", b'"\\e]0;x\\a":')
    for one in problems(data):
        assert str(one).isprintable()


CHARACTERS = st.one_of(st.sampled_from("\t\n :-[]{}'\"&*!|>%@`#,?\\0z"), st.characters())


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_randomly_damaged_file_is_read_or_refused_but_never_breaks_the_reader(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.text(CHARACTERS, max_size=6)) + text[end:]
    try:
        parse_contract(text.encode("utf-8", "surrogatepass"), "c.yaml")
    except ContractError as error:
        assert error.problems
        for one in error.problems:
            assert all((one.field, one.problem, one.fix))
            assert str(one).isprintable()


VALUES = [
    "",
    "null",
    "true",
    "-1",
    "1e400",
    ".nan",
    "''",
    "[]",
    "{}",
    "[[1]]",
    "{a: {b: c}}",
    "2026-02-30",
    "!!set {a}",
    "&x y",
]


@pytest.mark.parametrize("value", VALUES)
def test_any_value_in_any_place_is_read_or_refused_with_a_line(value: str) -> None:
    lines = GOOD.splitlines()
    for number, line in enumerate(lines):
        head, colon, _ = line.partition(":")
        if not colon or "{" in head:
            continue
        text = "\n".join([*lines[:number], f"{head}: {value}", *lines[number + 1 :]])
        try:
            parse_contract(text.encode(), "c.yaml")
        except ContractError as error:
            assert all(one.line for one in error.problems), str(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.touch(mode=0o000)
    with pytest.raises(ContractError, match="Permission denied"):
        load_contract(path)
