"""Decimal in code, whole numbers in the database: the conversions between them, exact or refused."""

from decimal import Decimal

PRICE_PLACES = 4  # a contract's prices have at most four decimals (contracts.terms.ramp.Money)
UNIT_PLACES = 8  # a price times a discount of at most four decimals has at most eight


def to_whole(value: Decimal, places: int) -> int:
    """`value` counted in units of 10^-places; `ValueError` if that is not a whole number."""
    scaled = value.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than {places} decimals; round it before it enters the books")
    return int(scaled)


def from_whole(whole: int, places: int) -> Decimal:
    """`whole` units of 10^-places as a Decimal with exactly `places` decimals."""
    return Decimal(whole).scaleb(-places)


def price_from_whole(whole: int, minor_units: int) -> Decimal:
    """A unit price kept in 10^-8, with as many decimals as it needs but never fewer than `minor_units`."""
    price = from_whole(whole, UNIT_PLACES)
    needed = -int(price.normalize().as_tuple().exponent)
    return price.quantize(Decimal(1).scaleb(-max(needed, minor_units)))


def plain(value: Decimal) -> str:
    """`value` without trailing zeros or exponent, so that equal amounts are spelt alike."""
    text = f"{value:f}" if value else "0"
    return text.rstrip("0").rstrip(".") if "." in text else text
