"""A conversation as training examples: what is context, masked in the loss, and what is trained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Message = Mapping[str, str | None]
Turns = Literal["whole", "unrolled"]


@dataclass(frozen=True)
class TurnExample:
    """One training example: its messages in order, and for each whether the loss leaves it out.

    The last message is the one trained; `turn` is its place in the conversation, from 0.
    """

    messages: tuple[Message, ...]
    masked: tuple[bool, ...]

    @property
    def turn(self) -> int:
        """Place of the trained message in the conversation, from 0."""
        return len(self.messages) - 1


def turn_examples(
    prompt: Sequence[Message], response: str, turns: Turns = "whole"
) -> tuple[TurnExample, ...]:
    """The training examples of a conversation that `response` ends.

    `whole` gives one, in which the response is trained. `unrolled` gives one for each assistant message
    before it too, in order; each sees what came before it, masked, and nothing after. Assistant messages
    that are blank are context only: there is nothing to learn from them.
    """
    conversation = (*prompt, {"role": "assistant", "content": response})
    last = len(conversation) - 1
    trained = [place for place, message in enumerate(prompt) if turns == "unrolled" and _answers(message)]
    return tuple(
        TurnExample(conversation[: place + 1], (*[True] * place, False)) for place in [*trained, last]
    )


def unrolled(frame: pl.DataFrame, turns: Turns = "whole") -> pl.DataFrame:
    """`turn_examples` of many conversations at once.

    Args:
        frame: rows with `prompt` (a list of {role, content}) and `response` (text), and any other columns.
        turns: as in `turn_examples`.

    Returns:
        The frame's columns and `turn`, a row an example, those of a conversation together and in order:
        `prompt` is the context, all of it masked, and `response` what is trained.
    """
    length = pl.col("prompt").list.len().cast(pl.UInt32)
    if turns == "whole":
        return frame.with_columns(turn=length)
    role, content = (pl.element().struct.field(name) for name in ("role", "content"))
    answers = (role == "assistant") & (content.str.strip_chars().fill_null("") != "")
    places = pl.col("prompt").list.eval(answers.fill_null(value=False).arg_true())
    each = frame.with_columns(
        turn=pl.concat_list(places.cast(pl.List(pl.UInt32)), length), length=length
    ).explode("turn", empty_as_null=True)
    said = pl.col("prompt").list.get(pl.col("turn"), null_on_oob=True).struct.field("content")
    last = pl.col("turn") == pl.col("length")
    return each.with_columns(
        response=pl.when(last).then("response").otherwise(said), prompt=pl.col("prompt").list.head("turn")
    ).drop("length")


def _answers(message: Message) -> bool:
    return message["role"] == "assistant" and bool((message["content"] or "").strip())
