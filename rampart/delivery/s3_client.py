"""The door to boto3: one client for each way of reaching a server, set up the same everywhere."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from rampart.delivery.errors import StoreTroubleError
from rampart.delivery.store import S3Options

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECTIONS = 16


def s3_client(options: S3Options) -> "S3Client":
    """A client as `options` say.

    Signatures are version 4: without being told so, botocore presigns for some servers with version 2, which
    newer ones refuse. Checksums are sent only where we give them: its own default, a CRC in a trailer of the
    body, breaks servers of before 2025. Answers are checked by our own reader, also after a resumed read.
    """
    try:
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
    except BotoCoreError as error:
        raise StoreTroubleError(
            f"the AWS profile cannot be used ({error})",
            file=options.profile or "default",
            fix="correct RAMPART_S3_PROFILE, or add the profile to ~/.aws/config",
        ) from error
    config = Config(
        signature_version="s3v4",
        retries={"mode": "standard", "max_attempts": 5},
        s3={"addressing_style": "path" if options.path_style else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=CONNECTIONS,
    )
    try:
        client = session.client("s3", endpoint_url=options.endpoint_url, config=config)
    except ValueError as error:
        raise StoreTroubleError(
            f"the endpoint cannot be used ({error})",
            file=options.endpoint_url or "S3",
            fix="write it whole, with https:// before it, in RAMPART_S3_ENDPOINT_URL",
        ) from error
    if options.checksums == "when_supported":
        client.meta.events.register("before-call.s3.GetObject", _ask_for_checksums)
    return client


def _ask_for_checksums(params: dict[str, Any], **_: object) -> None:
    # Not by the parameter ChecksumMode: botocore would then check, too, and a resumed read must fail there.
    params["headers"]["x-amz-checksum-mode"] = "ENABLED"
