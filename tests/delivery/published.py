"""Public sets as they were published, read by their contracts in `contracts/specs/examples`, once each."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from contracts.load import load_contract
from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from tests.delivery.reading import KEY

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", ROOT.parent / "shared" / "data"))


def terms(name: str) -> Contract:
    return load_contract(ROOT / "contracts" / "specs" / "examples" / f"{name}.odcs.yaml")


# Contract → folder of its files, where the two are not called the same.
FOLDERS = {
    "crowd-rte": "crowd-labels/rte",
    "crowd-bluebird": "crowd-labels/bluebird",
    "evalica-food": "evalica",
    "evalica-simple": "evalica",
    "oasst-messages": "oasst",
}


@cache
def delivered(name: str) -> Canonical:
    files = DATA / FOLDERS.get(name, name)
    if not files.is_dir():
        pytest.skip(f"no {files}: set RAMPART_TEST_DATA to the folder with the public sample data")
    with TemporaryDirectory() as folder:
        store = LocalStore(Path(folder))
        landed = land(LocalStore(files), "", terms(name), 1, store)
        return canonicalise(landed, terms(name), store, KEY)
