"""One way to read a vendor's rows: terms, with a reason for each and how sure it is."""

from dataclasses import dataclass, field
from typing import Any, Literal

Sure = Literal["sure", "likely", "edit"]


@dataclass(frozen=True)
class Note:
    """Why a term says what it says. `edit` means that the files alone cannot tell."""

    text: str
    sure: Sure


@dataclass
class Draft:
    """Proposed terms of the sections `annotation`, `delivery` and `gates`, and notes by a term's address."""

    shape: str
    annotation: dict[str, Any] = field(default_factory=dict)
    delivery: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    gates: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    used: set[tuple[str, ...]] = field(default_factory=set)  # paths of the columns read

    def map(self, name: str, value: Any, text: str, sure: Sure = "likely") -> None:
        """Map a field of the record."""
        self.record[name] = value
        self.note(f"delivery.record.{name}", text, sure)

    def scheme(self, terms: dict[str, Any], text: str, sure: Sure = "likely") -> None:
        """Give the label scheme."""
        self.annotation = {"scheme": terms, **{k: v for k, v in self.annotation.items() if k != "scheme"}}
        self.note("annotation.scheme", text, sure)

    def order_unknown(self, text: str, sure: Sure = "likely") -> None:
        """Say that the files do not list responses as they were shown."""
        self.annotation["order_shown"] = False
        self.note("annotation.order_shown", text, sure)

    def part(self, name: str, value: Any, text: str, sure: Sure = "likely") -> None:
        """Set a term of the `delivery` section beside the record."""
        self.delivery[name] = value
        self.note(f"delivery.{name}", text, sure)

    def gate(self, name: str, value: Any, text: str, sure: Sure = "likely") -> None:
        """Set a term of the `gates` section."""
        self.gates[name] = value
        self.note(f"gates.{name}", text, sure)

    def note(self, address: str, text: str, sure: Sure) -> None:
        """Say why the term at `address` is what it is."""
        self.notes[address] = Note(text, sure)

    def terms(self) -> dict[str, Any]:
        """The sections as a contract writes them."""
        known = {"annotation": self.annotation, "delivery": {**self.delivery, "record": self.record}}
        return {**known, **({"gates": self.gates} if self.gates else {})}
