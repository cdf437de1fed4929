"""Bounds on the time and memory for one file, or one call in a child process."""

import msgspec

GRACE = 3
"""Multiple of the time bound after which a child ends itself; its parent may be dead."""
START_S = 60.0
"""Start-up time allowed to a child; no file is to blame for it."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Time and memory for one file."""

    seconds: float = 60.0
    memory_bytes: int = 4 << 30
