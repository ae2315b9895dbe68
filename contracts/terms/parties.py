"""Who delivers, and whom to write to."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from contracts.terms.base import TermError, Terms
from contracts.terms.written import EMAIL, SLUG

Slug = Annotated[str, Field(pattern=SLUG, max_length=100)]


def _printable(text: str) -> str:
    """Names are shown in terminals, pages and mails: nothing in them may act there."""
    if not text.isprintable():
        at = next(place for place, character in enumerate(text) if not character.isprintable())
        raise TermError(
            f"the character {text[at]!r} at position {at} cannot be shown",
            fix="write letters a person can read",
        )
    return text


Shown = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]


class Contact(Terms):
    """One person or desk at the vendor."""

    name: Shown = Field(description="Whom to ask for.")
    email: str | None = Field(None, pattern=EMAIL, max_length=254, description="Address to write to.")
    role: Literal["delivery", "quality", "billing", "legal"] = Field(
        "delivery", description="What they answer for."
    )


class Vendor(Terms):
    """Who delivers."""

    id: Slug = Field(description="Short name; the vendor's folder in the drop, and part of every pseudonym.")
    name: Shown = Field(description="Name for people.")
    contacts: tuple[Contact, ...] = Field((), description="Whom feedback, disputes and invoices go to.")
