"""Which landed files a delivery is made of, as the store remembers it."""

import json

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.landing import LandedFile
from rampart.delivery.store import ObjectStore


def listings_prefix(contract_id: str, week: int) -> str:
    """Where the listings of a contract week lie; two contracts may be sent the same bytes."""
    return f"deliveries/{contract_id}/week-{week:02d}/"


def listing_address(contract_id: str, week: int, delivery_id: str) -> str:
    """Where the list of a landed delivery's files is kept."""
    return f"{listings_prefix(contract_id, week)}{delivery_id}.json"


def read_listing(store: ObjectStore, key: str) -> tuple[LandedFile, ...]:
    """The files a listing names.

    `MissingObjectError` when there is none, `UnreadableFileError` when it is damaged.
    """
    try:
        return tuple(LandedFile(**file) for file in json.loads(store.get(key)))
    except (ValueError, TypeError) as error:
        fix = "restore it from a backup, or run the delivery again from the vendor's folder"
        raise UnreadableFileError(f"not a list of landed files: {error}", file=key, fix=fix) from error
