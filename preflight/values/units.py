"""Exact quantities: read them, compare them, print them.

Lengths, rates and ratios are `Fraction` from the container's own integers to the verdict; a float appears only
where JSON needs a number.
"""

import re
from fractions import Fraction
from typing import Literal

Unit = Literal["s", "fps", "px", "pixels", "bytes", "ratio", "files", "words", "characters", "tokens", ""]

MEGABYTE = 1_000_000


WRITTEN = re.compile(r"[+-]?\d{1,30}(?:\.\d{0,30})?(?:/\d{1,30}|e[+-]?\d{1,3})?", re.IGNORECASE | re.ASCII)
"""A number as text: so many digits, and an exponent of three, that nobody can fill a memory with one."""


def exact(value: float | str | Fraction) -> Fraction:
    """Return the number a person wrote: 0.4 is 2/5, not its nearest binary float.

    Raises:
        ValueError: the text is no number, or one of so many digits that none is meant; a float is endless.
        ZeroDivisionError: it is a fraction of zeros.
    """
    if isinstance(value, Fraction):
        return value
    text = str(value)
    if not WRITTEN.fullmatch(text):
        msg = f"expected a number, got {text[:40]!r}"
        raise ValueError(msg)
    return Fraction(text)


def decimal(value: Fraction | int, places: int = 3) -> str:
    """Print a number with at most `places` decimals and no trailing zeros."""
    text = f"{float(value):,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def told_apart(value: Fraction | int, bound: Fraction | int, places: int = 3) -> str:
    """Print a number with enough decimals to differ from a bound that it is not equal to.

    A clip of 15.0004 s against a limit of 15 s must not be called "15 s long; at most 15 s allowed".
    """
    while value != bound and decimal(value, places) == decimal(bound, places) and places < 12:  # noqa: PLR2004 - picoseconds are enough
        places += 1
    return decimal(value, places)


def number(value: Fraction | int, places: int = 6) -> int | float:
    """Return a JSON number: an integer where the value is one, else a float rounded to `places`, half to even."""
    if value.denominator == 1:
        return value.numerator
    scale: int = 10**places
    whole, rest = divmod(value.numerator * scale, value.denominator)
    if 2 * rest > value.denominator or (2 * rest == value.denominator and whole % 2):
        whole += 1
    return whole / scale


def with_unit(text: str, unit: Unit) -> str:
    """Join a printed number and its unit; a ratio has none."""
    return text if unit in ("", "ratio") else f"{text} {unit}"


def file_size(size: int) -> str:
    """Print a size in bytes the way a file manager does: 13,875,297 bytes (13.9 MB)."""
    return f"{size:,} bytes" if size < MEGABYTE else f"{size:,} bytes ({size / MEGABYTE:.1f} MB)"
