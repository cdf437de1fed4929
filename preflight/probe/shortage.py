"""Whether a decoder's error may come from lack of memory, which many report as "invalid data".

A fault counts as doubtful where memory is bounded and little is left.
"""

import errno
from contextlib import suppress
from pathlib import Path

from preflight.system.processes import memory_bound

ROOM_BYTES = 1 << 30
"""Largest allocation of a decoder: four bytes for each of the most pixels, and some."""
LITTLE_BYTES = 64 << 20
"""The same for Python readers, which report it; libraries open files for them."""
BY_DECODERS = ("decoded", "damaged", "breaks off", "its data ends", "not a whole")
"""Words in faults found by libraries."""
SHORT_OF_MEMORY = "could not be decoded, which may be for want of memory: less is left than a decoder may ask for"
PEAK = "VmPeak:"
"""Line of proc_pid_status(5) with the peak address space, in KiB."""


def in_doubt(fault: Exception) -> bool:
    """Tell whether a fault may come from lack of memory."""
    behind = fault.__cause__ or fault.__context__
    if isinstance(behind, MemoryError) or getattr(behind, "errno", None) == errno.ENOMEM:
        return True
    library = behind is not None or any(words in str(fault) for words in BY_DECODERS)
    left = left_bytes()
    return left is not None and left < (ROOM_BYTES if library else LITTLE_BYTES)


def left_bytes() -> int | None:
    """Return the unused part of the bound on address space, or None without a bound."""
    bound = memory_bound()
    if bound is None:
        return None
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        peak = next(line for line in lines if line.startswith(PEAK))
        return bound - (int(peak.split()[1]) << 10)
    return None
