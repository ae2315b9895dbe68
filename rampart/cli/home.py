"""The demonstration's home folder, and why nothing else may live in it."""

from rampart.cli.exits import Exit, stop
from rampart.settings import Settings

MARK = "demo"  # a file in the home folder that says it holds nothing but the demonstration


def refuse_demo_home() -> None:
    """End the program in the demonstration's home: its pseudonym key is public, and its reset deletes all."""
    root = Settings().root
    if (root / MARK).exists():
        fix = "set RAMPART_HOME to a folder for your own work, for example RAMPART_HOME=~/rampart"
        raise stop(
            Exit.USAGE, f"{root} holds the demonstration, which `rampart demo --reset` deletes. Fix: {fix}"
        )
