"""How a vendor's own files become canonical records: the `delivery` section of a contract.

Expressions are JMESPath (https://jmespath.org), the query language boto3 brings. An expression sees the
vendor's row itself; a joined file and the element of an exploded list appear under the names the contract
gives them. `docs/mapping.md` teaches the language by example.
"""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from contracts import expressions
from contracts.base import TermError, Terms


def _readable(text: str) -> str:
    expressions.parse(text)
    return text


def _codec(name: str) -> str:
    try:
        "".encode(name)
    except (LookupError, ValueError) as error:
        problem = f"{name!r} is not a text encoding"
        raise TermError(problem, fix="name a Python codec, for example utf-8 or cp1252") from error
    return name


def _moment_format(text: str) -> str:
    if text not in ("iso8601", "epoch_s", "epoch_ms") and "%" not in text:
        fix = "write iso8601, epoch_s, epoch_ms or a strptime pattern such as '%d/%m/%Y %H:%M:%S'"
        raise TermError(f"{text!r} is not a way to write moments", fix=fix)
    return text


def path_below(path: str, folder: str) -> str:
    """`path` itself, if it is a relative one that stays below `folder`; else `TermError`."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\", "~")) or ".." in parts or "://" in path or not path.isprintable():
        raise TermError(f"{path!r} leaves {folder}", fix="name files below it, with a relative path")
    return path


Expression = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]
# Blanks count here: a tab delimits, and a transcript's turn opens with "\n\nHuman:".
AsWritten = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1)]
Character = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)]


class Csv(Terms):
    """A CSV's dialect."""

    delimiter: Character = Field(",", description='What parts the cells; a tab is "\\t", in double quotes.')
    quote: Character = Field('"', description="What encloses a cell; doubled, it stands for itself.")
    encoding: Annotated[str, AfterValidator(_codec)] = Field(
        "utf-8", description="A Python codec name; a byte order mark is always dropped."
    )

    @model_validator(mode="after")
    def _characters_differ(self) -> "Csv":
        for name in ("delimiter", "quote"):
            if getattr(self, name) in "\r\n":
                raise TermError("is a line end", name, fix="give the character that stands between the cells")
        if self.delimiter == self.quote:
            raise TermError(f"{self.quote!r} is the delimiter too", "quote", fix="give two characters")
        return self


class Source(Terms):
    """A set of files of one shape. Plain, gzip and zstandard files are told apart by their first bytes."""

    path: str = Field(min_length=1, description="File name or glob, relative to the delivery's folder.")
    format: Literal["jsonl", "json", "csv", "parquet"] = Field(
        description="jsonl: an object a line; json: one array of objects, in `rows_at` if nested."
    )
    rows_at: Expression | None = Field(None, description="Where the array is inside a json file.")
    csv: Csv = Csv()

    @field_validator("path")
    @classmethod
    def _below_the_folder(cls, path: str) -> str:
        return path_below(path, "the delivery's folder")

    @model_validator(mode="after")
    def _options_fit_the_format(self) -> "Source":
        given = {"rows_at": self.rows_at is not None, "csv": self.csv != Csv()}
        for option, format_ in (("rows_at", "json"), ("csv", "csv")):
            if given[option] and self.format != format_:
                problem = f"says nothing about a {self.format} file"
                raise TermError(problem, option, fix=f"remove it, or write format: {format_}")
        return self


class Join(Terms):
    """Rows of another file, found by key; each row then sees its partner under the name `as_`.

    Keys are compared as text, case and leading zeros kept; 7, 7.0 and "7" are the same key. One file may
    serve several joins, or hold the rows themselves (a message and its parent).
    """

    source: Source
    as_: Name = Field(alias="as", description="The name expressions use for the joined row.")
    on: Expression = Field(description="The key, read from the row (or from an earlier join).")
    key: Expression = Field(description="The key, read from the joined file's rows; unique there.")


class Each(Terms):
    """One row holds several judgements: one record for every element of a list or an object.

    The element appears as an object with ``index`` (from 0), ``number`` (from 1), ``key`` (an object's
    key, or null) and ``value``.
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


class Transcript(Terms):
    """A conversation kept in one string; the function `turns(text)` cuts it at these markers."""

    markers: dict[str, AsWritten] = Field(
        min_length=1,
        description='Role → the marker that opens its turns, blanks and line ends included ("\\n\\nHuman:").',
    )

    @model_validator(mode="after")
    def _markers_differ(self) -> "Transcript":
        seen: dict[str, str] = {}
        for role, marker in self.markers.items():
            if (other := seen.setdefault(marker, role)) != role:
                problem = f"{marker!r} already opens the turns of {other!r}"
                raise TermError(problem, "markers", role, fix="give every role its own marker")
        return self


class Times(Terms):
    """How moments are written."""

    format: Annotated[str, AfterValidator(_moment_format)] = Field(
        "iso8601",
        description="iso8601, epoch_s, epoch_ms, or a strptime pattern such as '%d/%m/%Y %H:%M:%S'. A moment "
        "without an offset is read in the contract's time zone.",
    )


class ResponseFields(Terms):
    """One response, as expressions over the row."""

    content: Expression = Field(description="The response's text; null is an empty response.")
    checkpoint_id: Expression | None = Field(None, description="The policy checkpoint that wrote it.")
    response_id: Expression | None = Field(None, description="Its id; without one, its place from 0.")


def _listed_or_expression(value: object) -> str:
    return "expression" if isinstance(value, str) else "list"


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
    duration_s: Expression | None = Field(None, description="How long it took, in seconds.")
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


class DeliveryTerms(Terms):
    """Where deliveries arrive, in which files, and how a row is read."""

    folder: str = Field(
        "week-{week:02d}",
        description="Folder of one week's delivery below the vendor's; `{week}` is the contract week.",
    )
    manifest: Literal["manifest.json", "none"] = Field(
        "manifest.json",
        description="The file that lists a delivery (name, bytes, sha256, rows), written last; or none.",
    )
    rows: Source
    join: tuple[Join, ...] = ()
    each: Each | None = None
    tree: Tree | None = None
    transcript: Transcript | None = None
    roles: dict[str, Literal["system", "user", "assistant", "tool"]] = Field(
        default_factory=dict, description="The vendor's role words → ours, where they differ."
    )
    times: Times = Times()
    record: RecordFields

    @model_validator(mode="after")
    def _one_way_to_split_a_row(self) -> "DeliveryTerms":
        if self.each and self.tree:
            raise TermError("a row is split by `each` or by `tree`, not by both", "tree", fix="keep one")
        split = [("each", self.each.as_)] if self.each else [("tree", self.tree.as_)] if self.tree else []
        taken: list[str] = []
        for *place, name in [*(("join", number, join.as_) for number, join in enumerate(self.join)), *split]:
            if name in taken:
                problem = f"the name {name!r} is given twice"
                raise TermError(problem, *place, "as", fix="give each its own name")
            taken.append(str(name))
        return self

    @model_validator(mode="after")
    def _folder_names_a_week(self) -> "DeliveryTerms":
        fix = "write a relative folder such as week-{week:02d}"
        try:
            folders = [self.folder.format(week=week) for week in (1, 2)]
        except (LookupError, ValueError, AttributeError, TypeError) as error:
            problem = f"{self.folder!r} cannot be filled in with a week ({error})"
            raise TermError(problem, "folder", fix=fix) from error
        if any(part in ("", ".", "..") for part in folders[0].split("/")) or "\\" in folders[0]:
            raise TermError(f"{self.folder!r} is not a relative folder", "folder", fix=fix)
        return self
