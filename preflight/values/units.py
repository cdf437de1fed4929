"""Exact quantities: parse, compare and format them.

Durations, rates and ratios stay `Fraction` from the container's integers to the verdict; only JSON gets floats.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from preflight.values.phrase import phrase

Unit = Literal["s", "fps", "px", "pixels", "bytes", "ratio", "files", "words", "characters", "tokens", ""]

MEGABYTE = 1_000_000


WRITTEN = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:/\d{1,30}|e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
"""A number as text, bounded in digits and exponent, so that none can exhaust memory."""


def exact(value: float | str | Fraction) -> Fraction:
    """Parse a number exactly: 0.4 is 2/5, not its nearest binary float.

    Raises:
        ValueError: the text is no number, or has too many digits.
        ZeroDivisionError: the denominator is zero.
    """
    if isinstance(value, Fraction):
        return value
    text = str(value)
    if not WRITTEN.fullmatch(text):
        msg = phrase("expected a number, got {q}", q=repr(text[:40]))
        raise ValueError(msg)
    return Fraction(text)


def decimal(value: Fraction | int, places: int = 3) -> str:
    """Format a number with at most `places` decimals and no trailing zeros."""
    try:
        text = f"{float(value):,.{places}f}"
    except OverflowError:
        return f"{Decimal(value.numerator) / value.denominator:.{places}e}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def distinct_decimal(value: Fraction | int, bound: Fraction | int, places: int = 3) -> str:
    """Format a number with enough decimals to show that it differs from a bound.

    A clip of 15.0004 s against a limit of 15 s must not read "15 s long; at most 15 s allowed".
    """
    while value != bound and decimal(value, places) == decimal(bound, places) and places < 12:  # noqa: PLR2004 - picoseconds are enough
        places += 1
    return decimal(value, places)


def number(value: Fraction | int, places: int = 6) -> int | float:
    """Convert to a JSON number: an integer where exact, else a float rounded half to even at `places`."""
    if value.denominator == 1:
        return value.numerator
    scale: int = 10**places
    whole, rest = divmod(value.numerator * scale, value.denominator)
    if 2 * rest > value.denominator or (2 * rest == value.denominator and whole % 2):
        whole += 1
    return whole / scale


MEASURES: dict[Unit, str] = {
    "s": "{n} s",
    "fps": "{n} fps",
    "px": "{n} px",
    "pixels": "{n} pixels",
    "bytes": "{n} bytes",
    "files": "{n} files",
    "words": "{n} words",
    "characters": "{n} characters",
    "tokens": "{n} tokens",
}
"""Unit → how a number with it is written."""


def measure(unit: Unit) -> str:
    """Look up the template of a number with a unit; a ratio has none."""
    return MEASURES.get(unit, "{n}")


def with_unit(text: str, unit: Unit) -> str:
    """Append the unit to a formatted number; a ratio has none."""
    return phrase(MEASURES[unit], n=text) if unit in MEASURES else text


def file_size(size: int) -> str:
    """Format a size in bytes as file managers do: 13,875,297 bytes (13.9 MB)."""
    if size < MEGABYTE:
        return phrase("{n} bytes", n=f"{size:,}")
    return phrase("{n1} bytes ({n2} MB)", n1=f"{size:,}", n2=f"{size / MEGABYTE:.1f}")
