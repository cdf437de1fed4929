"""Where files can be sent: a model, and what it takes until it takes them."""

from fractions import Fraction
from typing import Literal

import msgspec

Way = Literal["as it is", "doubtful", "lossless", "lossy", "never", "unsure"]
WAYS: tuple[Way, ...] = ("as it is", "doubtful", "lossless", "lossy", "never", "unsure")
"""What it takes until a model takes a file: the least first; of what could not be measured nobody knows.

"doubtful" is as it is, where a limit that the documents do not settle turns out not to hold.
"""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes until one file is taken, and why."""

    way: Way
    why: str = ""
    rule: str = ""
    source: str = ""
    doubts: tuple["Answer", ...] = ()
    """The limits that it breaks, also after a fix, and of which the documents do not settle whether they hold."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One model, and what it takes until it takes everything."""

    model: str
    edition: str
    way: Way
    counts: dict[Way, int]
    """Way → how many files."""
    doubts: int = 0
    """How many files are taken, as they are or after a fix, only where a limit in doubt does not hold."""
    why: tuple[Answer, ...] = ()
    """What stands in the way: of each rule once, the worst first."""
    usd: Fraction | None = None
    """What it costs, about: the request, or else a second of video; None where no source says."""
    unsaid: tuple[str, ...] = ()
    """Limits of the kinds asked about that its documents do not give: of these nobody knows whether they are broken."""
    check_only: str | None = None
    """Whose service it is, where this program sends nothing to it."""
