"""Whether a file was refused for want of memory: a decoder that got none says anything, "invalid data" for one.

A fault in, whether it can be believed out. Where memory is bounded and little of the bound is left, what a decoder
says of a file may be said of the bound.
"""

import errno
from contextlib import suppress
from pathlib import Path

from preflight.system.processes import memory_bound

ROOM_BYTES = 1 << 30
"""The most that a decoder asks for at once, four bytes for each of the most pixels that are decoded, and some."""
LITTLE_BYTES = 64 << 20
"""The same for what is read in Python, which says itself where there is no memory; libraries open files for it."""
BY_DECODERS = ("decoded", "damaged", "breaks off", "its data ends", "not a whole")
"""Words of faults that a library found."""
SHORT_OF_MEMORY = "could not be decoded, which may be for want of memory: less is left than a decoder may ask for"
PEAK = "VmPeak:"
"""The line of proc_pid_status(5) that tells the most address space that the process ever had, in KiB."""


def in_doubt(fault: Exception) -> bool:
    """Tell whether what makes a file unreadable may be a shortage of memory."""
    behind = fault.__cause__ or fault.__context__
    if isinstance(behind, MemoryError) or getattr(behind, "errno", None) == errno.ENOMEM:
        return True
    library = behind is not None or any(words in str(fault) for words in BY_DECODERS)
    left = left_bytes()
    return left is not None and left < (ROOM_BYTES if library else LITTLE_BYTES)


def left_bytes() -> int | None:
    """Return how much of the bound on its address space this process never used; None where nothing is bounded."""
    bound = memory_bound()
    if bound is None:
        return None
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
        peak = next(line for line in lines if line.startswith(PEAK))
        return bound - (int(peak.split()[1]) << 10)
    return None
