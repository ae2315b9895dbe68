"""How a vendor's own files become canonical records: the `delivery` section of a contract.

Expressions are JMESPath (https://jmespath.org), the query language boto3 brings. An expression sees the
vendor's row itself; a joined file and the element of an exploded list appear under the names the contract
gives them. `docs/mapping.md` teaches the language by example.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from contracts import expressions
from contracts.base import Terms


def _readable(text: str) -> str:
    expressions.parse(text)
    return text


Expression = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
Name = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class Csv(Terms):
    """A CSV's dialect."""

    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    encoding: str = Field("utf-8", description="A Python codec name; a byte order mark is always dropped.")


class Source(Terms):
    """A set of files of one shape. Plain, gzip and zstandard files are told apart by their first bytes."""

    path: str = Field(description="File name or glob, relative to the delivery's folder.")
    format: Literal["jsonl", "json", "csv", "parquet"] = Field(
        description="jsonl: an object a line; json: one array of objects, in `rows_at` if nested."
    )
    rows_at: Expression | None = Field(None, description="Where the array is inside a json file.")
    csv: Csv = Csv()


class Join(Terms):
    """Rows of another file, found by key; each row then sees its partner under the name `as_`."""

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
    as_: Name = Field(alias="as")
    where: Expression | None = Field(None, description="Keep only elements for which this is true.")


class Tree(Terms):
    """One row holds a tree of messages: one record for every node whose replies were judged.

    The node appears as an object with ``path`` (messages from the root to the node), ``node`` and
    ``replies``.
    """

    root: Expression = Field(description="The root message.")
    replies: str = Field("replies", description="The key of a message's list of replies.")
    as_: Name = Field(alias="as")
    where: Expression | None = Field(None, description="Keep only nodes for which this is true.")


class Transcript(Terms):
    """A conversation kept in one string; the function `turns(text)` cuts it at these markers."""

    markers: dict[str, str] = Field(min_length=1, description="Role → the marker that opens its turns.")


class Times(Terms):
    """How moments are written."""

    format: Literal["iso8601", "epoch_s", "epoch_ms"] = "iso8601"


class ResponseFields(Terms):
    """One response, as expressions over the row."""

    content: Expression
    checkpoint_id: Expression | None = None
    response_id: Expression | None = None


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
    prompt: Expression = Field(
        description="Text, one message, or a list of messages ({role, content}). "
        "Plain text is one user message."
    )
    responses: Responses = Field(
        description="A list of responses, or one expression giving a list of "
        "{content, checkpoint_id, response_id} objects (or of plain texts), in the order shown."
    )
    label: Expression = Field(description="The label as delivered; for rating and ranking a list of numbers.")
    annotator_id: Expression | None = None
    prompt_author_id: Expression | None = None
    item_id: Expression | None = Field(
        None, description="What several annotators judged together; without it the prompt and its responses."
    )
    conversation_id: Expression | None = None
    turn: Expression | None = None
    started_at: Expression | None = None
    submitted_at: Expression | None = None
    duration_s: Expression | None = None
    domain: Expression | None = None
    language: Expression | None = None
    guideline_version: Expression | None = None
    work_order_item: Expression | None = None
    rationale: Expression | None = None


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
            raise ValueError("a row is split by `each` or by `tree`, not by both")
        names = [join.as_ for join in self.join] + [s.as_ for s in (self.each, self.tree) if s]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the name {sorted(twice)[0]!r} is given twice with `as`; names must differ")
        return self
