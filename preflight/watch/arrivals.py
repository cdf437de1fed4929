"""What lies in the folder that is watched, and which of it is whole.

    folder ── scan ──► Waiting ── its state held still, nobody writes ──► Arrival
                          ▲                                                 │ could not be judged
                          └────────────────────── later ────────────────────┘

A name that begins with a dot or ends like one that is still being brought is passed over, and so is every link.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from preflight.errors import NotDone
from preflight.files.opened import Opened, State, leads_out
from preflight.values.assets import printable
from preflight.values.leftovers import is_system_folder, is_unfinished
from preflight.watch.open_files import open_for_writing

MORE_TIMES = 5
"""How many times what a file needs to settle it gets more, where it looks cut short: a copy may have paused."""
FIRST_AGAIN_S = 5.0
LAST_AGAIN_S = 900.0


class Arrival(msgspec.Struct, frozen=True):
    """A file that is whole, and the state that it is in."""

    path: str
    state: State


class _Waiting(msgspec.Struct):
    """A file that is there."""

    state: State
    due_s: float
    """When it may be taken, by the monotonic clock; never in this state when it is infinite."""
    tries: int = 0
    given: bool = False
    """Whether it got more time already, because it did not look whole."""


class Arrivals:
    """The files of a folder, on their way to being whole.

    Args:
        folder: where files arrive.
        settle_s: for how long a file has to keep its size and time.
        clock: tells seconds, from any beginning.
    """

    def __init__(self, folder: Path, settle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._settle_s = settle_s
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self.barred: dict[str, str] = {}
        """Folder → why it could not be looked into, when it was looked at last."""

    def scan(self) -> None:
        """Look at everything that is there.

        Raises:
            NotDone: the folder itself cannot be looked into.
        """
        self.barred.clear()
        there: dict[str, _Waiting] = {}
        with Opened(self._folder) as at:
            for path in files_below(os.fspath(self._folder), at, self.barred):
                waiting = self._noticed(path, at)
                if waiting is not None:
                    there[path] = waiting
        self._waiting = there
        if reason := self.barred.get(os.fspath(self._folder)):
            raise NotDone(f"{printable(str(self._folder))}: cannot be looked into: {reason}")

    def _noticed(self, path: str, at: Opened) -> _Waiting | None:
        state = at.state(path)
        known = self._waiting.get(path)
        if known and known.state == state:
            return known
        return _Waiting(state, self._clock() + self._settle_s) if state else None

    @property
    def settling(self) -> int:
        """How many files may be taken within the time that a file needs to settle."""
        soon = self._clock() + self._settle_s
        return sum(waiting.due_s <= soon for waiting in self._waiting.values())

    def whole(self) -> list[Arrival]:
        """Return the files that kept their state for long enough, and that nobody is seen to write to."""
        now_s = self._clock()
        due = [(path, waiting) for path, waiting in self._waiting.items() if waiting.due_s <= now_s]
        written = open_for_writing() if due else frozenset()
        with Opened(self._folder) as at:
            still = [one for one in due if self._held_still(*one, written, at)]
        return [Arrival(path, waiting.state) for path, waiting in still]

    def _held_still(self, path: str, waiting: _Waiting, written: frozenset[tuple[int, int]], at: Opened) -> bool:
        state = at.state(path)
        if state is None:
            del self._waiting[path]
            return False
        if state == waiting.state and state[:2] not in written:
            return True
        self._waiting[path] = _Waiting(state, self._clock() + self._settle_s)
        return False

    def forget(self, path: str) -> None:
        """Know a file no more: it was moved."""
        self._waiting.pop(path, None)

    def again(self, path: str, state: State) -> bool:
        """Tell whether a file is not, any more, as it was; it settles anew then, or is forgotten.

        Of one whose folder has become a link nothing can be told.
        """
        if leads_out(path, self._folder):
            return False
        with Opened(self._folder) as at:
            now = at.state(path)
        if now == state:
            return False
        if now is None:
            self.forget(path)
        else:
            self._waiting[path] = _Waiting(now, self._clock() + self._settle_s)
        return True

    def pass_over(self, path: str) -> None:
        """Leave a file alone for as long as it stays as it is."""
        if path in self._waiting:
            self._waiting[path].due_s = float("inf")

    @property
    def more_s(self) -> float:
        """Seconds that a file gets more where it looks cut short."""
        return self._settle_s * MORE_TIMES

    def give_more_time(self, path: str) -> bool:
        """Let a file that looks cut short wait once before that is believed; return whether it had not waited yet."""
        waiting = self._waiting.get(path)
        if waiting is None or waiting.given:
            return False
        waiting.given, waiting.due_s = True, self._clock() + self.more_s
        return True

    @property
    def pause_s(self) -> float | None:
        """Seconds until the last file is due that got more time; None where there is none."""
        given = [
            one.due_s for one in self._waiting.values() if one.given and not one.tries and one.due_s < float("inf")
        ]
        return max(max(given) - self._clock(), 0.0) if given else None

    def later(self, path: str) -> float:
        """Let a file wait before it is tried again, each time for longer; return for how many seconds."""
        waiting = self._waiting.get(path)
        if waiting is None:
            return 0.0
        pause_s = min(FIRST_AGAIN_S * (1 << waiting.tries), LAST_AGAIN_S)
        waiting.tries = min(waiting.tries + 1, 32)
        waiting.due_s = self._clock() + pause_s
        return pause_s


def is_temporary(name: str) -> bool:
    """Tell whether a name is one that is given to what is not there yet, or is nobody's to take."""
    return name.startswith((".", "~")) or is_unfinished(name)


def files_below(folder: str, at: Opened, barred: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the regular files below a folder, those of a folder in the order of their names; links are not followed.

    Args:
        folder: where to look.
        at: opens it.
        barred: takes folder → reason, for folders that cannot be looked into.
    """
    for here, name in entries_below(folder, at, barred):
        if not is_temporary(name):
            yield _join(here, name)


def entries_below(folder: str, at: Opened, barred: dict[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield folder and name of every regular file below a folder, also those with temporary names.

    What lies in folders with such names is left out.
    """
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            inner, files = _looked_into(here, at)
        except OSError as error:
            if barred is not None:
                barred[here] = error.strerror or str(error)
            continue
        folders.extend(_join(here, name) for name in reversed(inner))
        yield from ((here, name) for name in files)


def _looked_into(folder: str, at: Opened) -> tuple[list[str], list[str]]:
    """Return the names of the folders in a folder that are to be looked into, and of its files."""
    opened = at.folder(folder)
    with os.scandir(folder if opened is None else opened) as found:
        entries = sorted(found, key=lambda entry: entry.name)
        folders = [one.name for one in entries if one.is_dir(follow_symlinks=False) and not is_temporary(one.name)]
        files = [one.name for one in entries if one.is_file(follow_symlinks=False)]
    return [name for name in folders if not is_system_folder(name)], files


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 - any bytes may be a name
