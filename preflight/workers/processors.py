"""Number of processors for this program, by affinity and control groups."""

import os
from contextlib import suppress
from math import ceil
from pathlib import Path, PurePosixPath

GROUPS = Path("/proc/self/cgroup")
"""Groups of this process, one line per hierarchy: `number:controllers:path`, cgroups(7)."""
MOUNTED = Path("/sys/fs/cgroup")
LOADS = Path("/proc/loadavg")
"""Means of 1, 5 and 15 minutes, and how many threads of how many are ready to run: proc_loadavg(5)."""


def processors() -> int:
    """Return the number of processors, at least 1, by affinity and quota."""
    granted = quota()
    bound = _bound()
    return max(1, bound if granted is None else min(bound, ceil(granted)))


def _bound() -> int:
    """Return the number of processors by affinity."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def contention(loads: Path = LOADS) -> tuple[float, float]:
    """Return how many times longer one thread, and one on each processor, take beside other programs; at least 1.

    Others are the least of the threads that are ready to run now and the mean of the last minute, which our own work
    may have raised. Both are 1 where the system does not tell.

    Args:
        loads: the file that tells loads.
    """
    try:
        average, _, _, running, *_ = loads.read_text(encoding="ascii").split()
        others = min(float(average), float(running.partition("/")[0]) - 1)
    except (OSError, ValueError):
        return 1.0, 1.0
    cores = os.cpu_count() or 1
    return max(1.0, (others + 1) / cores), max(1.0, (others + cores) / cores)


def quota(groups: Path = GROUPS, mounted: Path = MOUNTED) -> float | None:
    """Return the quota of the control groups in processors, or None.

    Each parent group limits its children. In a container the path may be the host's; then only the mounted root is its
    own.

    Args:
        groups: the file that lists the groups.
        mounted: the folder of the mounted hierarchies.
    """
    try:
        lines = groups.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    found: list[float] = []
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon and not controllers:
            found += _granted(mounted, path)
        elif "cpu" in controllers.split(","):
            found += [one for name in {controllers, "cpu"} for one in _granted(mounted / name, path)]
    return min(found, default=None)


def _granted(root: Path, path: str) -> list[float]:
    """Return the quotas of a group and its parents."""
    inside = PurePosixPath("/", path).relative_to("/")
    found = (_grant(root / part) for part in (inside, *inside.parents))
    return [one for one in found if one is not None]


def _grant(group: Path) -> float | None:
    """Return a group's own quota, by the files of version 2 or 1."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        time, _, period = (group / "cpu.max").read_text(encoding="ascii").partition(" ")
        return int(time) / int(period)
    with suppress(OSError, ValueError, ZeroDivisionError):
        time = (group / "cpu.cfs_quota_us").read_text(encoding="ascii")
        granted = int(time) / int((group / "cpu.cfs_period_us").read_text(encoding="ascii"))
        return granted if granted > 0 else None
    return None
