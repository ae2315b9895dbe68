"""A model's files, from where the trainer left them into the store, and back onto a disk.

They lie under the digest of all of them: an attempt that died half-way into the store, and one that trained
other bytes after it, do not get into each other's way. Which of them is the version says the run's result,
which is written once.
"""

import hashlib
import json
import shutil
from pathlib import Path

from rampart.delivery.errors import StoreConflictError
from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import TrainingResult, result_key
from rampart.retrain.digests import canonical_json, sha256

# Formats that hold numbers or text and cannot run anything when read. Not .bin, .pt, .pth, .pkl: those are
# pickles, which run code of whoever wrote them; not .py, which a model may bring along.
ALLOWED = (".safetensors", ".json", ".txt", ".model", ".jinja", ".md")

# What is written beside the model and found again by the beginning of its name.
OURS = ("evaluation-", "probes-", "decision-", "worth-")


def model_files(folder: Path) -> tuple[Path, ...]:
    """The files in `folder`, sorted.

    Raises:
        ValueError: there is none, or something in it is not published.
    """
    files = tuple(sorted(folder.iterdir()))
    if not files:
        raise ValueError(f"the trainer left no file in {folder}; it must save its model there")
    for path in files:
        if problem := _problem(path):
            raise ValueError(f"{path.name} in {folder} is not published: {problem}")
    return files


def _problem(path: Path) -> str | None:
    if path.is_symlink() or not path.is_file():
        return "it is no plain file; copy what is meant, and leave all files in one folder"
    if path.suffix not in ALLOWED:
        return (
            f"only {', '.join(ALLOWED)} are, for a pickle runs code when it is read; save weights as "
            "safetensors, and checkpoints outside the model's folder"
        )
    if path.name == "result.json" or path.name.startswith(OURS):
        return "a file of the run's own is called so; give it another name"
    return None


def publish_files(folder: Path, out: str, store: ObjectStore) -> tuple[str, ...]:
    """Put the model into the store below `out`; gives the keys."""
    files = model_files(folder)
    digest = sha256(canonical_json([[path.name, _digest(path)] for path in files]))
    keys = tuple(f"{out}/files-{digest[:16]}/{path.name}" for path in files)
    for key, path in zip(keys, files, strict=True):
        store.put_file_once(key, path)
    return keys


def publish_result(result: TrainingResult, out: str, store: ObjectStore) -> TrainingResult:
    """Make `result` the run's, unless it has one: then that one stays, and is given."""
    try:
        store.put_once(result_key(out), canonical_json(result))
    except StoreConflictError:
        return stored_result(out, store)
    return result


def stored_result(out: str, store: ObjectStore) -> TrainingResult:
    """The result that stands under `out`; `MissingObjectError` where there is none."""
    found = json.loads(store.get(result_key(out)))
    return TrainingResult(**{**found, "artefacts": tuple(found["artefacts"])})


def fetched(out: str, store: ObjectStore, folder: Path) -> Path:
    """Copy the model of the run at `out` into `folder`, to be loaded from there; gives `folder`."""
    for key in stored_result(out, store).artefacts:
        with store.open(key) as source, (folder / key.rsplit("/", 1)[-1]).open("wb") as target:
            shutil.copyfileobj(source, target)
    return folder


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
