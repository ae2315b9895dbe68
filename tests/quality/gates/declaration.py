"""Article 1 of the Universal Declaration of Human Rights: one text of known language in each of many."""

import tomllib
from pathlib import Path

ARTICLE: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
