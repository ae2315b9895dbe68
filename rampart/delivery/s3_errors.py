"""What an S3 server or the way to it says, as a sentence with its fix."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError, ClientError

from rampart.delivery.errors import MissingObjectError, StoreTroubleError

GONE = frozenset({"NoSuchKey", "404", "NotFound", "NoSuchVersion"})
PRECONDITION = frozenset({"PreconditionFailed", "412"})
_RIGHTS = (
    "give this account the actions docs/storage.md lists for its role; for a key that is encrypted with KMS, "
    "also the use of that key"
)
_CREDENTIALS = "set valid credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE or an instance role)"
_RENEW = "renew the credentials (for a profile: aws sso login, or a new session token), then run again"
_UNSAID = (
    "the server says no more here: check the credentials, which may have expired, and this machine's clock"
)
_BUSY = "it is overloaded or restarting: run again in some minutes, with fewer workers if this repeats"
_OLD = "the server may be too old for SHA-256 checksums: set RAMPART_S3_CHECKSUMS=when_required"
_DAMAGED = f"run again: the bytes were damaged on their way, and nothing was stored; if it repeats, {_OLD}"
_FIXES = {
    "AccessDenied": _RIGHTS,
    "403": f"{_UNSAID}; {_RIGHTS}",
    "400": _UNSAID,
    "NoSuchBucket": "create the bucket, or correct its name",
    "InvalidAccessKeyId": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "ExpiredToken": _RENEW,
    "ExpiredTokenException": _RENEW,
    "TokenRefreshRequired": _RENEW,
    "InvalidToken": _RENEW,
    "SlowDown": _BUSY,
    "503": _BUSY,
    "ServiceUnavailable": _BUSY,
    "InternalError": _BUSY,
    "500": _BUSY,
    "BadDigest": _DAMAGED,
    "InvalidDigest": _DAMAGED,
    "XAmzContentSHA256Mismatch": _DAMAGED,
    "XAmzContentChecksumMismatch": _DAMAGED,
    "MissingContentLength": _OLD,
    "InvalidObjectState": "restore the object from its archive class first",
}
_SKEWED = ("RequestTimeTooSkewed", "RequestExpired")
_NO_LOCK = "create the bucket with object lock, or take RAMPART_S3_LOCK_DAYS away"
_UNCONDITIONAL = (
    "the server is too old for conditional writes (If-None-Match), without which nothing can be published "
    "once: use a newer server"
)


@contextlib.contextmanager
def explained(uri: str) -> Iterator[None]:
    """Turn boto3's errors into sentences; `uri` is what was asked for.

    Raises `MissingObjectError` where there is no such object and `StoreTroubleError` for everything else.
    """
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        if code in GONE:
            raise MissingObjectError(
                "there is no such object", uri, fix="check the name and deliver the file"
            ) from error
        raise StoreTroubleError(f"the S3 server refused ({_words(error)})", uri, fix=_fix(error)) from error
    except BotoCoreError as error:
        raise StoreTroubleError(
            f"the S3 server could not be used ({error})",
            uri,
            fix="check the endpoint, the region, the credentials and the network, then run again",
        ) from error


def code_of(error: ClientError) -> str:
    """S3's word for what went wrong, such as ``SlowDown``; the HTTP status where there is no word."""
    return error.response.get("Error", {}).get("Code", "unknown")


def _words(error: ClientError) -> str:
    code = code_of(error)
    if code not in _SKEWED:
        return code
    said = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if said is None:
        return code
    ahead_s = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()
    return f"{code}: this machine's clock is {abs(ahead_s):,.0f} s {'ahead' if ahead_s > 0 else 'behind'}"


def _fix(error: ClientError) -> str:
    code, message = code_of(error), (error.response.get("Error", {}).get("Message") or "").lower()
    if code in _SKEWED:
        return "set this machine's clock (chronyc makestep, or timedatectl set-ntp true), then run again"
    if code in ("InvalidRequest", "ObjectLockConfigurationNotFoundError") and "lock" in message:
        return _NO_LOCK
    if code in ("NotImplemented", "501"):
        return _OLD if "checksum" in message or "trailer" in message else _UNCONDITIONAL
    if code in ("InvalidRequest", "InvalidArgument"):
        return f"check object lock and encryption in the settings against the bucket; {_OLD}"
    return _FIXES.get(code, f"see S3's error code {code}")
