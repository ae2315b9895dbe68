"""What an export is made of: written beside its files, and equal whenever they are equal."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rampart.ledger.rights.judgement import Use

MANIFEST = "manifest.json"
KIND = "rampart dataset export"  # tells a folder that may be replaced from one that holds something else


@dataclass(frozen=True)
class ExportedBatch:
    """A batch that the dataset holds, `pairs` of which are in it; `pairs_digest` is of those."""

    contract_id: str
    contract_version: str
    contract_digest: str
    week: int
    revision: int
    vendor: str
    pairs: int
    pairs_digest: str


@dataclass(frozen=True)
class ExportedFile:
    """One file of the folder; `rows` is None for one that holds none."""

    sha256: str
    size: int
    rows: int | None = None


@dataclass(frozen=True)
class ExportManifest:
    """``pairs == pairs_exported + Σ left_out``, and `rows` are those of all files.

    `dataset` is the digest of the pairs and their manifest, `dataset_manifest` the object that accounts for
    every pair that was dropped before. `margin` is that of full strength, None without a column of margins;
    `margin_unmeasured` counts pairs whose margin is 0 because nobody said how strong they are. `asked` are
    the uses that the rights of every batch allow.
    """

    format: str
    program: str
    reward_models: tuple[int, ...]
    dataset: str
    dataset_manifest: str
    side: str
    margin: float | None
    margin_unmeasured: int
    asked: tuple[Use, ...]
    pairs: int
    pairs_exported: int
    left_out: Mapping[str, int]
    rows: int
    batches: tuple[ExportedBatch, ...]
    files: Mapping[str, ExportedFile]
    kind: str = KIND

    def to_json(self) -> bytes:
        """As the file `MANIFEST`."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
