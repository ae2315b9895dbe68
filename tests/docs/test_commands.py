import re
import shlex
from collections.abc import Iterator

import pytest
import typer.main

from rampart.cli.app import app
from rampart.settings import Settings
from tests.docs.pages import PAGES, Block, blocks

SHELL = [block for page in PAGES for block in blocks(page) if block.language == "sh"]
ROOT_COMMAND = typer.main.get_command(app)


def commands(block: Block) -> Iterator[list[str]]:
    """The words after `rampart` in every line of a block that runs it; joined lines, variables, comments."""
    for line in block.text.replace("\\\n", " ").splitlines():
        for piece in re.split(r"\s(?:&&|\|\|?|;)\s", line):
            words = shlex.split(piece, comments=True)
            while words and re.match(r"[A-Z_0-9]+=", words[0]):
                words = words[1:]
            if words and words[0].rsplit("/", 1)[-1] == "rampart":
                yield words[1:]


SHOWN = [(f"{block.place} {' '.join(words)}", words) for block in SHELL for words in commands(block)]


@pytest.mark.parametrize("words", [words for _, words in SHOWN], ids=[name for name, _ in SHOWN])
def test_a_command_the_docs_show_exists_with_its_options_and_arguments(words: list[str]) -> None:
    command = ROOT_COMMAND
    context = typer.Context(command, info_name="rampart")
    while (below := getattr(command, "commands", None)) and words and words[0] in below:
        command, words = below[words[0]], words[1:]
        context = typer.Context(command, parent=context, info_name=command.name)
    assert not getattr(command, "commands", None) or words in ([], ["--help"]), f"no command {words}"
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    assert not rest, f"{command.name} takes no {rest}"
    missing = [one.name for one in command.params if one.required and not values.get(one.name or "")]
    assert not missing or "help" in values, f"{command.name} also needs {missing}"


def test_the_docs_show_every_command() -> None:
    every = set(getattr(ROOT_COMMAND, "commands", {}))
    assert every - {words[0] for _, words in SHOWN if words} == set()


def test_every_setting_the_project_s_pages_name_exists() -> None:
    known = {f"RAMPART_{name.upper()}" for name in Settings.model_fields} | {"RAMPART_TEST_DATA"}
    for page in PAGES:
        found = set(re.findall(r"RAMPART_[A-Z0-9_]*[A-Z0-9]", page.read_text(encoding="utf-8")))
        assert found <= known, f"{page.name} names {sorted(found - known)}"
