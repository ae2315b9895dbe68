"""One fuzzed delivery again: ``python -m simulator.mangled_deliveries SEED NUMBER [FOLDER]``.

Says what it is and what became of it; with a folder, writes the delivery there to be looked at.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.mangled_deliveries.dropping import write_folder
from simulator.mangled_deliveries.making import make
from simulator.mangled_deliveries.trying import measured, tell


def main(arguments: list[str]) -> int:
    """Exit status: 0 when all is well with the delivery, 1 otherwise."""
    if arguments[:1] == ["--child"]:
        seed, first, last, scratch = arguments[1:]
        tell(int(seed), int(first), int(last), Path(scratch))
        return 0
    if len(arguments) not in (2, 3) or not all(one.isdecimal() for one in arguments[:2]):
        print(f"expected a seed and a number, found {arguments}\n\n{__doc__}", file=sys.stderr)
        return 2
    case = make(int(arguments[0]), int(arguments[1]))
    print(case)
    if arguments[2:]:
        write_folder(case, Path(arguments[2]))
    with TemporaryDirectory(prefix="mangled-") as scratch:
        found = measured(case, Path(scratch))
    print(f"must {case.must}; {found['outcome']} in {found['seconds']:.2f} s and {found['mb']:.0f} MB")
    print(found["said"])
    print("\n".join(f"WRONG: {problem}" for problem in found["problems"]) or "nothing is wrong")
    return 1 if found["problems"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
