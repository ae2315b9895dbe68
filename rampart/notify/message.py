"""A notice in words: subject, plain text and HTML. Vendor text in it acts nowhere."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from rampart.delivery.errors import printable
from rampart.ledger.notices import notice_key
from rampart.ledger.outbox import OutboxRow
from rampart.notify.topics import RULES, Severity

# What is told of inside the house alone: who decided, and what names the run or the programme.
_INSIDE = ("program", "decided_by", "ruled_by", "run")
_PLACE = ("contract_id", "week", "revision")
_MOST_IN_A_DIGEST = 50  # a longer one is cut, and says so: the store has them all
# Chat services make links, mentions and code of these, whatever they are told the format is.
_ACTING = str.maketrans("<>[]`", "()()'")
_MENTION = re.compile(r"@(?=\w)")
_LINK = re.compile(r"(?i)(?<=\w)://|\bwww\.")


@dataclass(frozen=True)
class Message:
    """One message in both forms; `severity` is the gravest of what it tells."""

    title: str
    text: str
    html: str
    severity: Severity


def message_of(row: OutboxRow, severity: Severity, dashboard: str, *, vendor: bool = False) -> Message:
    """A notice for people. `dashboard` is the address of ours, "" for none; vendors get no link."""
    facts = _facts(row, vendor)
    link, evidence = ("", "") if vendor else (_link(row, dashboard), notice_key(row.id))
    lines = [f"{name}: {quietened(value)}" for name, value in facts]
    lines += [f"page: {link}"] * bool(link) + [f"evidence: {evidence}"] * bool(evidence)
    return Message(_title(row, severity), "\n".join(lines), _html(facts, link, evidence), severity)


def digest_of(messages: Sequence[Message], gravest: Severity) -> Message:
    """What waited, in one message, in the order it happened."""
    if len(messages) == 1:
        return messages[0]
    shown, more = messages[:_MOST_IN_A_DIGEST], len(messages) - _MOST_IN_A_DIGEST
    left = f"and {more} more; `rampart status` and the store have them" if more > 0 else ""
    text = "\n\n".join([*(f"{one.title}\n{one.text}" for one in shown), *([left] if left else [])])
    parts = [f"<h2>{html.escape(one.title)}</h2>{one.html}" for one in shown]
    page = "".join([*parts, *([f"<p>{html.escape(left)}</p>"] if left else [])])
    return Message(f"[Rampart] {len(messages)} notices from the quiet hours", text, page, gravest)


def test_message(route: str) -> Message:
    """What `rampart notify test` sends."""
    said = f"This is a test of the route {route}. Nothing happened, and nothing is to be done."
    return Message(f"[Rampart] Test of {route}", said, f"<p>{html.escape(said)}</p>", "info")


def quietened(value: str) -> str:
    """`value` on one line, in which no terminal, chat or mail program finds anything to act on."""
    plain = _MENTION.sub("(at)", printable(value)).translate(_ACTING)
    return _LINK.sub(lambda found: found[0].replace("://", ": //").replace("www.", "www ."), plain)


def _title(row: OutboxRow, severity: Severity) -> str:
    about = f"{row.contract_id} week {row.week}" if row.contract_id else "no contract"
    state = str(row.payload.get("state", "")).replace("_", " ")
    mark = "[Rampart, urgent]" if severity == "urgent" else "[Rampart]"
    what = RULES[row.topic].title  # type: ignore[index]  # rows hold topics
    return f"{mark} {what}{f' ({quietened(state)})' if state else ''}: {quietened(about)}"


def _facts(row: OutboxRow, vendor: bool) -> list[tuple[str, str]]:
    place = [("contract", row.contract_id), ("week", str(row.week))] if row.contract_id else []
    hidden = {*_PLACE, *(_INSIDE if vendor else ())}
    told = (
        (name, value) for name, value in sorted(row.payload.items()) if name not in hidden and value != ""
    )
    return [*place, *((name.replace("_", " "), str(value)) for name, value in told)]


def _link(row: OutboxRow, dashboard: str) -> str:
    base = dashboard.rstrip("/")
    if not base or not row.contract_id:
        return base
    if row.topic == "data.overdue":
        return f"{base}/rights"
    revision = f"?revision={row.revision}" if row.revision and row.topic.startswith("batch.") else ""
    return f"{base}/contracts/{quote(row.contract_id, safe='')}/weeks/{row.week}{revision}"


def _html(facts: list[tuple[str, str]], link: str, evidence: str) -> str:
    rows = "".join(
        f"<tr><th align='left'>{html.escape(name)}</th><td>{html.escape(printable(value))}</td></tr>"
        for name, value in facts
    )
    page = f"<p><a href='{html.escape(link)}'>Open the page</a></p>" if link else ""
    proof = f"<p>Evidence: <code>{html.escape(evidence)}</code></p>" if evidence else ""
    return f"<table>{rows}</table>{page}{proof}"
