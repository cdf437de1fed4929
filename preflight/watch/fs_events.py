"""When it is worth looking: events of the system where it has them, and the clock everywhere.

In: a folder. Out: at every tick, whether something came or changed in it. An event may get lost, and some systems send
none: whoever asks has to look by himself from time to time as well.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.watch.arrivals import is_temporary

if TYPE_CHECKING:
    from watchfiles import Change

GATHER_MS = 400
"""For how long events are gathered while more come."""


def changes(folder: Path, tick_s: float, note: Callable[[str], None]) -> Iterator[bool]:
    """Yield, at least every tick and for ever, whether the system told of something new in a folder.

    Args:
        folder: what is watched, with all below it.
        tick_s: the longest time between two answers, in seconds.
        note: told in words when the system sends no events.
    """
    try:
        yield from _events(folder, tick_s)
    except ImportError:
        note("watchfiles is not installed: the folder is looked at from time to time, and not sooner")
    except (OSError, RuntimeError) as error:  # there is a limit to how many folders may be watched
        note(f"the system sends no events ({error}): the folder is looked at from time to time, and not sooner")
    while True:
        time.sleep(tick_s)
        yield False


def _events(folder: Path, tick_s: float) -> Iterator[bool]:
    from watchfiles import watch

    ticking = watch(
        folder,
        watch_filter=_matters,
        debounce=GATHER_MS,
        step=50,
        rust_timeout=max(1, round(tick_s * 1000)),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    for told in ticking:
        yield bool(told)


def _matters(change: "Change", path: str) -> bool:
    """Tell whether an event says that a file came or changed: not that one went, nor what lies under a hidden name."""
    return change.name != "deleted" and not is_temporary(os.path.basename(path))  # noqa: PTH119 - any bytes may be a name
