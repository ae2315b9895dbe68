import pytest

from rampart.ledger.rework import Delivered, reworked_units


@pytest.mark.parametrize(
    ("accepted", "earlier", "free"),
    [
        (80, (), 0),  # a first delivery holds no re-work
        (100, ((80, 20),), 20),
        (95, ((80, 20),), 15),
        (70, ((80, 20),), 0),  # worse than before: all of it had passed at first
        (150, ((80, 20),), 20),  # the fifty on top are new work
        (150, ((80, 20), (110, 40)), 60),  # 10 of 50 new ones passed at once, 40 did not
        (100, ((80, 20), (50, 0)), 20),  # a small delivery in between washes nothing away
        (100, ((0, 0),), 0),
    ],
)
def test_what_was_lost_before_and_is_accepted_now_is_re_work(
    accepted: int, earlier: tuple[Delivered, ...], free: int
) -> None:
    assert reworked_units(accepted, earlier) == free
