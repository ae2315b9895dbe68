"""Names of columns: in parts, as expressions, and the words by which the field calls things."""

import json
import re

Path = tuple[str, ...]

PROMPT = {
    "prompt": 6, "instruction": 5, "question": 5, "query": 5, "problem": 4, "history": 3, "context": 3,
    "post": 3, "conversation": 3, "dialogue": 3, "dialog": 3, "messages": 3, "request": 3, "task": 2,
    "input": 2, "article": 2, "document": 2, "text": 2, "body": 1, "title": 1, "user": 1, "turns": 1,
}  # fmt: skip
RESPONSE = {
    "response": 6, "completion": 6, "answer": 5, "output": 5, "reply": 5, "generation": 5, "summary": 5,
    "chosen": 5, "rejected": 5, "solution": 4, "result": 4, "candidate": 4, "conversation": 4, "ref": 3,
    "text": 3, "content": 3, "option": 3, "message": 3, "assistant": 3, "generated": 3, "target": 2,
    "value": 1,
}  # fmt: skip
LABEL = {
    "label": 6, "winner": 6, "preference": 6, "preferred": 6, "choice": 6, "vote": 5, "better": 5, "best": 5,
    "judgement": 5, "judgment": 5, "verdict": 5, "annotation": 4, "selected": 4, "decision": 4, "rating": 3,
    "score": 3, "comparison": 3, "result": 2, "feedback": 2, "class": 3, "category": 3, "chosen": 3,
    "answer": 2, "outcome": 3, "thumbs": 5, "thumb": 5, "liked": 4, "like": 3, "sentiment": 3,
}  # fmt: skip
SCORE = {"score": 6, "rating": 6, "reward": 4, "grade": 4, "overall": 3, "votes": 3, "upvotes": 3,
         "points": 3, "quality": 2, "likert": 4, "stars": 3}  # fmt: skip
RANK = {"rank": 6, "ranking": 6, "position": 2, "order": 2, "place": 2}
MODEL = {"model": 6, "checkpoint": 6, "policy": 5, "system": 2, "engine": 3, "generator": 3, "source": 1,
         "agent": 2, "llm": 4}  # fmt: skip
WORKER = {"worker": 6, "annotator": 6, "rater": 6, "labeler": 6, "labeller": 6, "crowdworker": 6, "judge": 5,
          "reviewer": 5, "evaluator": 5, "assessor": 5, "contributor": 4, "expert": 3, "user": 2}  # fmt: skip
ITEM = {"item": 6, "task": 5, "question": 5, "prompt": 4, "pair": 5, "example": 4, "instance": 4, "unit": 4,
        "id": 3, "idx": 3, "index": 2, "comparison": 3, "sample": 3, "post": 2, "qid": 4}  # fmt: skip
RECORD = {"record": 6, "judgement": 5, "judgment": 5, "annotation": 5, "id": 4, "uuid": 5, "uid": 4,
          "guid": 4, "response": 3, "vote": 4, "assignment": 5, "row": 3, "message": 2}  # fmt: skip
GOLD = {"gold": 6, "truth": 6, "golden": 6, "groundtruth": 6, "correct": 3, "expected": 4, "true": 3,
        "reference": 2}  # fmt: skip
PASSED = {"passed": 6, "pass": 6, "correct": 5, "verified": 6, "verifier": 5, "success": 4, "succeeded": 4,
          "solved": 5, "valid": 3, "reward": 3, "verdict": 4, "correctness": 4, "result": 2}  # fmt: skip
STARTED = {"started": 6, "start": 6, "opened": 6, "begin": 5, "began": 5, "open": 3, "accept": 3}
SUBMITTED = {"submitted": 6, "submit": 6, "finished": 5, "completed": 4, "closed": 5, "end": 4, "ended": 4,
             "timestamp": 4, "tstamp": 4, "created": 3, "time": 2, "date": 3, "updated": 1}  # fmt: skip
DURATION = {"seconds": 6, "duration": 6, "elapsed": 5, "secs": 5, "worktime": 5, "ms": 5, "msec": 5,
            "milliseconds": 5, "sec": 4, "minutes": 3, "time": 3, "spent": 3, "latency": 2}  # fmt: skip
DOMAIN = {"domain": 6, "category": 4, "topic": 4, "subject": 4, "task": 2, "subset": 3, "dataset": 3,
          "source": 3, "type": 2, "slug": 2, "app": 1}  # fmt: skip
LANGUAGE = {"language": 6, "lang": 6, "locale": 4}
DIFFICULTY = {"difficulty": 6, "hardness": 5, "complexity": 3}
RATIONALE = {"rationale": 6, "reason": 5, "explanation": 5, "justification": 6, "comment": 4, "why": 5,
             "note": 2, "notes": 2, "feedback": 3, "reasoning": 4, "critique": 5}  # fmt: skip
CRITIQUE = {"critique": 6, "critiques": 6, "criticism": 5, "feedback": 3}
CONVERSATION = {"conversation": 6, "dialogue": 4, "dialog": 4, "thread": 5, "session": 3, "tree": 4,
                "chat": 4}  # fmt: skip

_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_]+")
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLURAL = {
    "annotations", "annotators", "answers", "candidates", "choices", "comparisons", "completions", "examples",
    "generations", "instructions", "items", "labels", "models", "options", "outputs", "pairs", "policies",
    "posts", "preferences", "prompts", "questions", "rankings", "ranks", "ratings", "replies", "responses",
    "results", "rewards", "scores", "solutions", "summaries", "tasks", "texts", "workers",
}  # fmt: skip


def words(path: Path) -> tuple[str, ...]:
    """The parts of a column's name in lower case, plurals made singular: ``humanRef_A`` → human, ref, a."""
    parts = [part.lower() for name in path for part in _PARTS.findall(name[:200])]
    return tuple(_singular(part) for part in parts)


def _singular(part: str) -> str:
    if part not in _PLURAL:
        return part
    return f"{part[:-3]}y" if part.endswith("ies") else part[:-1]


def called(path: Path, lexicon: dict[str, int]) -> int:
    """How strongly a name says that the column is what `lexicon` is about; 0 where it does not."""
    own, above = words(path[-1:]), words(path[:-1])
    return max([*(lexicon.get(part, 0) for part in own), *(lexicon.get(part, 0) - 1 for part in above), 0])


def name_of(key: str) -> str:
    """A field's name as an expression: bare, or in double quotes."""
    return key if _BARE.fullmatch(key) else json.dumps(key)


def expression(path: Path) -> str:
    """A column as an expression over the row."""
    return ".".join(name_of(key) for key in path) or "@"


def as_path(name: str) -> str:
    """A file's name as a contract's `path`: itself, or a glob where it holds what a path may not."""
    unfit = not name.isprintable() or name.startswith(("~", "/", "\\")) or "\\" in name or ".." in name
    suffix = re.search(r"(\.[A-Za-z0-9]{1,8}){1,2}$", name)
    return name if not unfit else f"*{suffix.group() if suffix else ''}"


def free_name(wanted: str, taken: set[str]) -> str:
    """A name for a joined row or a part: `wanted`, made fit for one, that no column has."""
    base = re.sub(r"[^a-z0-9_]+", "_", wanted.lower()).strip("_") or "other"
    base = base[:40] if base[0].isalpha() or base[0] == "_" else f"f_{base[:38]}"
    return next(
        name
        for name in (base, f"{base}_row", *(f"{base}_{n}" for n in range(2, len(taken) + 3)))
        if name not in taken
    )
