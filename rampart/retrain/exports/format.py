"""What a format is: which columns it has, what it cannot say, and how its trainer is told to read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from rampart.retrain.exports.preferences import Preferences


@dataclass(frozen=True)
class Format:
    """One format.

    `columns` makes the file's rows of `Preferences.rows`; `refused` are reasons of its own to leave a row
    out. `command` trains from the folder, which stands in it as ``FOLDER``, and `language` is the command's.
    `margins`: can it say by how much the better answer is to lead?
    `closing` are lines that it needs for these rows besides.
    """

    name: str
    about: str
    columns: Callable[[Preferences], pl.DataFrame]
    command: str
    language: str = "sh"
    refused: Mapping[str, pl.Expr] = field(default_factory=dict)
    margins: bool = True
    closing: Callable[[pl.DataFrame], str] | None = None

    def command_for(self, rows: pl.DataFrame) -> str:
        """What trains from a folder that holds these rows (`Preferences.rows`)."""
        return self.command + (self.closing(rows) if self.closing else "")


def answer(text: str) -> pl.Expr:
    """The one message that an answer is: a list of one."""
    return pl.concat_list(pl.struct(role=pl.lit("assistant"), content=pl.col(text)))


def conversation(text: str) -> pl.Expr:
    """The prompt's messages and the answer behind them."""
    return pl.col("prompt").list.concat(answer(text))


def with_margin(made: Preferences, *columns: pl.Expr) -> pl.DataFrame:
    """These columns of the rows, and the margin where there is one."""
    return made.rows.select(*columns, *(["margin"] if made.has_margin else []))
