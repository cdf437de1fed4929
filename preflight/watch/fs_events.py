"""File system events, where the system sends them, and a timer everywhere.

In: a folder. Out: at every tick, whether something changed. Events may get lost and some systems send none, so callers
must also scan by themselves.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.values.phrase import error_words, phrase
from preflight.watch.arrivals import is_temporary

if TYPE_CHECKING:
    from watchfiles import Change

GATHER_MS = 400
"""Time to gather events before an answer."""


def changes(folder: Path, tick_s: float, note: Callable[[str], None]) -> Iterator[bool]:
    """Yield at least every tick, without end, whether an event announced a new or changed file.

    Args:
        folder: the folder, with subfolders.
        tick_s: longest time between two answers, in seconds.
        note: called with a message when the system sends no events.
    """
    try:
        yield from _events(folder, tick_s)
    except ImportError:
        note("watchfiles is not installed: the folder is looked at from time to time, and not sooner")
    except (OSError, RuntimeError) as error:  # inotify limits the number of watched folders
        note(
            phrase(
                "the system sends no events ({why}): the folder is looked at from time to time, and not sooner",
                why=error_words(error),
            )
        )
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
    """Tell whether an event announces a new or changed file under a visible name."""
    return change.name != "deleted" and not is_temporary(os.path.basename(path))  # noqa: PTH119 - any bytes may be a name
