"""Conversations kept in one text, or told twice: their turns, what they share, and where they part."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.language.expression_error import ExpressionError


def turns(text: str, markers: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The messages of `text`, cut where a marker (role → marker) stands."""
    roles = {marker: role for role, marker in markers.items()}
    longest_first = sorted(roles, key=len, reverse=True)
    pieces = re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)
    if pieces[0].strip():
        raise ExpressionError(f"turns: text before the first marker: {pieces[0][:60]!r}")
    for marker, content in zip(pieces[1::2], pieces[2::2], strict=True):
        yield {"role": roles[marker], "content": content.strip()}


def shared(one: list[Any], other: list[Any]) -> int:
    """How many messages two conversations begin with in common, leaving each at least its last."""
    most = max(min(len(one), len(other)) - 1, 0)
    return next((place for place in range(most) if one[place] != other[place]), most)


def spoken(messages: list[Any]) -> str:
    """The first message's text; later ones follow with their role, a blank line between."""
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise ExpressionError(
                f"beyond: message {place} of what differs is not {{role: ..., content: text}}; write "
                "conversation[].{role: from, content: value} with your own field names"
            )
    first = [message["content"] for message in messages[:1]]
    return "\n\n".join(
        [*first, *(f"{message.get('role')}: {message['content']}" for message in messages[1:])]
    )
