"""Where a clip can be cut without encoding: its packets are read in a child, which may crash or hang alone."""

from collections.abc import Callable
from functools import partial

from preflight.probe.cut_points import Seam, Wanted, seam_in
from preflight.probe.faults import Unmeasured
from preflight.values.bounds import Bounds
from preflight.workers.isolated import alone

BOUNDS = Bounds(seconds=30.0, memory_bytes=2 << 30)


def seams_of(path: str) -> Callable[[Wanted], Seam | None]:
    """Return what finds seams of a clip; it finds none in what cannot be read."""
    return partial(_seam, path)


def _seam(path: str, wanted: Wanted) -> Seam | None:
    try:
        return alone(seam_in, path, wanted, bounds=BOUNDS)
    except Unmeasured:
        return None
