"""Which files a delivery holds, and how they point into each other."""

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

from contracts.language import expressions
from contracts.terms.base import TermError, Terms
from contracts.terms.written import NAME


def _readable(text: str) -> str:
    expressions.parse(text)
    return text


DETECT = "detect"  # a CSV's encoding, where the contract leaves it to the file


def _codec(name: str) -> str:
    if name == DETECT:
        return name
    try:
        "".encode(name)
    except (LookupError, ValueError) as error:
        problem = f"{name!r} is not a text encoding"
        raise TermError(problem, fix="name a Python codec, for example utf-8 or cp1252") from error
    return name


def path_below(path: str, folder: str) -> str:
    """`path` itself, if it is a relative one that stays below `folder`; else `TermError`."""
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\", "~")) or ".." in parts or "://" in path or not path.isprintable():
        raise TermError(f"{path!r} leaves {folder}", fix="name files below it, with a relative path")
    return path


def list_or_one(value: object) -> str:
    """Which way a term was written that may be a list or a single expression."""
    return "list" if isinstance(value, list | tuple) else "expression"


Expression = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
Name = Annotated[str, Field(pattern=NAME)]
Character = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)]
Keys = Annotated[
    Annotated[Expression, Tag("expression")]
    | Annotated[Annotated[tuple[Expression, ...], Field(min_length=1)], Tag("list")],
    Discriminator(list_or_one),
]


class Csv(Terms):
    """A CSV's dialect."""

    delimiter: Character = Field(",", description='What parts the cells; a tab is "\\t", in double quotes.')
    quote: Character = Field('"', description="What encloses a cell; doubled, it stands for itself.")
    encoding: Annotated[str, AfterValidator(_codec)] = Field(
        "utf-8",
        description="A Python codec name; a byte order mark is always dropped. `detect` where it differs "
        "from file to file: told by the mark, by being UTF-8, or guessed, and said with the delivery.",
    )

    @property
    def written_in(self) -> str:
        """The encoding to write in: any, where it is told from the file, so UTF-8."""
        return "utf-8" if self.encoding == DETECT else self.encoding

    @model_validator(mode="after")
    def _characters_differ(self) -> "Csv":
        for name in ("delimiter", "quote"):
            if getattr(self, name) in "\r\n":
                raise TermError("is a line end", name, fix="give the character that stands between the cells")
        if self.delimiter == self.quote:
            raise TermError(f"{self.quote!r} is the delimiter too", "quote", fix="give two characters")
        return self


class Complete(Terms):
    """When a delivery without a manifest is complete. What is named here must hold, all of it."""

    marker: str | None = Field(
        None,
        min_length=1,
        description="A file the vendor writes last, such as `_SUCCESS`; its content does not matter. A file "
        "changed after it is refused.",
    )
    quiet_minutes: int | None = Field(
        None, ge=1, le=10_080, description="Minutes in which no file of the folder has changed."
    )

    @field_validator("marker")
    @classmethod
    def _below_the_folder(cls, marker: str | None) -> str | None:
        return None if marker is None else path_below(marker, "the delivery's folder")

    @model_validator(mode="after")
    def _says_something(self) -> "Complete":
        if self.marker is None and self.quiet_minutes is None:
            raise TermError(
                "names nothing to wait for", "marker", fix="name a marker, quiet_minutes, or both"
            )
        return self


class Source(Terms):
    """A set of files of one shape. Plain, gzip and zstandard files are told apart by their first bytes.

    The members of a zip archive are files named ``archive.zip/member``.
    """

    path: str = Field(
        min_length=1,
        description="File name or glob, relative to the delivery's folder; a zip archive means all its "
        "members, `archive.zip/*.jsonl` some of them.",
    )
    format: Literal["jsonl", "json", "csv", "parquet"] = Field(
        description="jsonl: an object a line; json: one array of objects, in `rows_at` if nested."
    )
    rows_at: Expression | None = Field(None, description="Where the array is inside a json file.")
    csv: Csv = Csv.defaults()
    file_as: Name | None = Field(
        None,
        description="The name under which expressions see the file's own name, where it tells something "
        "(a file for each annotator).",
    )

    @field_validator("path")
    @classmethod
    def _below_the_folder(cls, path: str) -> str:
        return path_below(path, "the delivery's folder")

    @model_validator(mode="after")
    def _options_fit_the_format(self) -> "Source":
        given = {"rows_at": self.rows_at is not None, "csv": self.csv != Csv.defaults()}
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
    on: Keys = Field(
        description="The key, read from the row (or an earlier join); a list where several fields make it."
    )
    key: Keys = Field(
        description="The key, read from the joined file's rows; unique there. As many expressions as in `on`."
    )
    unmatched: Literal["quarantine", "keep"] = Field(
        "quarantine",
        description="A row without a partner goes to the quarantine, or is kept and sees null in its place.",
    )

    @model_validator(mode="after")
    def _keys_are_of_one_length(self) -> "Join":
        if len(self.on_parts) != len(self.key_parts):
            problem = f"has {len(self.key_parts)} parts, but `on` has {len(self.on_parts)}"
            raise TermError(problem, "key", fix="list as many expressions in `key` as in `on`")
        return self

    @property
    def on_parts(self) -> tuple[str, ...]:
        """The expressions of `on`, one or several."""
        return (self.on,) if isinstance(self.on, str) else self.on

    @property
    def key_parts(self) -> tuple[str, ...]:
        """The expressions of `key`, one or several."""
        return (self.key,) if isinstance(self.key, str) else self.key
