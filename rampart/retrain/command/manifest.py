"""What a program is told about the run it is to do: ``manifest.json``, and the pairs beside it.

The fields are in docs/trainers.md. The file is written before the program starts and never changes.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rampart.retrain.backend import Dataset
from rampart.retrain.labelling import Labelling
from rampart.retrain.snapshot import pairs_from_parquet

FORMAT = "rampart-training/1"


@dataclass(frozen=True)
class Told:
    """The manifest. Paths are absolute, on this machine."""

    run_id: str
    data: str
    data_digest: str
    config_digest: str
    code_digest: str
    pairs: int
    model: str
    result: str
    choices: Mapping[str, Any]
    format: str = FORMAT


def told(path: Path) -> Told:
    """The manifest at `path`."""
    return Told(**json.loads(path.read_bytes()))


def laid_out(dataset: Dataset, content: bytes, labelling: Labelling, path: Path) -> int:
    """Put the snapshot's training side at `path`, whole or not at all; gives the number of pairs.

    The columns are those of `snapshot.PAIR` and `margin`; labels are as the contract wants them.

    Held-out pairs never reach a trainer: what it has not got it cannot learn from.

    Raises:
        ValueError: there is no pair on the training side.
    """
    pairs: pa.Table = pairs_from_parquet(content)
    pairs = pairs.filter(pc.field("split") == "train")
    if pairs.num_rows == 0:
        raise ValueError(
            f"dataset {dataset.digest} has no pair on its training side; give a snapshot that has some"
        )
    if not path.exists():
        handle, fresh = mkstemp(prefix="data-", dir=path.parent)
        os.close(handle)
        pq.write_table(labelling.applied(pairs), fresh, compression="zstd")
        Path(fresh).replace(path)
    return int(pairs.num_rows)
