import pytest

from tests.quality.mitigation.planted import TILT, Planted, planted


@pytest.fixture(scope="session")
def swayed() -> Planted:
    """3,000 judgements by people who take to the longer response; three pairs in ten judged twice."""
    return planted(TILT, items=2300, count=3000)


@pytest.fixture(scope="session")
def clean() -> Planted:
    """The same work by people whom length leaves cold."""
    return planted(0.0, items=2300, count=3000)
