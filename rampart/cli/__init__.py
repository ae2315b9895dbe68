"""The command line: `rampart`, what people see and press in a terminal."""

from rampart.cli.app import main

__all__ = ["main"]
