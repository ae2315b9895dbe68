"""Any label scheme → one canonical form (`Label`), and back."""

from collections.abc import Sequence
from typing import Any

from contracts.terms.annotation import (
    Arena,
    Binary,
    Category,
    Critique,
    Demonstration,
    Likert,
    Ranking,
    Rating,
    Scheme,
    Spans,
    Thumbs,
    Verifiable,
)
from rampart.records.labels.graded import verifiable
from rampart.records.labels.label import Form, Label, LabelReader
from rampart.records.labels.marked import spans, unlabelled, within
from rampart.records.labels.numbered import likert, ranking, rating
from rampart.records.labels.worded import arena, binary, category, thumbs

__all__ = ["Label", "LabelReader", "label_reader", "read_label", "within", "written"]


def read_label(
    scheme: Scheme, raw: Any, responses: int, texts: Sequence[str | None] | None = None
) -> Label | None:
    """The label `raw` of a record with `responses` responses, or None when the scheme does not know it.

    Marked passages are held against `texts`, the responses themselves, where they are given.
    """
    label = label_reader(scheme)(raw, responses)
    outside = label is not None and label.spans and texts is not None and not within(label.spans, texts)
    return None if outside else label


def label_reader(scheme: Scheme) -> LabelReader:
    """`read_label` for one scheme, its words looked up once and not for every record; it sees no texts."""
    return _form(scheme).read


def written(scheme: Scheme, label: Label) -> Any:
    """A raw label that reads back to `label`, in JSON's types: the first word a contract gives for it.

    Raises:
        ValueError: when the scheme cannot say it, as a tie on a scale without a middle.
    """
    form = _form(scheme)
    raw = form.write(label)
    responses = len(label.ranking or label.ratings or (label,))
    if form.read(raw, responses) != label:
        raise ValueError(f"the scheme {scheme.kind!r} has no label that says {label}; label it in its words")
    return raw


def _form(scheme: Scheme) -> Form:  # noqa: PLR0911 (one return a scheme)
    match scheme:
        case Binary():
            return binary(scheme)
        case Arena():
            return arena(scheme)
        case Likert():
            return likert(scheme)
        case Rating():
            return rating(scheme)
        case Ranking():
            return ranking(scheme)
        case Thumbs():
            return thumbs(scheme)
        case Verifiable():
            return verifiable(scheme)
        case Category():
            return category(scheme)
        case Spans():
            return spans(scheme)
        case Demonstration() | Critique():
            return unlabelled()
