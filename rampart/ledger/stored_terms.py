"""A contract version's terms, from the bytes that were kept when it came into force."""

from functools import lru_cache

from contracts.load import parse_contract
from contracts.model import Contract


@lru_cache(maxsize=256)
def stored_terms(data: bytes, key: str) -> Contract:
    """The contract in `data`, the object at `key`; `ContractError` when it is not one.

    Checking a file against the standard takes 0.3 s, and a round or a page reads the same few many times.
    """
    return parse_contract(data, key)
