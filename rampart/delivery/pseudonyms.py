"""Who a vendor's worker is to us: a keyed hash (HMAC-SHA256, RFC 2104), never the vendor's own id."""

import hashlib
import hmac


def pseudonym(key: bytes, vendor: str, name: str) -> str:
    """The pseudonym of the worker that `vendor` calls `name`.

    The same worker number at two vendors is two people.
    """
    return hmac.new(key, f"{vendor}\x1f{name}".encode(), hashlib.sha256).hexdigest()[:16]
