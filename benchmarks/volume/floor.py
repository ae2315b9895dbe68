"""The floor: every file read once by pyarrow's streaming JSON reader, and nothing done with it.

python -m benchmarks.volume.floor DATA
"""

import json
import sys
import time
from pathlib import Path

import pyarrow.json as pj

from simulator.volume.vendors import FILE

BLOCK = 8 << 20


def main(folder: str) -> None:
    """Read all files below `folder` and tell rows and seconds."""
    files = sorted(Path(folder).rglob(FILE))
    began = time.perf_counter()
    rows = sum(
        batch.num_rows
        for file in files
        for batch in pj.open_json(file, read_options=pj.ReadOptions(block_size=BLOCK))
    )
    print(json.dumps({"rows": rows, "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(*sys.argv[1:])
