"""Making a new file with libraries that read what comes from outside: in a child, which may crash or hang alone."""

from collections.abc import Callable
from typing import TypeVar

from preflight.errors import FixFailed
from preflight.probe.faults import Unmeasured
from preflight.values.bounds import Bounds
from preflight.workers.isolated import call_isolated

T = TypeVar("T")
BOUNDS = Bounds(seconds=600.0)


def isolated_or_failed(function: Callable[..., T], *args: object) -> T:
    """Call a function of a module in a child, and return what it returns.

    Raises:
        FixFailed: the child crashed, took too long or needed too much memory, or the function raised it.
    """
    try:
        return call_isolated(function, *args, bounds=BOUNDS)
    except Unmeasured as fault:
        raise FixFailed(f"cannot be made: {fault}") from None
