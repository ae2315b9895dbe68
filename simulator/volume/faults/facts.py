"""Faults in what stands beside the texts: fields, labels, clocks, checkpoints, people."""

from simulator.volume.faults.fault import Around, Fault, with_response
from simulator.volume.vendors import Draft

# Whom nobody named is on no roster; blank text is no listed word, and short.
_ALSO_EMPTY = frozenset({"not_on_roster", "value_not_listed", "wrong_length"})
_DAY_MS = 86_400_000


def _missing(draft: Draft, around: Around) -> Draft:
    match around.one_of("annotator", "domain", "rationale", "label"):
        case "annotator":
            return draft._replace(annotator=None)
        case "domain":
            return draft._replace(domain=around.one_of("", "  "))
        case "rationale":
            return draft._replace(rationale=around.one_of("", " \n"))
        case _:
            return draft._replace(label=None)


def _outside_scheme(draft: Draft, around: Around) -> Draft:
    outside = around.vendor.outside
    return draft._replace(label=outside[int(around.rng.integers(len(outside)))])


def _identical(draft: Draft, _: Around) -> Draft:
    return draft._replace(responses=(draft.responses[0],) * len(draft.responses))


def _empty(draft: Draft, around: Around) -> Draft:
    return with_response(draft, around, lambda _: around.one_of("", "   ", "\n\n"))


def _outside_week(draft: Draft, around: Around) -> Draft:
    days = (-7, 7, 30)[int(around.rng.integers(3))]
    return draft._replace(opened_ms=draft.opened_ms + days * _DAY_MS)


def _too_fast(draft: Draft, around: Around) -> Draft:
    return draft._replace(seconds=round(float(around.rng.uniform(0.5, 3.5)), 1))


def _too_slow(draft: Draft, around: Around) -> Draft:
    # Still within the week: the moment it was begun is far enough from its end.
    early = min(draft.opened_ms, draft.opened_ms - draft.opened_ms % _DAY_MS)
    return draft._replace(seconds=round(float(around.rng.uniform(3_700, 9_000)), 1), opened_ms=early)


def _old_checkpoint(draft: Draft, around: Around) -> Draft:
    models = list(draft.models)
    models[int(around.rng.integers(len(models)))] = "pol-2025-11-20-s400"
    return draft._replace(models=tuple(models))


def _own_prompt(draft: Draft, _: Around) -> Draft:
    return draft._replace(author=draft.annotator or draft.author)


def _stranger(draft: Draft, around: Around) -> Draft:
    return draft._replace(annotator=f"{around.vendor.id}-{int(around.rng.integers(9000, 9050))}")


FACTS = (
    Fault("missing field", ("missing_required_field",), _missing, _ALSO_EMPTY),
    Fault("label outside the scheme", ("label_outside_scheme",), _outside_scheme),
    Fault("blank response", ("empty_response",), _empty),
    Fault("identical responses", ("identical_responses",), _identical, responses=2),
    Fault("another checkpoint", ("checkpoint_not_allowed",), _old_checkpoint),
    Fault("own prompt", ("author_judged",), _own_prompt),
    Fault("stranger", ("not_on_roster",), _stranger),
    Fault("unlisted domain", ("value_not_listed",), lambda draft, _: draft._replace(domain="misc")),
    Fault("turn without end", ("value_out_of_range",), lambda draft, _: draft._replace(turn=99)),
    Fault("two letters for a reason", ("wrong_length",), lambda draft, _: draft._replace(rationale="ok")),
    Fault("old guideline", ("rule_broken",), lambda draft, _: draft._replace(guideline="v2.9")),
    Fault(
        "malformed id",
        ("wrong_form",),
        lambda draft, _: draft._replace(record_id=f"bad {draft.record_id}"),
    ),
)
CLOCK = (
    Fault("outside the week", ("outside_week",), _outside_week),
    Fault("hasty", ("too_fast",), _too_fast),
    Fault("left open", ("too_slow",), _too_slow),
)
