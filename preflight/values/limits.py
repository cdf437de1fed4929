"""Limits: `Range`, `OneOf` and `Count`, each with its source and date.

In: a measured value. Out: the limit in words and, for a range, the broken bound. All bounds are inclusive.
"""

import datetime as dt
import math
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.units import Unit, decimal, exact, with_unit

Severity = Literal["error", "warning", "info"]


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source of a limit, and the date it was read."""

    source: str
    read: dt.date
    severity: Severity = "error"


class Range(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A range between two inclusive bounds; a missing bound sets no limit."""

    min: Fraction | None = None
    max: Fraction | None = None
    warn_above: Fraction | None = None
    """Values above this, up to `max`, are ambiguous in the sources."""
    seen_min: Fraction | None = None
    seen_max: Fraction | None = None
    """The most extreme value that the service accepted beyond the documented bounds."""

    def __post_init__(self) -> None:
        """Refuse contradictory bounds."""
        if self.min is not None and self.max is not None and self.min > self.max:
            msg = f"expected min to be at most max, got {decimal(self.min)} and {decimal(self.max)}"
            raise ValueError(msg)

    def broken_by(self, value: Fraction | int) -> Fraction | None:
        """Return the bound that a value breaks, or None."""
        if self.min is not None and _below(value, self.min):
            return self.min
        if self.max is not None and _below(self.max, value):
            return self.max
        return None

    def seen_accepted(self, value: Fraction | int) -> bool:
        """Tell whether the service accepted such a value beyond the bounds."""
        low = self.min if self.seen_min is None else self.seen_min
        high = self.max if self.seen_max is None else self.seen_max
        return (low is None or value >= low) and (high is None or value <= high)

    def margin(self, value: Fraction | int) -> Fraction | None:
        """Return the distance to the nearest bound: negative outside, None without bounds."""
        room = [value - self.min] if self.min is not None else []
        room += [self.max - value] if self.max is not None else []
        return min((Fraction(r) for r in room), default=None)

    def text(self) -> str:
        """Format the range for JSON: `2..15`, `..50000000`, `300..`."""
        low, high = ("" if bound is None else decimal(bound).replace(",", "") for bound in (self.min, self.max))
        return f"{low}..{high}"

    def words(self, unit: Unit = "") -> str:
        """Format the range for a sentence: "2 to 15 s", "at most 50 s", "at least 300 px"."""
        if self.min is None or self.max is None:
            bound = self.max if self.min is None else self.min
            lead = "at most" if self.min is None else "at least"
            return "anything" if bound is None else f"{lead} {with_unit(decimal(bound), unit)}"
        if self.min == self.max:
            return with_unit(decimal(self.min), unit)
        return f"{decimal(self.min)} to {with_unit(decimal(self.max), unit)}"


def _below(one: Fraction | int, other: Fraction | int) -> bool:
    """Compare exactly, ten times as fast as `Fraction.__lt__`, which checks its operand's type first."""
    return one.numerator * other.denominator < other.numerator * one.denominator


class OneOf(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One word out of a closed list."""

    allowed: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse an empty list."""
        if not self.allowed:
            msg = "expected at least one allowed word, got none"
            raise ValueError(msg)

    def words(self) -> str:
        """Format the list for a sentence: "jpeg, png or webp"."""
        *head, last = self.allowed
        return f"{', '.join(head)} or {last}" if head else last

    def text(self) -> str:
        """Format the list for JSON: `jpeg|png|webp`."""
        return "|".join(self.allowed)


class Count(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The allowed number of items."""

    min: int = 0
    max: int

    def text(self) -> str:
        """Format the count for JSON: `0..9`."""
        return f"{self.min}..{self.max}"


def read_number(value: object) -> Fraction:
    """Convert a TOML number exactly; raise ValueError for other types."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = f"expected a number, got {value!r}"
        raise ValueError(msg)
    return exact(value)
