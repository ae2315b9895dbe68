"""Records in another language than they declare.

A record is in its language when one of its responses is. It is in another one when its responses are, and
the prompt does not ask for that ("Say it in French"); where no response is long enough to tell, when the
prompt is. So one response that answers in the wrong language, which is for the annotator to judge, is no
fault of the record.

Languages are identified by py3langid (Barbaresi; after Lui and Baldwin 2012, doi:10.3115/v1/P12-3005),
which carries its model and needs no network. Left alone are short texts, code, what the identifier is
unsure of, and languages that it does not know or that are written alike.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import langcodes
import numpy as np
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from quality.gates.record.gate import Asked, RecordGate, Seen, Test
from quality.gates.record.held import Held, Places, Records, Texts
from quality.gates.record.texts import phrases

_SAID = phrases("language")
_SIGNS: Mapping[str, list[str]] = _SAID["signs"]
_ENOUGH_SIGNS = 4
_HEAD_CHARS = 300
# Of what is no text: fenced and inline code, addresses, tags, numbers.
_NO_TEXT = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|\S+@\S+|<[^>\n]{1,80}>|[\d_#*|=/\\{}\[\]]+", re.DOTALL
)
_NO_PROSE = re.compile(r"[`/@<\d_#*|=\\{}\[\]]")  # one of these is in each of the above; much prose has none
# Of 3,325 public texts with this many letters (pandalm, llmfao, oasst, hh-rlhf), all but one that were
# identified as anything but English were: the one is half Spanish. Where a sign stands for a syllable or a
# word, a fifth says as much.
_LETTERS = 60
_WIDE = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]")
_WIDE_WORTH = 5
_SAMPLE_CHARS = 600
_SURE = 0.9


def _test(_: Asked) -> Test:
    return _strangers


def _strangers(held: Held) -> Records:
    """True where a record is in another language than its own."""
    declared = held.records["language"]
    found = np.zeros(len(declared), np.bool_)
    prompts, responses = held.texts("prompt"), held.texts("responses")
    for name in declared.drop_nulls().unique():
        if (code := code_of(name)) is None:
            continue
        asked = (declared == name).fill_null(value=False).to_numpy()
        doubtful = np.flatnonzero(asked & ~_plainly(code, responses, asked)).tolist()
        # The identifier takes half a second and 100 MB to load: only where there is a doubt.
        if doubtful and code in _known():
            for row in doubtful:
                found[row] = _other(code, prompts.of_record(row), responses.of_record(row)) is not None
    return found


def _plainly(code: str, responses: Texts, asked: Records) -> Records:
    """Of the records in `asked`: shows a response enough signs of the language at its head?"""
    if code not in _SIGNS:
        return np.zeros_like(asked)
    sign = "|".join(map(re.escape, _SIGNS[code]))
    enough = rf"(?s)\A(?:.*?(?:{sign})){{{_ENOUGH_SIGNS}}}"

    def show(among: Places) -> Records:
        heads = responses.where(lambda texts: texts.str.head(_HEAD_CHARS).str.contains(enough), among)
        return responses.of_records(heads)

    # The first response of a record mostly settles it; the others are looked at where it does not.
    first = np.append(True, responses.owners[1:] != responses.owners[:-1])[: len(responses.owners)]
    plain = show(np.flatnonzero(first & asked[responses.owners]))
    return plain | show(np.flatnonzero(~first & (asked & ~plain)[responses.owners]))


def _other(code: str, prompt: list[str], responses: list[str]) -> str | None:
    """The language that a record is in instead of its own."""
    answered = []
    for text in responses:
        if language := identified(text):
            if alike(code, language):
                return None
            answered.append(language)
    wanted = " ".join(prompt)
    if answered:
        return None if _asks_for(wanted, code, answered) else answered[0]
    asked = identified(prompt[-1]) if prompt else None
    if asked is None or alike(code, asked) or _asks_for(wanted, asked, [code]):
        return None
    return asked


def identified(text: str) -> str | None:
    """Code of the language a text is in; None where that is not sure."""
    head = text[: 2 * _SAMPLE_CHARS]
    words = " ".join((_NO_TEXT.sub(" ", head) if _NO_PROSE.search(head) else head).split())[:_SAMPLE_CHARS]
    letters = sum(map(str.isalpha, words)) + _WIDE_WORTH * len(_WIDE.findall(words))
    if letters < _LETTERS:
        return None
    ranked = _identifier().rank(words)
    first: str = ranked[0][0]
    sure = sum(share for language, share in ranked if alike(first, language))
    return first if sure >= _SURE and first != "zxx" else None  # zxx: no language


@cache
def alike(one: str, other: str) -> bool:
    """Are two codes one language, or two that a short text may be either of?"""
    return one == other or any(one in group and other in group for group in _SAID["alike"]["groups"])


def _asks_for(prompt: str, code: str, languages: list[str]) -> bool:
    """Does a prompt name one of the languages (in its own, in English, in theirs) or ask to translate?"""
    prompt = prompt.casefold()
    names = {name for language in languages for name in _names(language, code)}
    return any(word in prompt for word in (*names, *_SAID["translation"]["stems"]))


@cache
def _names(language: str, within: str) -> list[str]:
    named = langcodes.Language.get(language)
    told = (named.display_name("en"), named.display_name(within), named.autonym())
    # Endings vary with the case a language stands in: "ins Englische", "по-английски".
    return [name.split(" (")[0].casefold()[: max(4, len(name) - 2)] for name in told]


@cache
def code_of(declared: str) -> str | None:
    """Code of a language as records give it: ``en``, ``en-US``, ``eng``, ``English``; None where unknown."""
    tag = declared.strip().replace("_", "-")
    if langcodes.tag_is_valid(tag):
        return str(langcodes.Language.get(tag).language)
    try:
        return str(langcodes.find(tag).language)
    except LookupError:
        return None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _known() -> frozenset[str]:
    return frozenset(_identifier().labels)


def _seen(record: Mapping[str, Any], _: Asked) -> Seen:
    declared = record["language"]
    code = code_of(declared) or declared
    prompt = [one["content"] or "" for one in record["prompt"]]
    found = _other(code, prompt, [one["content"] for one in record["responses"]])
    name = langcodes.Language.get(found).display_name() if found else "another language"
    return Seen(f"text in {name}", f"text in {langcodes.Language.get(code).display_name()} ({declared})")


GATES = (RecordGate("wrong_language", lambda terms: terms.gates.language, _test, _seen),)
