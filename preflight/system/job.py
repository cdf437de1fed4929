"""Job objects: Windows ends processes with their parent and bounds their memory.

Windows closes a job with its last handle, at the end of this process, and ends its processes. If no job can be made,
the program runs without.
"""

import ctypes
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

_LIMITS = 9
"""JobObjectExtendedLimitInformation, of SetInformationJobObject."""
_ENDS_WITH_HANDLE, _BOUNDS_MEMORY = 0x2000, 0x100
"""JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE and JOB_OBJECT_LIMIT_PROCESS_MEMORY."""


class Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, by the names of winnt.h."""

    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


def limits(memory_bytes: int = 0) -> Limits:
    """Describe a job: bound the memory of each process, or end all with the last handle."""
    if memory_bytes:
        return Limits(LimitFlags=_BOUNDS_MEMORY, ProcessMemoryLimit=memory_bytes)
    return Limits(LimitFlags=_ENDS_WITH_HANDLE)


if sys.platform == "win32":

    def tie(process: "subprocess.Popen[bytes]") -> None:
        """End a process with this one."""
        with suppress(OSError):
            _put(_ours(), int(process._handle))  # type: ignore[attr-defined] # noqa: SLF001 - Popen shows it nowhere else

    def limit(memory_bytes: int) -> None:
        """Bound the memory of this process."""
        with suppress(OSError):
            _put(_made(limits(memory_bytes)), _kernel().GetCurrentProcess())

    @cache
    def _kernel() -> ctypes.WinDLL:
        found = ctypes.WinDLL("kernel32", use_last_error=True)
        found.CreateJobObjectW.restype = found.GetCurrentProcess.restype = ctypes.c_void_p
        return found

    @cache
    def _ours() -> int:
        """Return this process's job; its handle stays open until the process ends."""
        return _made(limits())

    def _made(wanted: Limits) -> int:
        job: int | None = _kernel().CreateJobObjectW(None, None)
        size = ctypes.sizeof(wanted)
        if not job or not _kernel().SetInformationJobObject(ctypes.c_void_p(job), _LIMITS, ctypes.byref(wanted), size):
            raise ctypes.WinError(ctypes.get_last_error())
        return job

    def _put(job: int, process: int) -> None:
        if not _kernel().AssignProcessToJobObject(ctypes.c_void_p(job), ctypes.c_void_p(process)):
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def tie(process: "subprocess.Popen[bytes]") -> None:
        """End a process with this one; Windows only."""
        raise NotImplementedError

    def limit(memory_bytes: int) -> None:
        """Bound the memory of this process; Windows only."""
        raise NotImplementedError
