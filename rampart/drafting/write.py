"""Terms and the reasons for them → a commented contract file.

Every value goes through a YAML emitter; comments hold printable characters only and stay on one line, so
whatever a vendor's columns and labels are called, they cannot become terms.
"""

import io
import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from rampart.delivery.errors import printable
from rampart.drafting.draft import Note
from rampart.drafting.optional import groups
from rampart.drafting.skeleton import Answers, ramp, slug

WIDEST = 108  # characters of a comment's line
_LONGEST = 400  # characters of a note
_INDENT = 6  # where our terms stand
_FLOW = 80  # characters up to which a group is written on one line
_HEAD = {
    "vendor": "Who delivers. `id` is the vendor's folder in the drop and part of every pseudonym: keep it.",
    "program": "Contracts of one programme train the same reward model and are compared for copied work.",
    "term": "When it runs: week 1 starts on `start`. Mind the time zone of days and of due hours.",
    "ramp": "How much is due when, how much of it may be discarded, and what it costs. Start small.",
    "annotation": "What annotators were asked, and the words it is written in.",
    "delivery": "Where the files are and how a row becomes a record; docs/mapping.md teaches how.",
    "gates": "What every record must satisfy to be accepted.",
}
_MARKS = {"sure": "", "likely": "guessed: ", "edit": "EDIT: "}
_TOP = """\
# A first contract, written by `rampart contract new`. Read every line before anybody signs it.
# Lines with EDIT are guesses that only you can settle. Commented-out groups can be switched on.
#   rampart contract check <this file>
apiVersion: v3.2.0
kind: DataContract
"""


def contract_text(
    answers: Answers,
    sections: Mapping[str, Any],
    notes: Mapping[str, Note | str],
    remarks: Mapping[str, str] | None = None,
) -> str:
    """The contract as YAML.

    Args:
        answers: the parties, the term and the ramp.
        sections: the terms `annotation`, `delivery` and perhaps `gates`.
        notes: why a term is what it is, by the term's address.
        remarks: a line more above a section, by its name.
    """
    general = {
        "vendor": {"id": answers.vendor_id, "name": answers.vendor},
        "program": slug(answers.name),
        "term": {"start": answers.start, "weeks": answers.weeks, "timezone": "UTC", "due_hour": 9},
        "ramp": ramp(answers),
    }
    said = {address: _comment(note) for address, note in notes.items()}
    said.setdefault(
        "ramp.phases", "EDIT: ceiling is the largest share discarded; price is for an accepted unit"
    )
    said.setdefault("ramp.weeks", "units are judgements delivered in the week")
    head = {
        "id": f"dc-{answers.vendor_id}-{slug(answers.name)}"[:100].rstrip("-."),
        "name": answers.name,
        "version": "1.0.0",
        "status": "draft",
    }
    tell = {
        "version": "raise it whenever this file changes",
        "status": "active: the weekly round looks for it",
    }
    top = "".join(
        _dump({key: value}, {}, "").rstrip("\n") + (f"    # {tell[key]}\n" if key in tell else "\n")
        for key, value in head.items()
    )
    offered = groups(set(sections["delivery"]["record"]))
    more = {name: terms for name, _, terms in offered}
    told = remarks or {}
    blocks = [
        _section(name, terms, said, told.get(name, "")) + _also(terms, more.get(name, {}))
        for name, terms in {**general, **sections}.items()
    ]
    blocks += [
        _off(name, about, terms, told.get(name, "")) for name, about, terms in offered if name not in sections
    ]
    body = "\n".join(textwrap.indent(block, " " * _INDENT) for block in blocks)
    return f"{_TOP}{top}customProperties:\n  - property: rampart\n    value:\n{body}"


def _section(name: str, terms: Any, said: Mapping[str, str], remark: str) -> str:
    return _said(_HEAD[name], remark) + _dump({name: terms}, said, "")


def _off(name: str, about: str, terms: Mapping[str, Any], remark: str) -> str:
    """A group commented out: without `# `, its lines are terms."""
    return _said(about, remark) + textwrap.indent(_dump({name: terms}, {}, ""), "# ")


def _also(given: Any, offered: Mapping[str, Any]) -> str:
    """Terms of a group that is there already, commented out below it."""
    rest = {name: value for name, value in offered.items() if name not in given}
    return textwrap.indent(_dump(rest, {}, ""), "  # ") if rest else ""


def _said(*texts: str) -> str:
    lines = [line for text in texts for line in textwrap.wrap(one_line(text), WIDEST - _INDENT - 2)]
    return "".join(f"# {line}\n" for line in lines)


def _comment(note: Note | str) -> str:
    if isinstance(note, str):
        return one_line(note)
    return one_line(f"{_MARKS[note.sure]}{note.text}")


def one_line(text: str) -> str:
    """Text for a comment: printable, on one line, not too long."""
    return printable(" ".join(text.split()), _LONGEST)


def _dump(terms: Mapping[str, Any], said: Mapping[str, str], address: str) -> str:
    text = _emitted(terms, said, address, as_is=True)
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return _emitted(terms, said, address, as_is=False)


def _emitted(terms: Mapping[str, Any], said: Mapping[str, str], address: str, as_is: bool) -> str:
    """The terms as YAML; letters beyond ASCII as they are, or escaped where some cannot be shown."""
    yaml = YAML()
    yaml.width = 4096  # a folded expression is harder to read, and to mend, than a long line
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = as_is
    sink = io.StringIO()
    yaml.dump(_node(terms, said, address, 0), sink)
    return sink.getvalue().encode("utf-8", "backslashreplace").decode()


def _node(value: Any, said: Mapping[str, str], address: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value, said, address, depth)
    if isinstance(value, list | tuple):
        return _sequence(value, said, address, depth)
    if isinstance(value, Decimal):
        places = -int(value.as_tuple().exponent)
        written = format(value, "f")
        return (
            int(value) if places <= 0 else ScalarFloat(written, width=len(written), prec=written.index("."))
        )
    if isinstance(value, str) and not value.isprintable():
        return DoubleQuotedScalarString(value)
    return value


def _mapping(value: Mapping[Any, Any], said: Mapping[str, str], address: str, depth: int) -> CommentedMap:
    made = CommentedMap()
    for key, inner in value.items():
        place = f"{address}.{key}" if address else str(key)
        made[_node(key, said, place, depth)] = _node(inner, said, place, depth + 2)
        if place in said:
            lines = textwrap.wrap(said[place], WIDEST - _INDENT - depth - 2) or [""]
            made.yaml_set_comment_before_after_key(key, before="\n".join(lines), indent=depth)
    if depth and not _has_notes(said, address) and _short(value):
        made.fa.set_flow_style()
    return made


def _sequence(value: Any, said: Mapping[str, str], address: str, depth: int) -> CommentedSeq:
    made = CommentedSeq(_node(one, said, f"{address}.{place}", depth + 4) for place, one in enumerate(value))
    for place in range(len(made)):
        if text := said.get(f"{address}.{place}"):
            made.yaml_set_comment_before_after_key(place, before=text, indent=depth + 2)
    if not any(isinstance(one, Mapping) for one in value) and _short(value):
        made.fa.set_flow_style()
    return made


def _has_notes(said: Mapping[str, str], address: str) -> bool:
    return any(place.startswith(f"{address}.") for place in said)


def _short(value: Any) -> bool:
    """May a group stand on one line? Where its own groups are flat, and all of it is short."""
    inner = value.values() if isinstance(value, Mapping) else value
    flat = all(
        not isinstance(one, Mapping) or not any(isinstance(x, Mapping) for x in one.values()) for one in inner
    )
    return bool(value) and flat and len(str(value)) <= _FLOW
