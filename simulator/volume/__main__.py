"""``python -m simulator.volume ROWS FOLDER``: write a large delivery."""

import argparse
import sys
from pathlib import Path

from simulator.volume import write
from simulator.volume.writing import FAULTY


def main(given: list[str] | None = None) -> int:
    """Write the delivery and say what is there."""
    options = argparse.ArgumentParser(prog="python -m simulator.volume", description=main.__doc__)
    options.add_argument("rows", type=int, help="records over all six vendors")
    options.add_argument("folder", type=Path, help="where the vendors' folders go")
    options.add_argument("--seed", type=int, default=7, help="another seed gives another world (7)")
    options.add_argument("--faulty", type=float, default=FAULTY, help=f"share of faulty records ({FAULTY})")
    options.add_argument("--bad-line-every", type=int, metavar="BYTES", help="an unreadable line every BYTES")
    chosen = options.parse_args(given)
    counts = write(
        chosen.folder,
        chosen.rows,
        seed=chosen.seed,
        faulty=chosen.faulty,
        bad_line_every=chosen.bad_line_every,
    )
    for vendor, rows in counts.items():
        print(f"{vendor}: {rows:,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
