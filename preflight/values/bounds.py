"""What one file, or one call in a child, may cost."""

import msgspec

GRACE = 3
"""How many times its bound a file may take before the child ends itself: its parent may be dead."""
START_S = 60.0
"""How long a child may take to get ready, which is no file's fault."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost."""

    seconds: float = 60.0
    memory_bytes: int = 4 << 30
