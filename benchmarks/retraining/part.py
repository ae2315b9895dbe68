"""What a part of the benchmark hands back: lines to read, figures, and the bars they were held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Bar:
    """A figure, and the limit it must keep to."""

    name: str
    value: float
    must_be: Literal["at most", "at least"]
    limit: float

    @property
    def met(self) -> bool:
        """Does the figure keep to its limit? Something that is not a number does not."""
        kept = self.value <= self.limit if self.must_be == "at most" else self.value >= self.limit
        return bool(kept)  # NumPy's own cannot be told as JSON

    def __str__(self) -> str:
        """The bar as a line."""
        missed = "" if self.met else "  MISSED"
        return f"{self.name}: {self.value:.4g}, {self.must_be} {self.limit:.4g}{missed}"


@dataclass(frozen=True)
class Part:
    """One part's result. `figures` is plain JSON: numbers, texts, lists and objects."""

    lines: tuple[str, ...]
    figures: Mapping[str, Any]
    bars: tuple[Bar, ...]

    @property
    def ok(self) -> bool:
        """Is every bar met?"""
        return all(bar.met for bar in self.bars)

    def told(self) -> dict[str, Any]:
        """The part as it stands in the benchmark's last line."""
        bars = {
            bar.name: {"value": float(bar.value), bar.must_be: bar.limit, "met": bar.met} for bar in self.bars
        }
        return {**self.figures, "bars": bars, "ok": self.ok}
