"""Rulings ──► files in their target folders, moved in groups that share one flush to disk.

    ruling ──► decided ──► journal ──► prepared ──► flushed ──► begun ──► finished ──► journal

Moves that an earlier run left in progress are completed first: see `handling`.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from preflight.errors import NotDone
from preflight.files.move import Borders, flush
from preflight.files.opened import Opened, leads_out
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.unforeseen import unforeseen
from preflight.watch import fixing
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
    hidden_original,
    is_token,
    prepare,
    put_back,
    resume,
)
from preflight.watch.journal import Journal
from preflight.watch.stopping import Stopping

GROUP_FILES = 512
"""Files that share one flush."""

Work = tuple[Ruling, Handling]


class Carrier:
    """Moves the files of one watch.

    Args:
        folders: incoming and target folders.
        journal: the open journal.
        arrivals: told of moved and changed files.
        stopping: delays signals while files are moved.
        leave: called with a file that cannot be moved, and the reason.
        ended: called with each completed move.
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
        """Folder for fixed files."""
        self._folders, self._journal, self._arrivals, self._stopping = folders, journal, arrivals, stopping
        self._leave, self._ended = leave, ended
        self._borders = Borders()
        self._drafts: list[str] = []
        """Files to flush before a group begins."""
        self._touched: set[str] = set()
        """Folders with changed entries."""

    def move_all(self, rulings: Iterable[Ruling]) -> None:
        """Move files as their rulings come: write the journal, prepare, flush in groups, then begin.

        Moves of the previous group run in between, so that measuring never waits for a whole group.
        """
        prepared: list[Work] = []
        settled: deque[Work] = deque()
        try:
            for ruling in rulings:
                with self._stopping.held():
                    prepared += self._prepared(ruling)
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
                with self._opened() as at:
                    discard(handling, at)
                self._journal.dropped(handling)

    def _opened(self) -> Opened:
        """Open all folders of this watch, and no others."""
        folders = self._folders
        return Opened(folders.incoming, folders.ready, folders.rejected, folders.done, self.stage)

    def _prepared(self, ruling: Ruling) -> Iterator[Work]:
        """Yield a move ready for the flush; none where it cannot be prepared."""
        with self._opened() as at:
            handling = self._prepare(ruling, at)
        if handling is not None:
            yield ruling, handling

    def _prepare(self, ruling: Ruling, at: Opened) -> Handling | None:
        path = ruling.arrival.path
        try:
            at.spot(path)
            handling, notes = decide(ruling, self._folders, at)
            for parcel in handling.parcels:
                self._make(os.path.dirname(parcel.target), at)  # noqa: PTH120 - any bytes may be a name
        except (OSError, NotDone) as error:
            self._leave(ruling.arrival, _words(error))
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, it costs this file alone
            self._leave(ruling.arrival, unforeseen(error))
            return None
        self._journal.judged(handling)
        try:
            self._drafts += prepare(handling, notes, self._borders, at)
        except OSError as error:
            self._journal.dropped(handling)
            self._leave(ruling.arrival, _words(error))
            return None
        self._drafts.append(path)
        return handling

    def _make(self, folder: str, at: Opened) -> None:
        if folder not in self._touched:
            at.make(folder)
            self._touched.add(folder)

    def _settle_into(self, settled: deque[Work], prepared: list[Work]) -> None:
        """Flush prepared moves, which may then begin."""
        self._flush(self._drafts)
        self._drafts.clear()
        settled.extend(prepared)
        prepared.clear()

    def _flush(self, files: Iterable[str]) -> None:
        """Flush files, changed folders and the journal."""
        with self._opened() as at:
            flush(files, self._touched, at)
        self._touched.clear()
        self._journal.flush()

    def _move(self, ruling: Ruling, handling: Handling) -> None:
        """Begin and finish the move of one file.

        Raises:
            NotDone: it was begun and cannot be finished.
        """
        with self._opened() as at:
            try:
                begun = begin(handling, at)
            except OSError as error:
                self._journal.dropped(handling)
                self._leave(ruling.arrival, _words(error))
                return
            if begun:
                self._arrivals.forget(handling.path)
                self._end(handling, finish, at)
                return
        self._journal.dropped(handling)
        self._arrivals.restart_if_changed(ruling.arrival.path, ruling.arrival.state)

    def _end(self, handling: Handling, way: Callable[[Handling, Borders, Opened], Moved | None], at: Opened) -> None:
        """Complete a move and report it.

        Raises:
            NotDone: it cannot be completed.
        """
        try:
            moved = way(handling, self._borders, at)
        except OSError as error:
            raise _stuck(handling, error) from None
        if moved is None:
            self._journal.dropped(handling)
            return
        self._touched.update(map(os.path.dirname, (handling.path, *moved.targets)))
        self._journal.moved(moved)
        if handling.outcome == "fixed":
            fixing.clear_one(self.stage, handling.path)
        self._ended(moved)

    def end_round(self) -> None:
        """Flush everything and rotate the journal; call it between two rounds."""
        with self._stopping.held():
            self._flush(())
            self._journal.rotate()

    # ---- after a broken run

    def recover(self) -> None:
        """Complete the moves of an earlier run.

        Raises:
            NotDone: one that was begun cannot be completed.
        """
        with self._stopping.held():
            for handling in self._journal.pending:
                if self._is_ours(handling):
                    self._resume(handling)
                else:
                    self._journal.dropped(handling)
            self._journal.pending.clear()
            incoming = os.fspath(self._folders.incoming)
            with self._opened() as at:
                for folder, name in entries_below(incoming, at):
                    if before := hidden_original(name):
                        aside, path = (os.path.join(folder, one) for one in (name, before))  # noqa: PTH118 - any bytes may be a name
                        put_back(aside, path, at)
                fixing.clear(self.stage, files_below(incoming, at))

    def _is_ours(self, handling: Handling) -> bool:
        """Tell whether all paths of a move lie in this watch's folders and have this program's names."""
        if not is_token(handling.token) or not handling.parcels:
            return False
        homes = self._folders.ready, self._folders.rejected, self._folders.done
        *made, source = handling.parcels
        return (
            source.origin == aside_of(handling.path, handling.token)
            and not leads_out(handling.path, self._folders.incoming)
            and not any(leads_out(one.origin, self.stage) for one in made)
            and not any(leads_out(one.target, *homes) for one in handling.parcels)
        )

    def _resume(self, handling: Handling) -> None:
        with self._opened() as at:
            for parcel in handling.parcels:
                with suppress(OSError):  # `resume` reports a folder that is missing
                    self._make(os.path.dirname(parcel.target), at)  # noqa: PTH120 - any bytes may be a name
            self._end(handling, resume, at)


def _words(error: OSError | NotDone) -> str:
    if isinstance(error, NotDone):
        return error.message
    why = error.strerror or str(error)
    return phrase("{q}: {why}", q=printable(str(error.filename2 or error.filename)), why=why) if error.filename else why


def _stuck(handling: Handling, error: OSError) -> NotDone:
    return NotDone(
        phrase("{q}: was begun and cannot be moved: {why}", q=printable(handling.path), why=_words(error)),
        advice=phrase(
            "It lies at {q}; start again when that is mended, and the move is ended.", q=printable(handling.aside)
        ),
    )
