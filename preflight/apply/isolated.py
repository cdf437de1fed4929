"""Isolated calls for making new files: a child process may crash or hang alone."""

from collections.abc import Callable
from typing import TypeVar

from preflight.errors import FixFailed
from preflight.probe.faults import Unmeasured
from preflight.values.bounds import Bounds
from preflight.values.phrase import phrase
from preflight.workers.isolated import call_isolated

T = TypeVar("T")
BOUNDS = Bounds(seconds=600.0)


def isolated_or_failed(function: Callable[..., T], *args: object) -> T:
    """Call a module's function in a child process and return its result.

    Raises:
        FixFailed: the child crashed, took too long or needed too much memory, or the function raised it.
    """
    try:
        return call_isolated(function, *args, bounds=BOUNDS)
    except Unmeasured as fault:
        raise FixFailed(phrase("cannot be made: {why}", why=fault)) from None
