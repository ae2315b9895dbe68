"""Where the prompt is: one text, an instruction and its input, a list of messages, or a transcript."""

from collections.abc import Collection, Iterable

from rampart.drafting.columns import Column, Table
from rampart.drafting.draft import Draft
from rampart.drafting.messages import Messages, markers_in, messages_in
from rampart.drafting.names import MODEL, PROMPT, RESPONSE, Path, called

_INSTRUCTION, _INPUT = ("instruction", "task", "question", "prompt"), ("input", "context", "passage")


def map_prompt(draft: Draft, table: Table, taken: Collection[Path]) -> bool:
    """Map the prompt of a draft from the columns not `taken`; False where nothing looks like one."""
    free = [column for column in table.columns.values() if column.path not in taken]
    return any(way(draft, free) for way in (_instruction_and_input, _one_column))


def no_prompt(draft: Draft) -> None:
    """Give a constant where the files hold no prompt."""
    why = "no column looks like a prompt; say where it comes from, or keep this text for all"
    draft.map("prompt", "'(no prompt in the files)'", why, "edit")


def map_messages(draft: Draft, found: Messages, expression: str, why: str) -> None:
    """Map a list of messages as the prompt, with the roles it needs."""
    draft.map("prompt", expression, why, "likely")
    draft.used.add(found.column.path)
    add_roles(draft, [found])


def add_roles(draft: Draft, conversations: Iterable[Messages]) -> None:
    """Map the vendor's role words, and say which are guesses."""
    roles = {said: role for found in conversations for said, role in found.roles.items()}
    unknown = sorted({said for found in conversations for said in found.unknown})
    if roles:
        sure = f"who says {', '.join(unknown)}?" if unknown else "the vendor's words for roles"
        draft.part("roles", roles, sure, "edit" if unknown else "sure")


def text_of(column: Column) -> str:
    """A column as text, whatever it holds: `to_string` only where some value is none."""
    if column.all_text:
        return column.expression
    if None not in column.values:
        return f"to_string({column.expression})"
    return f"if({column.expression} != null, to_string({column.expression}), {column.expression})"


def _instruction_and_input(draft: Draft, free: list[Column]) -> bool:
    texts = {column.path[-1].lower(): column for column in free if column.kind == "text" and column.all_text}
    task = next((texts[name] for name in _INSTRUCTION[:1] if name in texts), None)
    more = next((texts[name] for name in _INPUT[:1] if name in texts), None)
    if task is None or more is None or task.path[:-1] != more.path[:-1]:
        return False
    both = f"join('\\n\\n', [{task.expression}, {more.expression}])"
    expression = f"if({more.expression}, {both}, {task.expression})"
    draft.map("prompt", expression, "an instruction, and its input where there is one", "sure")
    draft.used |= {task.path, more.path}
    return True


def _one_column(draft: Draft, free: list[Column]) -> bool:
    ranked = sorted(free, key=_promise, reverse=True)
    best = next((column for column in ranked if _promise(column) > 0), None)
    if best is None:
        return False
    if found := messages_in(best):
        map_messages(draft, found, found.expression, "a list of messages")
        return True
    draft.used.add(best.path)
    markers = markers_in([best]) if best.kind == "text" else None
    if markers and "transcript" not in draft.delivery:
        draft.part("transcript", {"markers": markers}, "every text begins with a turn's marker")
    if markers and draft.delivery["transcript"]["markers"] == markers:
        open_end = any(str(text).rstrip().endswith(markers["assistant"].strip()) for text in best.filled)
        cut = f"turns({best.expression})" + ("[?content != '']" if open_end else "")
        draft.map("prompt", cut, "a conversation in one text, cut into turns")
        return True
    system = next((c for c in free if c.words[-1:] == ("system",) and c.full and c.all_text), None)
    if system and system.path != best.path and not called(system.path, MODEL) > 2 and best.full:
        draft.used.add(system.path)
        parts = (
            f"[{{role: 'system', content: {system.expression}}}, {{role: 'user', content: {text_of(best)}}}]"
        )
        draft.map("prompt", parts, "a system message and the user's text")
        return True
    named = called(best.path, PROMPT) >= 3
    why = f"text of {best.length:,.0f} characters (median)" + ("" if named else "; the name does not say so")
    draft.map("prompt", text_of(best), why, "sure" if named else "likely")
    return True


def _promise(column: Column) -> float:
    """How much a column looks like a prompt; not above 0 where it does not."""
    if column.kind not in ("text", "mixed", "list") or len(column.filled) < 0.5 * len(column.values):
        return 0
    name = called(column.path, PROMPT)
    if column.kind == "list":
        found = messages_in(column)
        return name + 3 if found else 0
    if not name and (called(column.path, RESPONSE) or column.length < 25):
        return 0
    if name < 3 and column.length < 12 and len(column.vocabulary) < 0.5 * len(column.filled):
        return 0
    return name + min(column.length / 40, 3)
