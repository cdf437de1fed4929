"""Measuring in child processes: where one crashes or hangs, its file is not judged and the run continues.

    assets ── chunks ──► children ──► Probed, in the order of the assets
                            │ died or too slow
                            └── its files again, one by one; the failing one gets a fault

Assets are read on demand, so that memory does not grow with the number of files.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from preflight.probe import Depth
from preflight.probe.faults import Unmeasured
from preflight.probe.shortage import SHORT_OF_MEMORY
from preflight.values.assets import Asset
from preflight.values.bounds import START_S, Bounds
from preflight.values.phrase import error_words, phrase
from preflight.values.probed import Probed
from preflight.values.unforeseen import unforeseen
from preflight.workers.child import RAISED
from preflight.workers.isolated import call_isolated, cannot_start
from preflight.workers.link import serialized, wait
from preflight.workers.measuring import Measured, measure_all, timed, unmeasured
from preflight.workers.processors import processors
from preflight.workers.session import Session, current
from preflight.workers.starter import Child

if TYPE_CHECKING:
    from preflight.objects.stores import Stores

CHUNK_FILES = {"header": 16, "exact": 4, "full": 1}
"""Files per chunk: enough to amortise the transfer, few enough to repeat one by one."""
AHEAD = 4
"""Pending chunks per child."""
SENT_AT_ONCE = 2
"""Chunks sent to a child at once: one in work, one waiting."""
MESSAGE_BYTES = 16 << 10
"""Size of a chunk that fits a busy child's socket, so that sending never blocks."""
REST_S = 5.0
"""Longest wait for the rest of an answer."""


def measured(
    asset: Asset, depth: Depth = "exact", bounds: Bounds | None = None, stores: "Stores | None" = None
) -> Probed:
    """Measure one file or object in a child process."""
    try:
        return call_isolated(timed, asset, depth, stores, bounds=bounds)[0]
    except Unmeasured as fault:
        return unmeasured(asset, error_words(fault))


class _Chunk(msgspec.Struct, eq=False):
    """Files and their results."""

    assets: list[Asset]
    measured: Measured | None = None
    death: str | None = None
    """How the child died that measured it."""


class _Worker(msgspec.Struct, eq=False):
    """A child and its chunks."""

    child: Child
    chunks: deque[_Chunk] = msgspec.field(default_factory=deque)
    """Chunks without an answer; the first is in work."""
    since: float = msgspec.field(default_factory=time.monotonic)
    """Start of that work, or of the child, by the monotonic clock."""
    ready: bool = False

    def allowed_s(self, bounds: Bounds) -> float:
        """Return the time allowed for the current step, in seconds."""
        return bounds.seconds if self.ready else START_S

    def give(self, chunk: _Chunk, message: bytes) -> None:
        """Send a chunk; raise OSError when the child is dead."""
        if self.ready and not self.chunks:
            self.since = time.monotonic()
        self.chunks.append(chunk)
        self.child.link.send_message(message)

    def receive_answer(self) -> None:
        """Receive the first chunk's answer, or the ready message; raise OSError or EOFError when the child is dead."""
        heard, self.since = self.child.link.receive(REST_S), time.monotonic()
        if not self.ready:
            self.ready = True
            return
        how, answer = heard
        chunk = self.chunks.popleft()
        if how == RAISED:
            chunk.death = unforeseen(answer)
        else:
            chunk.measured = answer


class WorkerPool:
    """Child processes that measure files; started on demand, ended with the pool.

    Args:
        depth: how thoroughly files are measured.
        jobs: the most children; None for one per processor.
        bounds: for one file; one that exceeds them is not judged.
    """

    def __init__(self, depth: Depth, *, jobs: int | None = None, bounds: Bounds | None = None) -> None:
        self.depth = depth
        self.jobs = jobs or processors()
        self.bounds = bounds or Bounds()
        self.anonymous = False
        """Whether buckets are read unsigned."""
        self.watch: Callable[[str, float], None] | None = None
        """Called with each file's path and measuring time in seconds."""
        self._workers: list[_Worker] = []
        self._waiting: deque[_Chunk] = deque()
        """Chunks not sent yet."""
        self._own: Session | None = None
        """Session of the children, where the pool is not part of a larger one."""

    def __enter__(self) -> Self:
        """Start; children follow on demand."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children."""
        while self._workers:
            self._workers.pop().child.end()
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def start(self) -> None:
        """Start the missing children before files come."""
        with suppress(OSError):
            while len(self._workers) < self.jobs:
                self._start_child()

    def _start_child(self) -> None:
        """Start a child; raise OSError."""
        owner = current()
        if owner is None:
            owner = self._own = self._own or Session()
        self._workers.append(_Worker(owner.start(self.bounds)))

    def measure(self, assets: Iterable[Asset]) -> Iterator[Probed]:
        """Measure local files and yield the results in order."""
        self._waiting.clear()
        flying: deque[_Chunk] = deque()
        chunks = self._chunks(assets)
        while True:
            for chunk in itertools.islice(chunks, max(self.jobs * AHEAD - len(flying), 0)):
                flying.append(chunk)
                self._waiting.append(chunk)
            if not flying:
                return
            self._hand_out()
            first = flying[0]
            if first.measured is not None:
                yield from (self._told(*one) for one in flying.popleft().measured or ())
            elif first.death is None:
                self._listen()
            elif len(first.assets) == 1:
                flying.popleft()
                yield unmeasured(first.assets[0], first.death)
            else:
                singles = [_Chunk([asset]) for asset in reversed(flying.popleft().assets)]
                flying.extendleft(singles)
                self._waiting.extendleft(singles)

    def _chunks(self, assets: Iterable[Asset]) -> Iterator[_Chunk]:
        """Yield chunks of files; divide a few files among all children."""
        rest, most = iter(assets), CHUNK_FILES[self.depth]
        first = list(itertools.islice(rest, most * self.jobs))
        size = min(most, -(-len(first) // self.jobs)) or 1
        together = itertools.chain(first, rest)
        while some := list(itertools.islice(together, size)):
            yield _Chunk(some)

    def _told(self, probed: Probed, took_s: float) -> Probed:
        if probed.fault and probed.fault.message == SHORT_OF_MEMORY:
            stores = self._stores([probed.asset])
            probed = measured(probed.asset, self.depth, self.bounds, stores)  # an earlier file used up the memory?
        if self.watch is not None:
            self.watch(probed.asset.path, took_s)
        return probed

    def _hand_out(self) -> None:
        """Send chunks to idle children, start missing ones, and send busy ones a second chunk that fits."""
        idle = [worker for worker in self._workers if not worker.chunks]
        while self._waiting and (idle or len(self._workers) < self.jobs):
            if not idle:
                try:
                    self._start_child()
                except OSError as error:
                    self._give_up(error)
                    return
                idle.append(self._workers[-1])
            self._give(idle.pop())
        for worker in list(self._workers):
            if self._waiting and len(worker.chunks) < SENT_AT_ONCE:
                self._give(worker, MESSAGE_BYTES)

    def _give(self, worker: _Worker, most_bytes: int | None = None) -> None:
        """Send a child the next chunk, up to a size."""
        assets = self._waiting[0].assets
        message = serialized((measure_all, (assets, self.depth, self._stores(assets))))
        if most_bytes is None or len(message) <= most_bytes:
            try:
                worker.give(self._waiting.popleft(), message)
            except OSError:
                self._replace(worker)

    def _stores(self, assets: list[Asset]) -> "Stores | None":
        """Return how buckets are reached, if any of these is an object."""
        return self.stores if any(asset.is_object for asset in assets) else None

    @cached_property
    def stores(self) -> "Stores":
        """How buckets are reached: by this program's environment, which children do not have."""
        from preflight.objects.stores import from_environment

        return from_environment(anonymous=self.anonymous)

    def _give_up(self, error: OSError) -> None:
        """Continue with the running children; without any, nothing can be measured."""
        if not self._workers:
            for chunk in self._waiting:
                chunk.death = cannot_start(error)
            self._waiting.clear()

    def _listen(self) -> None:
        """Wait until a child answers, dies or exceeds its time."""
        busy = [worker for worker in self._workers if worker.chunks]
        soonest = min(worker.since + worker.allowed_s(self.bounds) for worker in busy)
        heard = wait([worker.child.link for worker in busy], max(soonest - time.monotonic(), 0))
        for worker in busy:
            if worker.child.link in heard:
                try:
                    worker.receive_answer()
                except (EOFError, OSError):
                    self._replace(worker, self._overdue(worker))
            elif not heard and (death := self._overdue(worker)):
                self._replace(worker, death)

    def _overdue(self, worker: _Worker) -> str | None:
        """Report a child that exceeds its time, or None; it may have ended itself."""
        allowed_s = worker.allowed_s(self.bounds)
        if time.monotonic() < worker.since + allowed_s:
            return None
        if worker.ready:
            return phrase("measuring it took more than {n} s, and was ended", n=f"{allowed_s:g}")
        return phrase("getting ready to measure it took more than {n} s, and was ended", n=f"{allowed_s:g}")

    def _replace(self, worker: _Worker, death: str | None = None) -> None:
        """Remove a child: note the cause of its death on its current chunk, hand out the waiting one again."""
        self._workers.remove(worker)
        status = worker.child.end()
        crashed = "measuring it crashed the reader"
        if status is not None:
            crashed = phrase("measuring it crashed the reader (status {n})", n=status)
        worker.chunks.popleft().death = death or crashed
        self._waiting.extendleft(reversed(worker.chunks))
