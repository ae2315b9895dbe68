from pathlib import Path

import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.registry import BACKENDS, backend_named


@pytest.mark.parametrize("name", BACKENDS)
def test_every_name_gives_the_backend_of_that_name(name: str, tmp_path: Path) -> None:
    assert backend_named(name, LocalStore(tmp_path)).name == name


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no training backend 'magic'; use one of: linear"):
        backend_named("magic", LocalStore(tmp_path))
