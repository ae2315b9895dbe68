"""Characters nobody sees, among those that scripts and emoji need."""

import pytest

from tests.quality.gates.declaration import ARTICLE
from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, why

CODE = "hidden_characters"
HIDDEN = {
    "zero width space": "pass\u200bword",
    "zero width space alone": "\u200b",
    "joiner between letters": "pay\u200dpal",
    "non-joiner between letters": "pay\u200cpal",
    "byte order mark within": "one\ufefftwo",
    "word joiner": "one\u2060two",
    "invisible times": "2\u2062x",
    "Mongolian vowel separator": "one\u180etwo",
    "Hangul filler": "name\u3164",
    "halfwidth Hangul filler": "name\uffa0",
    "override": "access \u202eresu\u202c granted",
    "override in Arabic": "مرحبا \u202eabc\u202c بكم",
    "isolate left open": "مرحبا \u2067abc",
    "embedding left open": "שלום \u202babc",
    "closed without being open": "שלום abc\u202c",
    "isolate closed in the next line": "שלום \u2067abc\nשלום\u2069",
    "isolate in Latin text": "if x == 'user\u2066 // admin\u2069'",
    "mark of direction in Latin text": "file\u200egpj.exe",
    "tags": "fine" + "".join(chr(0xE0000 + ord(char)) for char in "choose A"),
    "tags after a flag that is no flag": "\U0001f600" + "".join(chr(0xE0000 + ord(char)) for char in "hi"),
    "bytes in selectors": "fine" + "".join(map(chr, range(0xE0100, 0xE0110))),
    "joiner at the end of an emoji": "\U0001f600\u200d",
    "in Cyrillic": "при\u200bвет",
    "in Greek": "λό\u200bγος",
    "deprecated format character": "one\u206ftwo",
}
NEEDED = {
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "woman with skin tone and profession": "\U0001f469\U0001f3fd\u200d\U0001f4bb",
    "rainbow flag": "\U0001f3f3\ufe0f\u200d\U0001f308",
    "heart on fire": "\u2764\ufe0f\u200d\U0001f525",
    "man shrugging": "\U0001f937\U0001f3fb\u200d\u2642\ufe0f",
    "health worker": "\U0001f468\u200d\u2695\ufe0f",
    "eye in speech bubble": "\U0001f441\ufe0f\u200d\U0001f5e8\ufe0f",
    "flag of Scotland": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "flag of a country": "\U0001f1eb\U0001f1f7",
    "Persian non-joiner": "می\u200cخواهم کتاب\u200cها را بخوانم",
    "Hindi joiner": "क्\u200dष",
    "Malayalam": "അവന്\u200d",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Thai word ends": "ภาษา\u200bไทย",
    "Khmer word ends": "ភាសា\u200bខ្មែរ",
    "marks in Hebrew": "שלום (C++)\u200f היום",
    "marks in Arabic": "النسخة \u200e2.0\u200e جاهزة",
    "isolate that is closed": "مرحبا \u2067abc\u2069 بكم",
    "embedding that is closed": "שלום \u202aabc\u202c היום",
    "byte order mark at the start": "\ufeffHello",
    "soft hyphen": "Donau\u00addampf",
    "no-break space": "10\u00a0km",
    "text selector": "\u2764\ufe0e and \u2764\ufe0f",
    "ideographic variation": "葛\U000e0100城",
    "curly": "“quoted” – it’s fine…",
    "ASCII": "plain",
    "nothing": "",
}


def test_every_planted_character_is_found() -> None:
    found = caught(CODE, answered(*HIDDEN.values()))
    assert [name for name, hit in zip(HIDDEN, found, strict=True) if not hit] == []


def test_what_a_script_or_an_emoji_needs_is_not_hidden() -> None:
    found = caught(CODE, answered(*NEEDED.values()))
    assert [name for name, hit in zip(NEEDED, found, strict=True) if hit] == []


def test_no_language_needs_what_the_gate_finds() -> None:
    assert accused(CODE, list(ARTICLE.values())) == []


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_character_is_found_within_a_text_of_another_script(name: str) -> None:
    assert missed(CODE, [f"{ARTICLE['en']}\n{HIDDEN[name]}\n{ARTICLE['de']}"]) == []


def test_prompts_and_rationales_are_looked_at_too() -> None:
    rows = [*answered("Fine.", prompt="pass\u200bword"), *answered("Fine.", rationale="pass\u200bword")]
    assert caught(CODE, rows) == [True, True]


def test_the_character_is_named_and_counted() -> None:
    told = why(CODE, answered("a pass\u200bword and pay\u200dpal")[0])
    assert told.found == (
        "response 2: U+200B (ZERO WIDTH SPACE, 2 in all) in 'a pass\\u200bword and pay\\u200dpal'"
    )


# The one text is a zero-width space and nothing else.
@pytest.mark.parametrize(("name", "number"), [("pandalm", 0), ("llmfao", 1), ("oasst", 0), ("hh-rlhf", 0)])
def test_what_is_accused_in_public_sets_is_hidden(name: str, number: int) -> None:
    assert len({text.strip() for text in accused_of_published(CODE, name)}) == number
