"""Limits: `Range`, `OneOf` and `Count`, each with its source and date.

In: a measured value. Out: the limit's words and, for a range, the side on which it is broken. `min` and `max` are
inclusive, `above` and `below` are not.
"""

import datetime as dt
import math
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.phrase import all_of, any_of, phrase
from preflight.values.units import Unit, decimal, exact, measure, with_unit

NOTE_FAULT = "expected note_above to be at most the upper bound, and a note that says what happens then"

Severity = Literal["error", "warning", "info"]


class Sourced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source of a limit, and the date it was read."""

    source: str
    read: dt.date
    severity: Severity = "error"
    doubtful: bool = False
    """Whether the documents contradict themselves, or are not known to say this: what breaks it is a warning."""

    @property
    def weight(self) -> Severity:
        """How severe it is to break the limit."""
        return "warning" if self.doubtful and self.severity == "error" else self.severity

    def told(self, message: str) -> str:
        """Say in a message that the limit is in doubt, where it is."""
        return phrase("{said} (in doubt: the documents do not settle it)", said=message) if self.doubtful else message


class Range(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quantity between two bounds; a missing bound does not limit."""

    min: Fraction | None = None
    max: Fraction | None = None
    above: Fraction | None = None
    """A lower bound that is itself too low."""
    below: Fraction | None = None
    """An upper bound that is itself too high."""
    warn_above: Fraction | None = None
    """Values above this, up to `max`, are ambiguous in the sources."""
    seen_min: Fraction | None = None
    seen_max: Fraction | None = None
    """How far the service has been seen to accept values that the document refuses."""
    note_above: Fraction | None = None
    """Above this the service takes the value and does something else with it, which `note` says: a warning."""
    note: str | None = None
    """What the service does with a value beyond the bounds, or above `note_above`: "cuts it to 15 s"."""

    def __post_init__(self) -> None:
        """Refuse contradictory bounds."""
        if self.min is not None and self.max is not None and self.min > self.max:
            msg: str = phrase(
                "expected min to be at most max, got {n1} and {n2}", n1=decimal(self.min), n2=decimal(self.max)
            )
            raise ValueError(msg)
        for strict, name in ((self.above, "above"), (self.below, "below")):
            twin = self.min if name == "above" else self.max
            if strict is not None and twin is not None:
                msg = phrase("expected {w1} or {w2}, got both", w1=name, w2="min" if name == "above" else "max")
                raise ValueError(msg)
        self._refuse_empty()

    def _refuse_empty(self) -> None:
        low, high = self.lowest, self.highest
        strict = self.above is not None or self.below is not None
        if strict and low is not None and high is not None and low >= high:
            msg = phrase(
                "expected the lower bound to be below the upper one, got {n1} and {n2}",
                n1=decimal(low),
                n2=decimal(high),
            )
            raise ValueError(msg)
        if self.note_above is not None and (self.note is None or (high is not None and self.note_above > high)):
            raise ValueError(NOTE_FAULT)

    @property
    def lowest(self) -> Fraction | None:
        """The lower bound, inclusive or not."""
        return self.min if self.above is None else self.above

    @property
    def highest(self) -> Fraction | None:
        """The upper bound, inclusive or not."""
        return self.max if self.below is None else self.below

    @property
    def least(self) -> Fraction | None:
        """The least value to aim at: the lower bound, or the next whole one above it; None without."""
        return self.min if self.above is None else self.above + 1

    @property
    def most(self) -> Fraction | None:
        """The greatest value to aim at: the upper bound, or the next whole one below it; None without."""
        return self.max if self.below is None else self.below - 1

    @property
    def is_open(self) -> bool:
        """Whether nothing is limited."""
        return self.lowest is None and self.highest is None and self.note_above is None

    def broken_by(self, value: Fraction | int) -> Fraction | None:
        """Return the bound that a value breaks, or None."""
        if self.min is not None and _below(value, self.min):
            return self.min
        if self.max is not None and _below(self.max, value):
            return self.max
        if self.above is not None and not _below(self.above, value):
            return self.above
        if self.below is not None and not _below(value, self.below):
            return self.below
        return None

    def blames(self, value: Fraction | int) -> bool:
        """Tell whether a value breaks a bound, or lies above the note."""
        return self.broken_by(value) is not None or (self.note_above is not None and value > self.note_above)

    def seen_accepted(self, value: Fraction | int) -> bool:
        """Tell whether the service accepted such a value beyond the bounds."""
        low = self.min if self.seen_min is None else self.seen_min
        high = self.max if self.seen_max is None else self.seen_max
        return (low is None or value >= low) and (high is None or value <= high)

    def margin(self, value: Fraction | int) -> Fraction | None:
        """Return the distance to the nearest bound: positive inside, negative outside, None without bounds."""
        low, high = self.lowest, self.highest
        room = [value - low] if low is not None else []
        room += [high - value] if high is not None else []
        return min((Fraction(r) for r in room), default=None)

    def text(self) -> str:
        """Return the contract's short form: `2..15`, `..50000000`, `300..`."""
        low, high = ("" if bound is None else decimal(bound).replace(",", "") for bound in (self.lowest, self.highest))
        return f"{'>' if self.above is not None else ''}{low}..{'<' if self.below is not None else ''}{high}"

    def words(self, unit: Unit = "") -> str:
        """Return the range for a sentence: "2 to 15 s", "at most 50 s", "at least 300 px", "more than 300 px"."""
        if self.above is not None or self.below is not None:
            return self._strict_words(unit)
        if self.min is None or self.max is None:
            return self._one_sided_words(unit)
        if self.min == self.max:
            return with_unit(decimal(self.min), unit)
        most = measure(unit).replace("{n}", "{n2}")
        return phrase(f"{{n1}} to {most}", n1=decimal(self.min), n2=decimal(self.max))

    def _one_sided_words(self, unit: Unit) -> str:
        if self.min is not None:
            return phrase(f"at least {measure(unit)}", n=decimal(self.min))
        return "anything" if self.max is None else phrase(f"at most {measure(unit)}", n=decimal(self.max))

    def _strict_words(self, unit: Unit) -> str:
        bounds = (("at least", self.min), ("more than", self.above), ("at most", self.max), ("less than", self.below))
        return all_of(phrase(f"{lead} {measure(unit)}", n=decimal(one)) for lead, one in bounds if one is not None)


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
        return any_of(self.allowed)

    def text(self) -> str:
        """Format the list for JSON: `jpeg|png|webp`."""
        return "|".join(self.allowed)


class Count(Sourced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The allowed number of items."""

    min: int = 0
    max: int

    def __post_init__(self) -> None:
        """Refuse a count that nothing can satisfy."""
        if not 0 <= self.min <= self.max:
            msg = phrase("expected min to be 0 or more and at most max, got {q1} and {q2}", q1=self.min, q2=self.max)
            raise ValueError(msg)

    def text(self) -> str:
        """Format the count for JSON: `0..9`."""
        return f"{self.min}..{self.max}"


def read_number(value: object) -> Fraction:
    """Convert a TOML number exactly; raise ValueError for other types."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        msg = phrase("expected a number, got {q}", q=repr(value))
        raise ValueError(msg)
    return exact(value)
