"""Schemes whose label is a word: which of two is better, thumbs, categories."""

from typing import Any

from contracts.language.words import word
from contracts.terms.annotation import Arena, Binary, Category, Thumbs, Words
from rampart.records.labels.label import A_WINS, B_WINS, TIE, Form, Label


def binary(scheme: Binary) -> Form:
    """The better one of two."""
    return _of_words(2, (scheme.a, Label(A_WINS)), (scheme.b, Label(B_WINS)))


def arena(scheme: Arena) -> Form:
    """The better one of two, a tie of good ones, or a tie of bad ones."""
    return _of_words(
        2,
        (scheme.a, Label(A_WINS)),
        (scheme.b, Label(B_WINS)),
        (scheme.tie, Label(TIE, both_bad=False)),
        (scheme.both_bad, Label(TIE, both_bad=True)),
    )


def thumbs(scheme: Thumbs) -> Form:
    """One response: 1.0 for good, 0.0 for bad."""
    return _of_words(1, (scheme.up, Label(None, ratings=(1.0,))), (scheme.down, Label(None, ratings=(0.0,))))


def category(scheme: Category) -> Form:
    """An item's category, whatever the number of its responses."""
    named = [(words, Label(None, category=name)) for name, words in scheme.categories.items()]
    return _of_words(None, *named)


def _of_words(wanted: int | None, *given: tuple[Words, Label]) -> Form:
    """`wanted` responses (None: any number), and the words for each meaning; the first is the one written."""
    meanings = {word(each): label for words, label in given for each in words}

    def read(raw: Any, responses: int) -> Label | None:
        if wanted not in (None, responses) or not isinstance(raw, str | int | float):
            return None
        return meanings.get(raw if isinstance(raw, str) and raw in meanings else word(raw))

    def write(said: Label) -> Any:
        return next((words[0] for words, label in given if words and label == said), None)

    return Form(read, write)
