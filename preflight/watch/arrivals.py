"""Files in the watched folder, and which of them are complete.

    folder ── scan ──► Waiting ── unchanged, nobody writes ──► Arrival
                          ▲                                      │ could not be judged
                          └───────────────── later ──────────────┘

Hidden names, names of unfinished files, and links are skipped.
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
from preflight.values.phrase import phrase
from preflight.watch.open_files import open_for_writing

EXTRA_TIMES = 5
"""Multiple of the settling time granted once to a file that looks truncated: a copy may have paused."""
FIRST_AGAIN_S = 5.0
LAST_AGAIN_S = 900.0


class Arrival(msgspec.Struct, frozen=True):
    """A complete file and its state."""

    path: str
    state: State


class _Waiting(msgspec.Struct):
    """A file that is not known to be complete."""

    state: State
    due_s: float
    """Due time by the monotonic clock; infinite for never in this state."""
    tries: int = 0
    given: bool = False
    """Whether it already got extra time as truncated."""


class Arrivals:
    """The files of a folder until they are complete.

    Args:
        folder: the watched folder.
        settle_s: time that size and modification time must stay unchanged.
        clock: returns seconds from any start.
    """

    def __init__(self, folder: Path, settle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._settle_s = settle_s
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        self.barred: dict[str, str] = {}
        """Folder → why the last scan could not read it."""

    def scan(self) -> None:
        """Scan the folder.

        Raises:
            NotDone: the folder itself cannot be read.
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
            raise NotDone(phrase("{q}: cannot be looked into: {why}", q=printable(str(self._folder)), why=reason))

    def _noticed(self, path: str, at: Opened) -> _Waiting | None:
        state = at.state(path)
        known = self._waiting.get(path)
        if known and known.state == state:
            return known
        return _Waiting(state, self._clock() + self._settle_s) if state else None

    @property
    def settling(self) -> int:
        """The number of files due within the settling time."""
        soon = self._clock() + self._settle_s
        return sum(waiting.due_s <= soon for waiting in self._waiting.values())

    def whole(self) -> list[Arrival]:
        """Return the files that stayed unchanged long enough and have no known writer."""
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
        """Forget a file that was moved."""
        self._waiting.pop(path, None)

    def restart_if_changed(self, path: str, state: State) -> bool:
        """Tell whether a file changed or is gone; then restart its settling time, or forget it.

        Nothing is known of a file whose folder became a link.
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

    def ignore(self, path: str) -> None:
        """Ignore a file while it stays unchanged."""
        if path in self._waiting:
            self._waiting[path].due_s = float("inf")

    @property
    def extra_s(self) -> float:
        """Extra seconds for a file that looks truncated."""
        return self._settle_s * EXTRA_TIMES

    def grant_extra_time(self, path: str) -> bool:
        """Grant extra time once to a file that looks truncated; tell whether it was granted."""
        waiting = self._waiting.get(path)
        if waiting is None or waiting.given:
            return False
        waiting.given, waiting.due_s = True, self._clock() + self.extra_s
        return True

    @property
    def pause_s(self) -> float | None:
        """Seconds until the last file with extra time is due, or None."""
        given = [
            one.due_s for one in self._waiting.values() if one.given and not one.tries and one.due_s < float("inf")
        ]
        return max(max(given) - self._clock(), 0.0) if given else None

    def postpone(self, path: str) -> float:
        """Postpone a file, longer each time; return the seconds."""
        waiting = self._waiting.get(path)
        if waiting is None:
            return 0.0
        pause_s = min(FIRST_AGAIN_S * (1 << waiting.tries), LAST_AGAIN_S)
        waiting.tries = min(waiting.tries + 1, 32)
        waiting.due_s = self._clock() + pause_s
        return pause_s


def is_temporary(name: str) -> bool:
    """Tell whether a name marks a file as hidden, temporary or unfinished."""
    return name.startswith((".", "~")) or is_unfinished(name)


def files_below(folder: str, at: Opened, barred: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the regular files below a folder, sorted by name; follow no links.

    Args:
        folder: the folder.
        at: opens it.
        barred: receives folder → reason for folders that cannot be read.
    """
    for here, name in entries_below(folder, at, barred):
        if not is_temporary(name):
            yield _join(here, name)


def entries_below(folder: str, at: Opened, barred: dict[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield folder and name of every regular file below a folder, temporary names included.

    Skips folders with temporary names.
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
    """Return the subfolders to scan, and the files of a folder."""
    opened = at.folder(folder)
    with os.scandir(folder if opened is None else opened) as found:
        entries = sorted(found, key=lambda entry: entry.name)
        folders = [one.name for one in entries if one.is_dir(follow_symlinks=False) and not is_temporary(one.name)]
        files = [one.name for one in entries if one.is_file(follow_symlinks=False)]
    return [name for name in folders if not is_system_folder(name)], files


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 - any bytes may be a name
