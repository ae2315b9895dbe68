import hashlib

import polars as pl
import pytest

from rampart.records.prompt_key import UNSETTLED, normalised, prompt_keys

TYPE = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
Messages = list[tuple[str | None, str | None]]


def key(*messages: tuple[str | None, str | None]) -> str:
    listed = [{"role": role, "content": content} for role, content in messages]
    return str(prompt_keys(pl.Series([listed], dtype=TYPE))[0])


def test_the_key_of_a_prompt_never_changes() -> None:
    # Splits and duplicate checks rest on these: a change here breaks every snapshot made before.
    fruit = "621d29d64a062bff20cdbc2141bec7e82c3b749f5d322d68b52e4b1dee87aea8"
    assert key(("user", "Name a fruit.")) == fruit
    assert fruit == hashlib.sha256(b"user\x1fname a fruit.").hexdigest()
    two_turns = "20fd63b98042ac05e627005aca4b80747d53e094113f99130d3a54055133ad8b"
    assert key(("system", "Be brief."), ("user", "Häufig?  Ja.")) == two_turns
    assert two_turns == hashlib.sha256("system\x1fbe brief.\x1fuser\x1fhäufig? ja.".encode()).hexdigest()
    assert key() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    "spelling", ["NAME a fruit.", " Name\ta\n\nfruit. ", "\uff2eame a fruit.", "Name a\u00a0fruit."]
)
def test_case_white_space_and_compatibility_forms_do_not_matter(spelling: str) -> None:
    assert key(("user", spelling)) == key(("user", "Name a fruit."))


@pytest.mark.parametrize(
    "other",
    [
        [("user", "Name a fruit")],
        [("system", "Name a fruit.")],
        [("user", "Name"), ("user", "a fruit.")],
        [("user", "Name a fruit."), ("assistant", "")],
    ],
)
def test_other_words_roles_or_turns_are_another_prompt(other: Messages) -> None:
    assert key(*other) != key(("user", "Name a fruit."))


def test_a_missing_text_is_an_empty_one_and_not_a_missing_message() -> None:
    assert key(("user", None)) == key(("user", ""))
    assert key(("user", None)) != key()
    assert key((None, "x")) == key(("", "x"))


def test_every_prompt_of_a_series_gets_its_key() -> None:
    listed = [[{"role": "user", "content": text}] for text in ("a", "b", "A")]
    keys = prompt_keys(pl.Series(listed, dtype=TYPE))
    assert keys.name == "prompt_key"
    assert keys[0] == keys[2] != keys[1]
    assert prompt_keys(pl.Series([], dtype=TYPE)).to_list() == []


def test_texts_that_need_no_normalising_are_normalised_to_themselves() -> None:
    # These are passed over: what the library would make of them, alone or in company, must be the same.
    every = pl.Series([chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000])
    settled = every.filter(~every.str.contains(UNSETTLED))
    assert len(settled) > 20_000
    company = [settled.shuffle(seed) for seed in range(20)]
    for texts in (settled, pl.select(pl.concat_str(company)).to_series()):
        assert texts.str.normalize("NFKC").equals(texts)


def test_white_space_of_every_kind_is_one_blank() -> None:
    spaces = [chr(code) for code in range(0x3001) if chr(code).isspace() and not 0x1C <= code <= 0x1F]
    for space in spaces:
        texts = pl.Series([f"{space}a{space}b", f"a {space}b{space}", f"a{space}{space}b"])
        assert normalised(texts).to_list() == ["a b"] * 3
