"""Conversations: lists of messages in the vendor's own words, and transcripts kept in one text."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rampart.drafting.columns import Column
from rampart.drafting.names import name_of

_ROLE_KEYS = ("role", "from", "speaker", "author", "sender", "name", "type")
_TEXT_KEYS = ("content", "value", "text", "message", "utterance", "body")
_OURS = ("system", "user", "assistant", "tool")
_ROLES = {
    "human": "user", "prompter": "user", "person": "user", "customer": "user", "client": "user", "h": "user",
    "q": "user", "question": "user", "instruction": "user", "input": "user",
    "gpt": "assistant", "bot": "assistant", "model": "assistant", "ai": "assistant", "chatgpt": "assistant",
    "chatbot": "assistant", "agent": "assistant", "a": "assistant", "answer": "assistant",
    "response": "assistant", "output": "assistant", "claude": "assistant", "llm": "assistant",
    "function": "tool", "observation": "tool", "ipython": "tool", "developer": "system", "context": "system",
}  # fmt: skip
_USERS = "human|user|prompter|question|instruction|customer|h|q"
_OPENS = re.compile(rf"(\s*)([#*<|\[]*\s?)({_USERS})(\s?[:|>\]*]+)", re.IGNORECASE)
_FEW = 12  # distinct role words; more are names of people


@dataclass(frozen=True)
class Messages:
    """A column of message lists: the keys of a message, and the vendor's role words → ours."""

    column: Column
    role: str
    text: str
    roles: dict[str, str]
    unknown: tuple[str, ...]

    @property
    def expression(self) -> str:
        """The column as a list of {role, content}."""
        return listed(self.column.expression, self.role, self.text)

    @property
    def says(self) -> set[str]:
        """The roles that speak, in our words."""
        return {
            self.roles.get(str(one[self.role]), str(one[self.role])) for v in self.column.filled for one in v
        }

    @property
    def ends_with_answer(self) -> bool:
        """Is the assistant the last to speak in nearly every conversation?"""
        known = {**self.roles, **{role: role for role in _OURS}}
        last = [known.get(str(value[-1].get(self.role))) for value in self.column.filled if value]
        return bool(last) and last.count("assistant") >= 0.95 * len(last)

    @property
    def lengths(self) -> Counter[int]:
        """How many messages the conversations have."""
        return Counter(len(value) for value in self.column.filled)


def listed(place: str, role: str, text: str) -> str:
    """A list of messages at `place` as {role, content}."""
    if (role, text) == ("role", "content"):
        return place
    return f"{place}[].{{role: {name_of(role)}, content: {name_of(text)}}}"


def messages_in(column: Column) -> Messages | None:
    """The messages a column holds, or None where it holds something else."""
    if column.kind != "list":
        return None
    found = [one for value in column.filled for one in value]
    if not found or not all(isinstance(one, dict) for one in found):
        return None
    role = _key(found, _ROLE_KEYS, few=_FEW)
    text = _key(found, _TEXT_KEYS)
    if role is None or text is None or role == text:
        return None
    words = sorted({str(one[role]) for one in found})
    roles = {said: _ROLES[said.lower()] for said in words if said not in _OURS and said.lower() in _ROLES}
    unknown = tuple(said for said in words if said not in _OURS and said not in roles)
    if not roles and len(unknown) == len(words):
        return None  # no word among them is a role
    return Messages(column, role, text, {**roles, **dict.fromkeys(unknown, "user")}, unknown)


def _key(found: Sequence[dict[str, Any]], names: Iterable[str], few: int | None = None) -> str | None:
    """The first of `names` that is text in every message; with at most `few` distinct values."""
    for name in names:
        values = [one.get(name) for one in found]
        if all(isinstance(value, str) for value in values) and (few is None or len(set(values)) <= few):
            return name
    return None


def markers_in(columns: Sequence[Column]) -> dict[str, str] | None:
    """The markers that part the turns in columns of transcripts, role → marker; None where they are none.

    The marker that opens nearly every text is the user's; those of the other roles are written alike.
    """
    texts = [value for column in columns for value in column.filled if isinstance(value, str)]
    opened = Counter(found.group() for text in texts if (found := _OPENS.match(text)))
    if not texts or not opened:
        return None
    opening, count = opened.most_common(1)[0]
    parts = _OPENS.match(opening)
    if count < 0.9 * len(texts) or parts is None:
        return None
    blanks, before, _, after = parts.groups()
    alike = re.escape(blanks + before) + r"([A-Za-z]{1,12})" + re.escape(after)
    said = Counter(word for text in texts for word in set(re.findall(alike, text)))
    markers = {"user": opening}
    for word, times in said.most_common():
        role = _ROLES.get(word.lower(), word.lower())
        if role in ("assistant", "system") and role not in markers and times >= 0.02 * len(texts):
            markers[role] = f"{blanks}{before}{word}{after}"
    if "assistant" in markers or not blanks:
        return markers if "assistant" in markers else None
    return None


def parted(found: Messages) -> tuple[str, str]:
    """Expressions for all messages but the last, and for the last one's text."""
    place = found.column.expression
    before = f"{place}[:-1]"
    if (found.role, found.text) != ("role", "content"):
        before += f".{{role: {name_of(found.role)}, content: {name_of(found.text)}}}"
    return before, f"{place}[-1].{name_of(found.text)}"
