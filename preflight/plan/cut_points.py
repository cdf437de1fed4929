"""Find cut points of a clip, reading its packets in a child process."""

from collections.abc import Callable
from functools import partial

from preflight.probe.cut_points import CutPoint, Wanted, cut_point_in
from preflight.probe.faults import Unmeasured
from preflight.values.bounds import Bounds
from preflight.workers.isolated import call_isolated

BOUNDS = Bounds(seconds=30.0, memory_bytes=2 << 30)


def cut_points_of(path: str) -> Callable[[Wanted], CutPoint | None]:
    """Build the finder of cut points; it finds none in an unreadable clip."""
    return partial(_cut_point, path)


def _cut_point(path: str, wanted: Wanted) -> CutPoint | None:
    try:
        return call_isolated(cut_point_in, path, wanted, bounds=BOUNDS)
    except Unmeasured:
        return None
