"""Where files can be sent: a model, and what it takes until it takes them."""

from fractions import Fraction
from typing import Literal

import msgspec

Way = Literal["as it is", "lossless", "lossy", "never", "unsure"]
WAYS: tuple[Way, ...] = ("as it is", "lossless", "lossy", "never", "unsure")
"""What it takes until a model takes a file: the least first; of what could not be measured nobody knows."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes until one file is taken, and why."""

    way: Way
    why: str = ""
    rule: str = ""
    source: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One model, and what it takes until it takes everything."""

    model: str
    edition: str
    way: Way
    counts: dict[Way, int]
    """Way → how many files."""
    why: tuple[Answer, ...] = ()
    """What stands in the way: of each rule once, the worst first."""
    usd: Fraction | None = None
    """What it costs, about: the request, or else a second of video; None where no source says."""
    check_only: str | None = None
    """Whose service it is, where this program sends nothing to it."""
