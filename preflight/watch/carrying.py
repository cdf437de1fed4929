"""Rulings ──► files where they belong, in groups that share the cost of being put on the disk.

    ruling ──► decided ──► told to the journal ──► prepared ──► on the disk ──► begun ──► finished ──► told again

What an earlier run left in between is ended first: see `handling`.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from preflight import private
from preflight.assets import printable
from preflight.errors import NotDone
from preflight.unforeseen import unforeseen
from preflight.watch import mending
from preflight.watch.arrivals import Arrival, Arrivals, entries_below, files_below
from preflight.watch.decide import Ruling, decide
from preflight.watch.folders import Folders
from preflight.watch.handling import (
    Handling,
    Moved,
    aside_of,
    begin,
    discard,
    finish,
    is_token,
    prepare,
    put_back,
    resume,
    stray,
)
from preflight.watch.journal import Journal
from preflight.watch.moving import Borders, settle
from preflight.watch.stopping import Stopping

GROUP_FILES = 512
"""How many files share the cost of being put on the disk."""

Work = tuple[Ruling, Handling]


class Carrier:
    """Moves the files of one watch.

    Args:
        folders: where files arrive and go.
        journal: open.
        arrivals: hears what has gone, and what changed.
        stopping: held while files are moved.
        leave: called with a file that cannot be moved, and why.
        ended: called with what was moved.
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        folders: Folders,
        journal: Journal,
        arrivals: Arrivals,
        stopping: Stopping,
        *,
        leave: Callable[[Arrival, str], None],
        ended: Callable[[Moved], None],
    ) -> None:
        self.stage = journal.state / "made"
        """Where new files are made."""
        self._folders, self._journal, self._arrivals, self._stopping = folders, journal, arrivals, stopping
        self._leave, self._ended = leave, ended
        self._borders = Borders()
        self._drafts: list[str] = []
        """What is to be on the disk before a group is begun."""
        self._touched: set[str] = set()
        """Folders whose names changed."""

    def carry_out(self, rulings: Iterable[Ruling]) -> None:
        """Move files, as rulings on them come: told to the journal, prepared, put on the disk in groups, then begun.

        Those of the group before are moved one by one in between, so that those who measure need not wait for it.
        """
        prepared: list[Work] = []
        settled: deque[Work] = deque()
        inside = _Inside(self._folders.incoming)
        try:
            for ruling in rulings:
                with self._stopping.held():
                    prepared += self._prepared(ruling, inside)
                    if settled:
                        self._move(*settled.popleft())
                    if len(prepared) >= GROUP_FILES:
                        self._settle_into(settled, prepared)
            with self._stopping.held():
                self._settle_into(settled, prepared)
                while settled:
                    self._move(*settled.popleft())
        finally:
            for _, handling in (*settled, *prepared):
                discard(handling)
                self._journal.dropped(handling)

    def _prepared(self, ruling: Ruling, inside: "_Inside") -> Iterator[Work]:
        """Yield what is ready to be put on the disk; nothing where it cannot be prepared."""
        path = ruling.arrival.path
        try:
            inside.require(path)
            handling, notes = decide(ruling, self._folders)
            for parcel in handling.parcels:
                self._make(os.path.dirname(parcel.target))  # noqa: PTH120 - any bytes may be a name
        except (OSError, NotDone) as error:
            self._leave(ruling.arrival, _words(error))
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this file alone
            self._leave(ruling.arrival, unforeseen(error))
            return
        self._journal.judged(handling)
        try:
            self._drafts += prepare(handling, notes, self._borders)
        except OSError as error:
            self._journal.dropped(handling)
            self._leave(ruling.arrival, _words(error))
            return
        self._drafts.append(path)
        yield ruling, handling

    def _make(self, folder: str) -> None:
        if folder not in self._touched:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - any bytes may be a name
            self._touched.add(folder)

    def _settle_into(self, settled: deque[Work], prepared: list[Work]) -> None:
        """Put on the disk what is prepared; only then may it begin."""
        self._settle(self._drafts)
        self._drafts.clear()
        settled.extend(prepared)
        prepared.clear()

    def _settle(self, files: Iterable[str]) -> None:
        """Put files, the names in the folders that were touched, and the journal on the disk."""
        settle(files, self._touched)
        self._touched.clear()
        self._journal.settle()

    def _move(self, ruling: Ruling, handling: Handling) -> None:
        """Begin and finish one file.

        Raises:
            NotDone: it was begun and cannot be finished.
        """
        try:
            begun = begin(handling)
        except OSError as error:
            self._journal.dropped(handling)
            self._leave(ruling.arrival, _words(error))
            return
        if begun:
            self._arrivals.forget(handling.path)
            self._end(handling, finish)
        else:
            self._journal.dropped(handling)
            self._arrivals.again(ruling.arrival.path, ruling.arrival.state)

    def _end(self, handling: Handling, way: Callable[[Handling, Borders], Moved | None]) -> None:
        """Bring a handling to its end, and tell of it.

        Raises:
            NotDone: it cannot be ended.
        """
        try:
            moved = way(handling, self._borders)
        except OSError as error:
            raise _stuck(handling, error) from None
        if moved is None:
            self._journal.dropped(handling)
            return
        self._touched.update(map(os.path.dirname, (handling.path, *moved.targets)))
        self._journal.moved(moved)
        if handling.outcome == "fixed":
            mending.clear_one(self.stage, handling.path)
        self._ended(moved)

    def rest(self) -> None:
        """Put everything on the disk, and let the journal make room; between two rounds."""
        with self._stopping.held():
            self._settle(())
            self._journal.rest()

    # ---- after a broken run

    def recover(self) -> None:
        """End what an earlier run began.

        Raises:
            NotDone: something that was begun cannot be ended.
        """
        with self._stopping.held():
            for handling in self._journal.pending:
                if self._is_ours(handling):
                    self._resume(handling)
                else:
                    self._journal.dropped(handling)
            self._journal.pending.clear()
            incoming = os.fspath(self._folders.incoming)
            for entry in entries_below(incoming):
                if name := stray(entry.name):
                    put_back(entry.path, os.path.join(os.path.dirname(entry.path), name))  # noqa: PTH118, PTH120 - any bytes may be a name
            mending.clear(self.stage, files_below(incoming))

    def _is_ours(self, handling: Handling) -> bool:
        """Tell whether all that a handling names lies in the folders of this watch, as this program names it."""
        if not is_token(handling.token) or not handling.parcels:
            return False
        incoming, homes = os.path.abspath(self._folders.incoming), (self._folders.ready, self._folders.rejected)  # noqa: PTH100 - any bytes may be a name
        targets = [os.path.abspath(home) for home in (*homes, self._folders.done)]  # noqa: PTH100 - as above
        *made, source = handling.parcels
        return (
            source.origin == aside_of(handling.path, handling.token)
            and not private.leads_out(incoming, handling.path)
            and not any(private.leads_out(os.fspath(self.stage), one.origin) for one in made)
            and all(any(not private.leads_out(home, one.target) for home in targets) for one in handling.parcels)
        )

    def _resume(self, handling: Handling) -> None:
        for parcel in handling.parcels:
            with suppress(OSError):  # `resume` says what is wrong, where that folder is needed
                self._make(os.path.dirname(parcel.target))  # noqa: PTH120 - any bytes may be a name
        self._end(handling, resume)


def _words(error: OSError | NotDone) -> str:
    if isinstance(error, NotDone):
        return error.message
    name = f"{printable(str(error.filename2 or error.filename))}: " if error.filename else ""
    return f"{name}{error.strerror or error}"


def _stuck(handling: Handling, error: OSError) -> NotDone:
    return NotDone(
        f"{printable(handling.path)}: was begun and cannot be moved: {_words(error)}",
        advice=f"It lies at {printable(handling.aside)}; start again when that is mended, and the move is ended.",
    )


class _Inside:
    """Tells whether folders are still those of the folder that is watched: links are not followed out of it."""

    def __init__(self, incoming: Path) -> None:
        self._incoming = os.fspath(incoming)
        self._real = os.path.realpath(incoming)
        self._known: set[str] = set()

    def require(self, path: str) -> None:
        """Raise NotDone where a file's folder has become a link."""
        folder = os.path.dirname(path)  # noqa: PTH120 - any bytes may be a name
        if folder in self._known:
            return
        below = os.path.relpath(folder, self._incoming)
        if os.path.realpath(folder) != os.path.normpath(os.path.join(self._real, below)):  # noqa: PTH118 - as above
            raise NotDone("its folder has become a link")
        self._known.add(folder)
