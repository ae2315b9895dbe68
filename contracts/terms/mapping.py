"""How a vendor's own files become canonical records: the `delivery` section of a contract.

Expressions are JMESPath (https://jmespath.org), the query language boto3 brings. An expression sees the
vendor's row itself; a joined file and the element of an exploded list appear under the names the contract
gives them. `docs/mapping.md` teaches the language by example.
"""

import re
from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from contracts.terms.base import TermError, Terms, clause
from contracts.terms.parties import Shown
from contracts.terms.sources import Complete, Csv, Expression, Join, Name, Source, list_or_one, path_below
from contracts.terms.values import Times, Transcript, ValueMap, Values

__all__ = [
    "Complete",
    "Csv",
    "DeliveryTerms",
    "Each",
    "Expression",
    "Join",
    "RecordFields",
    "Requirement",
    "ResponseFields",
    "Source",
    "Times",
    "Transcript",
    "Tree",
    "ValueMap",
    "Values",
    "path_below",
]


class Each(Terms):
    """One row holds several judgements: one record for every element of a list or an object.

    The element appears as an object with ``index`` (from 0), ``number`` (from 1), ``key`` (an object's
    key, or null) and ``value``. Where elements hold several in turn, the next level's `in` sees this one's
    element.
    """

    in_: Expression = Field(alias="in", description="A list, or an object whose values are judgements.")
    as_: Name = Field(alias="as", description="The name expressions use for the element.")
    where: Expression | None = Field(None, description="Keep only elements for which this is true.")


class Tree(Terms):
    """One row holds a tree of messages: one record for every node whose replies were judged.

    The node appears as an object with ``path`` (messages from the root to the node), ``node`` and
    ``replies``.
    """

    root: Expression = Field(description="The root message.")
    replies: str = Field("replies", description="The key of a message's list of replies.")
    as_: Name = Field(alias="as", description="The name expressions use for the node.")
    where: Expression | None = Field(None, description="Keep only nodes for which this is true.")


class Requirement(Terms):
    """A rule of the buyer's own about a row; a judgement that breaks it goes to the quarantine."""

    test: Expression = Field(description="True where the row is as it should be; null is not true.")
    problem: str = Field(
        min_length=3, max_length=300, description="What is wrong otherwise, as the vendor should read it."
    )


class ResponseFields(Terms):
    """One response, as expressions over the row."""

    content: Expression = Field(description="The response's text; null is an empty response.")
    checkpoint_id: Expression | None = Field(None, description="The policy checkpoint that wrote it.")
    response_id: Expression | None = Field(None, description="Its id; without one, its place from 0.")


def _listed_or_expression(value: object) -> str:
    return "expression" if isinstance(value, str) else "list"


Eaches = Annotated[
    Annotated[Each, Tag("expression")]
    | Annotated[Annotated[tuple[Each, ...], Field(min_length=1)], Tag("list")],
    Discriminator(list_or_one),
]
Responses = Annotated[
    Annotated[tuple[ResponseFields, ...], Tag("list")] | Annotated[Expression, Tag("expression")],
    Discriminator(_listed_or_expression),
]


class RecordFields(Terms):
    """Where each canonical field comes from. A field not named here stays empty."""

    record_id: Expression | None = Field(
        None, description="Vendor's id; without one, the file's name with line and element stands in."
    )
    prompt: Expression | None = Field(
        None,
        description="Text, one message, or a list of messages ({role, content}). "
        "Plain text is one user message.",
    )
    responses: Responses | None = Field(
        None,
        description="A list of responses, or one expression giving a list of "
        "{content, checkpoint_id, response_id} objects (or of plain texts), in the order shown.",
    )
    label: Expression | None = Field(
        None,
        description="The label as delivered; for rating, ranking and verifiable one for each response.",
    )
    annotator_id: Expression | None = Field(
        None, description="Who judged; only a keyed pseudonym of it is kept."
    )
    prompt_author_id: Expression | None = Field(
        None, description="Who wrote the prompt; pseudonymised likewise."
    )
    item_id: Expression | None = Field(
        None, description="What several annotators judged together; without it the prompt and its responses."
    )
    conversation_id: Expression | None = Field(None, description="The conversation the prompt is part of.")
    turn: Expression | None = Field(None, description="Which turn of the conversation; a whole number.")
    started_at: Expression | None = Field(None, description="When the judgement was begun.")
    submitted_at: Expression | None = Field(None, description="When the judgement was handed in.")
    duration_s: Expression | None = Field(
        None, description="How long it took, in the unit of `delivery.times.duration`."
    )
    domain: Expression | None = Field(None, description="Subject of the prompt, for breakdowns.")
    language: Expression | None = Field(None, description="Language of the conversation.")
    difficulty: Expression | None = Field(None, description="How hard the prompt is, in the vendor's words.")
    unit_kind: Expression | None = Field(None, description="What kind of unit this is, where prices differ.")
    guideline_version: Expression | None = Field(
        None, description="Guideline followed; without it, `annotation.guideline_version` holds."
    )
    work_order_item: Expression | None = Field(None, description="The work order's item this answers.")
    rationale: Expression | None = Field(None, description="Why, in the annotator's words.")
    aspects: Expression | None = Field(
        None,
        description="Scores by axis: an object whose values are numbers, or lists of one for each response.",
    )
    spans: Expression | None = Field(
        None,
        description="Marked passages: a list of {start, end, label}, and response (its place from 0).",
    )
    verifier: Expression | None = Field(None, description="What a grader said, kept as evidence.")
    gold: Expression | None = Field(
        None, description="The known answer where this was a gold question; null for ordinary work."
    )


_PLAIN_WEEK = re.compile(r"week(:0[1-4]d)?")


def _not_the_week(folder: str) -> Iterator[str]:
    """What stands in braces but `{week}` and `{week:02d}`: a format may take for ever, or hide the number."""
    for _, name, width, conversion in Formatter().parse(folder):
        if name is not None:
            written = name + (f"!{conversion}" if conversion else "") + (f":{width}" if width else "")
            if not _PLAIN_WEEK.fullmatch(written):
                yield written


class DeliveryTerms(Terms):
    """Where deliveries arrive, in which files, and how a row is read."""

    folder: Shown = Field(
        "week-{week:02d}",
        description="Folder of one week's delivery below the vendor's; `{week}` is the contract week, "
        "`{week:02d}` the same with leading zeros.",
    )
    manifest: Literal["manifest.json", "manifest.csv", "none"] = Field(
        "manifest.json",
        description="The file that lists a delivery (name, bytes, sha256, rows), written last; or none.",
        json_schema_extra=clause(("none", "manifest.csv", "manifest.json")),
    )
    complete: Complete | None = Field(
        None,
        description="With `manifest: none`, when a delivery is complete; without it, as soon as a file "
        "of rows is there.",
    )
    rows: Source
    join: tuple[Join, ...] = ()
    each: Eaches | None = Field(
        None, description="What to make a record of, within a row; a list goes deeper, one level at a time."
    )
    tree: Tree | None = None
    transcript: Transcript | None = None
    roles: dict[str, Literal["system", "user", "assistant", "tool"]] = Field(
        default_factory=dict, description="The vendor's role words → ours, where they differ."
    )
    times: Times = Times.defaults()
    values: Values = Values.defaults()
    require: tuple[Requirement, ...] = Field(
        (), description="What a row must satisfy to be read; the first broken rule is told."
    )
    shown: Expression | None = Field(
        None,
        description="Where the sides on screen differ from the file's: the responses' places in the file, "
        "from 0, in the order shown. Records then hold them in that order; the label still speaks of the "
        "file's.",
    )
    record: RecordFields

    @model_validator(mode="after")
    def _one_way_to_split_a_row(self) -> "DeliveryTerms":
        if self.each and self.tree:
            raise TermError("a row is split by `each` or by `tree`, not by both", "tree", fix="keep one")
        split = [(*self._each_place(number), each.as_) for number, each in enumerate(self.eaches)]
        split += [("tree", self.tree.as_)] if self.tree else []
        taken: list[str] = [self.rows.file_as] if self.rows.file_as else []
        for *place, name in [*(("join", number, join.as_) for number, join in enumerate(self.join)), *split]:
            if name in taken:
                problem = f"the name {name!r} is given twice"
                raise TermError(problem, *place, "as", fix="give each its own name")
            taken.append(str(name))
        return self

    @model_validator(mode="after")
    def _one_way_to_be_complete(self) -> "DeliveryTerms":
        if self.complete and self.manifest != "none":
            problem = f"is never used: {self.manifest} tells when a delivery is complete"
            raise TermError(problem, "complete", fix="remove it, or write manifest: none")
        return self

    @model_validator(mode="after")
    def _mapped_words_are_delivered(self) -> "DeliveryTerms":
        for name, given in self.values:
            if given is not None and getattr(self.record, name) is None:
                problem = f"is never used: delivery.record does not say where {name} comes from"
                raise TermError(problem, "values", name, fix=f"add delivery.record.{name}, or remove this")
        if self.shown and self.record.responses is None:
            problem = "there are no responses to put in order"
            raise TermError(problem, "shown", fix="remove it, or map delivery.record.responses")
        return self

    @property
    def eaches(self) -> tuple[Each, ...]:
        """The levels of `each`, the outermost first."""
        return () if self.each is None else (self.each,) if isinstance(self.each, Each) else self.each

    def folder_of(self, week: int) -> str:
        """Folder of week `week`'s delivery, below the vendor's."""
        return self.folder.format(week=week)

    def _each_place(self, number: int) -> tuple[str | int, ...]:
        return ("each",) if isinstance(self.each, Each) else ("each", number)

    @model_validator(mode="after")
    def _folder_names_a_week(self) -> "DeliveryTerms":
        fix = "write a relative folder such as week-{week:02d}"
        try:
            odd = next(_not_the_week(self.folder), None)
        except ValueError as error:  # a brace without its other half
            problem = f"{self.folder!r} cannot be filled in with a week ({error})"
            raise TermError(problem, "folder", fix=fix) from error
        if odd is not None:
            problem = f"{self.folder!r} cannot be filled in with a week ({odd!r})"
            raise TermError(problem, "folder", fix=fix)
        folder = self.folder_of(1)
        if any(part in ("", ".", "..") for part in folder.split("/")) or "\\" in folder:
            raise TermError(f"{self.folder!r} is not a relative folder", "folder", fix=fix)
        return self
