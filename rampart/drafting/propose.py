"""From a vendor's files to proposed terms: every way to read them is tried, the best one kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from rampart.drafting.categories import as_categories
from rampart.drafting.columns import Table
from rampart.drafting.details import map_details, unused
from rampart.drafting.draft import Draft
from rampart.drafting.joining import Files, joined, linked
from rampart.drafting.listed import in_a_list
from rampart.drafting.pairs import side_by_side
from rampart.drafting.prove import FAILED, Proof, Trial
from rampart.drafting.sample import Sample
from rampart.drafting.single import one_response
from rampart.drafting.trees import as_trees

_WAYS = (
    as_trees,
    in_a_list,
    side_by_side,
    one_response,
    as_categories,
)  # the more a way asks for, the earlier
_MOST_TRIED = 16
_GOOD = 0.98  # share of usable records from which on no later way can be better


@dataclass(frozen=True)
class Proposal:
    """Terms for the sections a sample can say something about, why, and how they did on the sample.

    `unused` names columns no term reads; `left` names files that no term reads.
    """

    draft: Draft
    files: Files
    trial: Trial
    unused: tuple[str, ...]
    left: tuple[str, ...]

    def terms(self) -> dict[str, Any]:
        """The sections `annotation`, `delivery` and perhaps `gates`."""
        return self.draft.terms()

    def remarks(self) -> dict[str, str]:
        """What to know about a section as a whole, by its name."""
        lost = {code: count for code, count in self.trial.reasons.items() if count}
        counted = ", ".join(
            f"{count:,} {code}" for code, count in sorted(lost.items(), key=lambda one: -one[1])
        )
        read = f"Of the sample {self.trial.records:,} records were read, {self.trial.quarantined:,} not."
        found = {"delivery": f"{self.draft.shape[:1].upper()}{self.draft.shape[1:]}. {read}"}
        if self.unused:
            found["delivery"] += f" Not read: {', '.join(self.unused[:20])}."
        if self.left:
            found["delivery"] += f" Files not read: {', '.join(self.left[:5])}."
        if counted:
            found["gates"] = f"Of the sampled records these gates would discard: {counted}."
        return found


def propose(samples: Sequence[Sample], start: date) -> Proposal:
    """The best reading of one or several files, judged by what it makes of the sampled rows.

    `start` is the first day of the contract to be: rows stamped earlier are older than its weeks.
    """
    files = linked(samples)
    table = Table(joined(files))
    best, trial = Draft("nothing the files say can be mapped"), FAILED
    with Proof(files, start) as proof:
        for draft in islice(_drafts(table), _MOST_TRIED):
            _finish(draft, table, files)
            found = proof.tried(draft.terms())
            if not found.valid:
                continue
            if found.share > trial.share + 0.005 or (not trial.share and not best.record):
                best, trial = draft, found
            if found.share >= _GOOD and not _opaque(draft):
                break
        if not best.record:
            best = _unknown(files)
        elif _loosened(best, trial):
            trial = proof.tried(best.terms())
    return Proposal(best, files, trial, tuple(unused(table, best.used)), tuple(s.name for s in files.left))


def _drafts(table: Table) -> Iterator[Draft]:
    for way in _WAYS:
        yield from way(table)


def _opaque(draft: Draft) -> bool:
    """Does a draft rest on what is only the last resort: everything is a demonstration?"""
    return bool(draft.annotation["scheme"]["kind"] == "demonstration")


def _finish(draft: Draft, table: Table, files: Files) -> None:
    """What every reading has besides: files, joins, ids, people, moments."""
    draft.delivery = {
        "manifest": "none",
        "rows": files.rows.source.model_dump(exclude_defaults=True),
        **({"join": [link.terms() for link in files.links]} if files.links else {}),
        **draft.delivery,
    }
    for place, link in enumerate(files.links):
        draft.note(f"delivery.join.{place}", link.why, "sure")
    draft.used |= {path for link in files.links for path in ((link.on[0],), (link.as_, link.key[0]))}
    draft.used -= {(link.on[0],) for link in files.links}
    if "tree" not in draft.delivery:
        map_details(draft, table, pace="each" not in draft.delivery)
    if not {"prompt", "responses", "item_id"} & set(draft.record):
        draft.map("item_id", "item", "no column says what was labelled; where does it stand?", "edit")


def _loosened(draft: Draft, trial: Trial) -> bool:
    """Gates that would discard the sample for what its rows cannot show are switched off, with the reason."""
    before = len(draft.gates)
    lost = trial.reasons
    if why := _alike(draft, trial):
        draft.gate("exact_duplicates", "allow", why, "likely")
    if lost.get("outside_week", 0) > 0.5 * trial.records:
        why = (
            "the sample is older than the contract's weeks; remove this once deliveries are stamped in theirs"
        )
        draft.gate("timestamps_in_week", False, why, "edit")
    return len(draft.gates) > before


def _alike(draft: Draft, trial: Trial) -> str:
    """Why records that look alike need not be the same judgement twice; empty where they do."""
    alike = trial.reasons.get("exact_duplicate", 0)
    if not alike:
        return ""
    if "responses" not in draft.record:
        return "records without texts look alike"
    if "annotator_id" not in draft.record:
        return "without annotator ids, two people's same answer looks like one judgement"
    if "record_id" in draft.record and alike > 0.01 * trial.records:
        return (
            f"{alike:,} of {trial.records:,} look alike under ids of their own: short answers may be the same"
        )
    return ""


def _unknown(files: Files) -> Draft:
    """Terms that pass the check and read nothing: every field is for a person to map."""
    draft = Draft("nothing the files say can be mapped")
    draft.delivery = {"manifest": "none", "rows": files.rows.source.model_dump(exclude_defaults=True)}
    for field in ("prompt", "responses", "label"):
        draft.map(
            field, "[]" if field == "responses" else field, "no column looks like it; say where it is", "edit"
        )
    draft.scheme({"kind": "binary", "a": ["a"], "b": ["b"]}, "the labels were not found", "edit")
    return draft
