"""Job objects of Windows: what of them can be seen on any system, and their work where there are some."""

import ctypes
import subprocess
import sys

import pytest

from preflight.system import job

BALLOON = """
from preflight.system import processes
processes.limit_memory(256 << 20)
try:
    bytearray(1 << 30)
except MemoryError:
    print("bounded")
"""
BEGINS = """
import subprocess, sys
from preflight.system import processes
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], stdout=subprocess.DEVNULL)
processes.end_with_us(child)
print(child.pid, flush=True)
"""


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes are those of 64 bits")
def test_limits_lie_in_memory_as_windows_has_them() -> None:
    """Offsets of JOBOBJECT_EXTENDED_LIMIT_INFORMATION in winnt.h, for 64 bits."""
    wanted = {"LimitFlags": 16, "MinimumWorkingSetSize": 24, "ActiveProcessLimit": 40, "Affinity": 48}
    wanted |= {"PriorityClass": 56, "SchedulingClass": 60, "IoInfo": 64, "ProcessMemoryLimit": 112}
    assert {name: getattr(job.Limits, name).offset for name in wanted} == wanted
    assert ctypes.sizeof(job.Limits) == 144


def test_a_job_either_ends_with_its_handle_or_bounds_memory() -> None:
    assert (job.limits().LimitFlags, job.limits().ProcessMemoryLimit) == (0x2000, 0)
    assert (job.limits(1 << 30).LimitFlags, job.limits(1 << 30).ProcessMemoryLimit) == (0x100, 1 << 30)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has jobs")
def test_no_other_system_has_jobs() -> None:
    with pytest.raises(NotImplementedError):
        job.limit(1 << 30)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses to bound memory")
def test_memory_is_bounded_by_whatever_the_system_has() -> None:
    done = subprocess.run([sys.executable, "-c", BALLOON], capture_output=True, text=True, check=True)
    assert done.stdout == "bounded\n"


@pytest.mark.skipif(sys.platform != "win32", reason="other systems end programs in other ways")
def test_a_program_ends_with_who_began_it() -> None:
    done = subprocess.run([sys.executable, "-c", BEGINS], capture_output=True, text=True, check=True)
    command = ["tasklist", "/FI", f"PID eq {int(done.stdout)}", "/NH"]
    assert done.stdout.strip() not in subprocess.run(command, capture_output=True, text=True, check=True).stdout
