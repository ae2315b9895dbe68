"""Writes the messages shown in `docs/mapping.md` anew, after a change of their words.

``python -m tests.docs.refresh``, then read the difference: the tests hold the page to the code, and only a
reader can say whether a message got better.
"""

import tempfile
import textwrap
from pathlib import Path

from contracts.load import ContractError
from rampart.delivery.errors import DeliveryError
from tests.docs.pages import ROOT, blocks
from tests.docs.worked import Example, carried_out, examples, problems_text

PAGE = ROOT / "docs" / "mapping.md"
WIDTH = 116


def said_now(example: Example, name: str) -> str:
    """The refusal or the problems an example gives now, wrapped for the page."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            carried_out(example, Path(folder))
    except ContractError as error:
        lines = problems_text(error)
    except DeliveryError as error:
        lines = [str(error)]
    else:
        raise AssertionError(f"{example.place} should end in {name}, and does not")
    return "".join(textwrap.fill(line, WIDTH, break_on_hyphens=False) + "\n" for line in lines)


def main() -> None:
    """Rewrite the page in place."""
    text = PAGE.read_text(encoding="utf-8")
    for example in examples(list(blocks(PAGE))):
        for name in ("refusal", "problems"):
            if name in example.says:
                head = f"The {name}:\n\n```text\n"
                text = text.replace(head + example.says[name], head + said_now(example, name))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
