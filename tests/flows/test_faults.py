"""A fault on the way to the S3 store ends in the undisturbed result, or in a failure that says what to do.

Every cell of the matrix walks one delivery through a proxy that breaks chosen requests, once or for as long
as the walk lasts, then walks again without the fault: the books and every object must be those of a walk that
met no fault, and nothing torn may ever lie in the store.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from _pytest.mark import ParameterSet

from flows.process_delivery import process_delivery
from rampart.delivery.errors import StoreTroubleError
from simulator.disturbance import Disturbed, Struck, disturbed
from simulator.season import due
from simulator.servers.fault_proxy import Fault, FaultProxy, fault_proxy
from simulator.servers.impatience import impatience
from simulator.servers.seaweedfs import SeaweedFs, seaweedfs
from simulator.stacks import CONTRACT, Place, Stack, undisturbed

pytestmark = pytest.mark.slow

READ_TIMEOUT_S = 1.0
LIMIT_S = 40.0  # for a disturbed walk on a busy machine: some five times the longest seen on an idle one


class Where(NamedTuple):
    """Requests that suffer, from the one after the first `after` on."""

    method: str
    target: str
    after: int = 0


DROP = {
    "the drop's list": Where("GET", r"list-type=2.*prefix=.*/drop"),
    "the manifest": Where("GET", r"/drop/.*manifest\.json"),
    "a delivered file": Where("GET", r"/drop/.*rows\.jsonl"),
}
LANDING = {
    "a look at the landed copy": Where("HEAD", r"/store/landed/"),
    "the landed copy's upload": Where("PUT", r"/store/landed/"),
    "the landed copy's reading": Where("GET", r"/store/landed/"),
}
LATER = {
    "a later publication": Where("PUT", r"/store/", after=5),
    "the contract's reading": Where("GET", r"/store/contracts/"),
    "the records' reading": Where("GET", r"/store/.*records-\d+.*\.parquet"),
}
PLACES = {**DROP, **LANDING, **LATER}
ON_THE_WAY = {
    "500": Fault("answer", status=500, code="InternalError"),
    "503 SlowDown": Fault("answer", status=503, code="SlowDown"),
    "reset": Fault("reset"),
    "lost answer": Fault("lost answer"),
    "hang": Fault("hang", seconds=2 * READ_TIMEOUT_S),
}
REFUSALS = {
    "clock skew": Fault("answer", status=403, code="RequestTimeTooSkewed"),
    "expired credentials": Fault("answer", status=400, code="ExpiredToken"),
}
IN_BODIES = {
    "reset midway": Fault("reset midway", at=100),
    "cut": Fault("cut", at=100),
    "shortened": Fault("shortened", at=100),
    "flipped": Fault("flipped", at=100),
}
FAULTS = {**ON_THE_WAY, **REFUSALS, **IN_BODIES}
# What the message must speak of. An answer to HEAD has no body, and so no word of the server's.
WORDS = {"clock skew": "clock", "expired credentials": "credentials", "503 SlowDown": "fewer"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFs]:
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: SeaweedFs) -> Iterator[FaultProxy]:
    with fault_proxy(server.endpoint_url) as running, impatience(READ_TIMEOUT_S):
        yield running


@pytest.fixture(scope="module")
def stack(server: SeaweedFs, proxy: FaultProxy) -> Stack:
    return Stack(server, proxy_url=proxy.url)


@pytest.fixture
def place(stack: Stack, tmp_path: Path) -> Place:
    """A place with a contract in force, and nothing delivered yet."""
    fresh = stack.new_place(tmp_path)
    fresh.agree()
    return fresh


@contextmanager
def broken(proxy: FaultProxy, *faults: Fault) -> Iterator[Struck]:
    """Within the block the proxy does as `faults` say."""
    before = proxy.struck
    proxy.break_with(*faults)
    try:
        yield lambda: proxy.struck - before
    finally:
        proxy.mend()


def walked(place: Place, proxy: FaultProxy, fault: Fault) -> Disturbed:
    def on_hand() -> AbstractContextManager[Struck]:
        return broken(proxy, fault)

    return disturbed(place, on_hand, undisturbed(1))


def must_be_good(result: Disturbed, *, but_refusals: bool = False) -> None:
    """Struck, in time, clean, nothing torn, and in the end as if nothing had happened."""
    assert result.struck, "the walk never met the fault"
    assert result.seconds < LIMIT_S
    assert not result.unclean
    assert result.torn == ()
    assert result.ending.differences(undisturbed(1), but_refusals=but_refusals) == ()


def fault_in(where: str, what: str, times: int | None) -> Fault:
    place = PLACES[where]
    return replace(FAULTS[what], method=place.method, target=place.target, after=place.after, times=times)


def cells(*whats: str) -> list[ParameterSet]:
    """Every place with every one of the faults that can happen there."""
    found = []
    for where, place in PLACES.items():
        # To one who reads, a lost answer is a reset.
        other = ["lost answer"] if place.method == "GET" else IN_BODIES
        possible = [what for what in whats if what not in other]
        found += [pytest.param(where, what) for what in possible]
    return found


@pytest.mark.parametrize(("where", "what"), cells(*ON_THE_WAY))
def test_what_happens_once_on_the_way_is_tried_again_and_not_noticed(
    where: str, what: str, place: Place, proxy: FaultProxy
) -> None:
    place.deliver()
    result = walked(place, proxy, fault_in(where, what, times=1))
    must_be_good(result)
    assert result.attempts == 1


@pytest.mark.parametrize(("where", "what"), cells(*IN_BODIES))
def test_a_body_that_is_damaged_once_is_read_again_or_named(
    where: str, what: str, place: Place, proxy: FaultProxy
) -> None:
    place.deliver()
    must_be_good(walked(place, proxy, fault_in(where, what, times=1)))


@pytest.mark.parametrize(("where", "what"), cells(*FAULTS))
def test_what_lasts_ends_the_run_with_a_way_out_and_the_next_run_ends_as_if_nothing_had_happened(
    where: str, what: str, place: Place, proxy: FaultProxy
) -> None:
    place.deliver()
    result = walked(place, proxy, fault_in(where, what, times=None))
    must_be_good(result)
    assert "see S3's error code" not in result.said
    assert re.search(WORDS.get(what, ""), result.said)


@pytest.mark.parametrize(
    ("where", "seconds"), [("a delivered file", 3 * READ_TIMEOUT_S), ("the contract's reading", 1.0)]
)
def test_slow_bytes_are_waited_for_as_long_as_they_come(
    where: str, seconds: float, place: Place, proxy: FaultProxy
) -> None:
    place.deliver()
    slow = replace(fault_in(where, "500", times=1), kind="slow", seconds=seconds)
    result = walked(place, proxy, slow)
    must_be_good(result)
    assert result.attempts == 1
    assert result.seconds > seconds


def test_a_list_from_before_the_delivery_is_one_more_day_of_waiting(place: Place, proxy: FaultProxy) -> None:
    assert place.walk().state == "absent"  # the proxy now knows how the drop looked
    place.deliver()
    where = PLACES["the drop's list"]
    with broken(proxy, Fault("stale", where.method, where.target, times=None)) as struck:
        assert place.walk().state == "absent"
        assert struck()
    assert place.walk().state == "accepted"
    assert place.ending().differences(undisturbed(1)) == ()


def test_a_list_that_misses_a_file_is_a_refusal_that_the_next_run_takes_back(
    place: Place, proxy: FaultProxy
) -> None:
    place.deliver()
    where = PLACES["the drop's list"]
    result = walked(place, proxy, Fault("hidden", where.method, where.target, times=None, hides="rows"))
    assert result.refused  # nobody can tell it from an upload that is not finished
    must_be_good(result, but_refusals=True)


def test_an_object_that_cannot_be_seen_yet_is_not_published_twice(place: Place, proxy: FaultProxy) -> None:
    place.deliver()
    unseen = Fault("answer", "HEAD", "/store/", times=None, status=404, code="NoSuchKey")
    lost = Fault("lost answer", "PUT", "/store/")
    for faults in ([unseen, lost], [unseen]):
        with broken(proxy, *faults) as struck:
            with pytest.raises(StoreTroubleError, match="Fix: run"):
                place.walk()
            assert struck() >= len(faults)
    place.walk()
    assert place.ending().differences(undisturbed(1)) == ()


def test_the_tasks_own_retries_outlast_a_store_that_is_away_for_a_second(
    place: Place, proxy: FaultProxy, _flows_can_run: None
) -> None:
    place.deliver()
    away = Fault("answer", "PUT", r"/store/", after=5, times=5)  # more often than botocore tries
    with place.entered(), broken(proxy, away) as struck:
        outcome = process_delivery(CONTRACT, 1, due(1))
        assert struck() == 5
    assert (outcome.state, outcome.changed) == ("accepted", True)
    place.walk()  # the training it asks for
    assert place.ending().differences(undisturbed(1)) == ()
