r"""Which responses are mostly the wording of another one, to another prompt?

**Model.** The skeleton of a response is its words, without those of its own prompt and with every number
alike: "The capital of France is Paris" and "The capital of Peru is Lima" differ in what was asked only. Its
shingles are all runs of `SHINGLE` words. A response is templated when it has at least `LEAST` shingles and at
least half of them occur in a response to another prompt (resemblance by shingles: Broder 1997,
doi:10.1109/SEQUEN.1997.666900; here the containment, as short answers are cut from long templates).

**Why eight words, twenty shingles, half.** Phrases that honest writers share ("I hope this helps, let me know
if") are shorter or few: of 1,084 answers of OpenAssistant that are long enough to say, none is found.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

SHINGLE = 8
LEAST = 20
SHARED = 0.5
_WORD = re.compile(r"\w+")


def templated(pairs: Sequence[tuple[str, str]]) -> tuple[bool | None, ...]:
    """For each (prompt, response): is it templated? None where the response is too short to say."""
    groups: dict[str, int] = {}
    owners = [groups.setdefault(prompt, len(groups)) for prompt, _ in pairs]
    found = [_shingles(prompt, response) for prompt, response in pairs]
    prompts_with: dict[int, int] = defaultdict(lambda: -1)  # shingle → its one prompt, or SEVERAL
    for owner, shingles in zip(owners, found, strict=True):
        for shingle in shingles:
            known = prompts_with[shingle]
            prompts_with[shingle] = owner if known in (-1, owner) else _SEVERAL
    return tuple(_mostly(shingles, prompts_with) for shingles in found)


_SEVERAL = -2


def _mostly(shingles: frozenset[int], prompts_with: dict[int, int]) -> bool | None:
    if len(shingles) < LEAST:
        return None
    shared = sum(prompts_with[shingle] == _SEVERAL for shingle in shingles)
    return shared / len(shingles) >= SHARED


def _shingles(prompt: str, response: str) -> frozenset[int]:
    asked = set(_words(prompt))
    kept = [word for word in _words(response) if word not in asked]
    return frozenset(hash(tuple(kept[i : i + SHINGLE])) for i in range(len(kept) - SHINGLE + 1))


def _words(text: str) -> list[str]:
    return ["0" if word.isdigit() else word for word in _WORD.findall(text.casefold())]
