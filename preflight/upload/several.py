"""Upload parcels in parallel; the first failure stops the rest.

parcels ──► todo ──┬─ thread ─┬──► landed ──► the caller, in its own thread, one by one
                   ├─ thread ─┤
                   └─ thread ─┘

After a failure or Ctrl-C nothing new begins, and running uploads stop at their next piece.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from preflight.service.http import Progress
from preflight.upload.parcel import Parcel, Pause

T = TypeVar("T")
PATIENCE_S = 3.0
"""Seconds to wait, after a failure or Ctrl-C, for uploads that await a response and cannot be stopped."""

Watch = Callable[[Parcel], Progress | None]


class _Stopped(Exception):  # noqa: N818 - a state, not a fault
    """Another upload failed, or the user interrupted."""


def send_all(
    parcels: Sequence[Parcel],
    send: Callable[[Parcel, Progress, Pause], T],
    landed: Callable[[Parcel, T], None],
    *,
    at_once: int,
    watch: Watch | None = None,
) -> None:
    """Send parcels in parallel.

    Args:
        parcels: each is sent once.
        send: sends one; called in several threads.
        landed: called with each finished parcel and its result, in the caller's thread, also after a failure.
        at_once: number of threads.
        watch: called when a parcel begins, returns its progress callback; both in the sending thread.

    Raises:
        Exception: the first failure; by then nothing runs except those that await a response, which get 3 s.
    """
    pool = _Senders(parcels, send, watch)
    threads = [threading.Thread(target=pool.work, daemon=True) for _ in range(min(at_once, len(parcels)))]
    try:
        for thread in threads:
            thread.start()
        for _ in parcels:
            done = pool.outcomes.get()
            if done.error:
                raise done.error
            done.tell(landed)
    finally:
        pool.stop.set()
        _join(threads)
        while not pool.outcomes.empty():
            pool.outcomes.get().tell(landed)


class _Done(NamedTuple, Generic[T]):
    """A parcel with its result, or its error."""

    parcel: Parcel
    came: tuple[T, ...] = ()
    error: BaseException | None = None

    def tell(self, landed: Callable[[Parcel, T], None]) -> None:
        for came in self.came:
            landed(self.parcel, came)


class _Senders(Generic[T]):
    """State shared by the threads."""

    def __init__(
        self, parcels: Sequence[Parcel], send: Callable[[Parcel, Progress, Pause], T], watch: Watch | None
    ) -> None:
        self.stop = threading.Event()
        self.outcomes: queue.SimpleQueue[_Done[T]] = queue.SimpleQueue()
        self._send = send
        self._watch = watch
        self._todo: queue.SimpleQueue[Parcel] = queue.SimpleQueue()
        for parcel in parcels:
            self._todo.put(parcel)

    def work(self) -> None:
        """Send parcels until none is left, one fails, or all are stopped."""
        while not self.stop.is_set():
            try:
                parcel = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self.outcomes.put(_Done(parcel, (self._send(parcel, self._watched(parcel), self._pause),)))
            except _Stopped:
                return
            except BaseException as error:  # noqa: BLE001 - it is raised again, in the caller's thread
                self.outcomes.put(_Done(parcel, error=error))
                return

    def _watched(self, parcel: Parcel) -> Progress:
        """Wrap a parcel's progress callback so that it stops with the others."""
        told = self._watch(parcel) if self._watch else None

        def heard(done: int, total: int | None) -> None:
            if self.stop.is_set():
                raise _Stopped
            if told:
                told(done, total)

        return heard

    def _pause(self, seconds: float) -> None:
        """Wait between two attempts, unless all are stopped."""
        if self.stop.wait(seconds):
            raise _Stopped


def _join(threads: Sequence[threading.Thread]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))
