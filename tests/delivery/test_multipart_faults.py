"""An upload in parts that meets a fault is whole in the end, or not there, and can be made again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rampart.delivery.errors import DeliveryError
from rampart.delivery.s3_store import S3Store
from rampart.delivery.store import S3Options
from simulator.servers.fault_proxy import Fault, FaultProxy, fault_proxy
from simulator.servers.impatience import impatience

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.slow

PART_BYTES = 5 << 20  # the least S3 takes
CONTENT = bytes(range(251)) * 45_000  # 11.3 MB: two parts and a third, smaller one
KEY = "landed/large"
STEPS = {
    "create": ("POST", r"/large\?.*uploads"),
    "first part": ("PUT", r"/large\?.*partNumber=1"),
    "last part": ("PUT", r"/large\?.*partNumber=3"),
    "complete": ("POST", r"/large\?.*uploadId="),
}
FAULTS = {
    "500": Fault("answer", status=500, code="InternalError"),
    "503 SlowDown": Fault("answer"),
    "reset": Fault("reset"),
    "lost answer": Fault("lost answer"),
    "hang": Fault("hang", seconds=2.0),
}


@pytest.fixture
def proxy(s3_url: str) -> Iterator[FaultProxy]:
    with fault_proxy(s3_url) as running, impatience(read_timeout_s=1.0, retries=1):
        yield running


@pytest.mark.parametrize("times", [1, None], ids=["once", "lasting"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_a_fault_at_a_step_leaves_the_whole_object_or_none(  # noqa: PLR0917 (what pytest hands in)
    step: str,
    fault: str,
    times: int | None,
    proxy: FaultProxy,
    s3_bucket: str,
    s3_options: S3Options,
    s3_client: "S3Client",
    tmp_path: Path,
) -> None:
    file = tmp_path / "large"
    file.write_bytes(CONTENT)
    method, target = STEPS[step]
    proxy.break_with(replace(FAULTS[fault], method=method, target=target, times=times))
    store = S3Store(s3_bucket, "some", replace(s3_options, endpoint_url=proxy.url), PART_BYTES)
    try:
        store.put_file_once(KEY, file)
    except DeliveryError as error:
        assert error.fix  # an upload that came through is as good
    assert proxy.struck, "the upload never met the fault"
    there = s3_client.list_objects_v2(Bucket=s3_bucket, Prefix="some/landed/").get("Contents", [])
    assert [found["Size"] for found in there] in ([], [len(CONTENT)])
    proxy.mend()
    store.put_file_once(KEY, file)
    assert store.get(KEY) == CONTENT
