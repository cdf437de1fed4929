"""Measuring in children that may crash, hang or balloon alone: that file could not be judged, the run goes on.

    assets ── chunks ──► children ──► Probed, in the order of the assets
                            │ died or too slow
                            └── its files again, one by one; the culprit becomes a fault

Assets are taken as they are needed, so a walk over a hundred thousand files keeps memory flat.
"""

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self

import msgspec

from preflight.probe import Depth
from preflight.probe.faults import Unmeasured
from preflight.probe.shortage import SHORT_OF_MEMORY
from preflight.values.assets import Asset
from preflight.values.bounds import START_S, Bounds
from preflight.values.probed import Probed
from preflight.values.unforeseen import unforeseen
from preflight.workers.child import RAISED
from preflight.workers.isolated import call_isolated, cannot_start
from preflight.workers.link import serialized, wait
from preflight.workers.measuring import Measured, measure_all, timed, unmeasured
from preflight.workers.processors import processors
from preflight.workers.session import Session, current
from preflight.workers.starter import Child

CHUNK_FILES = {"header": 16, "exact": 4, "full": 1}
"""Files that a child is given at once: enough that handing over costs little, few enough to be done again singly."""
AHEAD = 4
"""Chunks in hand for each child."""
SENT_AT_ONCE = 2
"""Chunks that a child is sent at once: one to work on, and one so that it need not wait for the next."""
MESSAGE_BYTES = 16 << 10
"""A chunk up to this size can wait in a busy child's socket, which holds more: sending it never waits for the child."""
REST_S = 5.0
"""How long the rest of an answer may take that has begun."""


def measured(asset: Asset, depth: Depth = "exact", bounds: Bounds | None = None) -> Probed:
    """Measure one local file in a child of its own."""
    try:
        return call_isolated(timed, asset, depth, bounds=bounds)[0]
    except Unmeasured as fault:
        return unmeasured(asset, str(fault))


class _Chunk(msgspec.Struct, eq=False):
    """Some files, and what became of them."""

    assets: list[Asset]
    measured: Measured | None = None
    death: str | None = None
    """How the child died that worked on it."""


class _Worker(msgspec.Struct, eq=False):
    """A child and what it was sent."""

    child: Child
    chunks: deque[_Chunk] = msgspec.field(default_factory=deque)
    """What it has not answered; it works on the first."""
    since: float = msgspec.field(default_factory=time.monotonic)
    """When it began with that, or to get ready, by the monotonic clock."""
    ready: bool = False

    def allowed_s(self, bounds: Bounds) -> float:
        """Return how long it may go on with what it does, in seconds."""
        return bounds.seconds if self.ready else START_S

    def give(self, chunk: _Chunk, message: bytes) -> None:
        """Send a chunk; raise OSError when the child is dead."""
        if self.ready and not self.chunks:
            self.since = time.monotonic()
        self.chunks.append(chunk)
        self.child.link.send_message(message)

    def hear(self) -> None:
        """Take the answer to the first chunk, or that it is ready; raise OSError or EOFError when the child is dead."""
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
    """Children that measure; they are started when files need them, never more than there are files, and end with it.

    Args:
        depth: how thoroughly files are measured.
        jobs: how many children at most; as many as there are processors when None.
        bounds: what one file may cost; the file that passes them could not be judged.
    """

    def __init__(self, depth: Depth, *, jobs: int | None = None, bounds: Bounds | None = None) -> None:
        self.depth = depth
        self.jobs = jobs or processors()
        self.bounds = bounds or Bounds()
        self.watch: Callable[[str, float], None] | None = None
        """Hears of each file the path, and the seconds that measuring it took."""
        self._workers: list[_Worker] = []
        self._waiting: deque[_Chunk] = deque()
        """What no child was sent yet."""
        self._own: Session | None = None
        """What the children belong to, where they are part of no larger work."""

    def __enter__(self) -> Self:
        """Begin; nobody is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children, whatever they are doing."""
        while self._workers:
            self._workers.pop().child.end()
        own, self._own = self._own, None
        if own is not None:
            own.close()

    def start(self) -> None:
        """Start the children that are missing, so that they are ready when files come."""
        with suppress(OSError):
            while len(self._workers) < self.jobs:
                self._enlist()

    def _enlist(self) -> None:
        """Start another child; raise OSError where that is not possible."""
        owner = current()
        if owner is None:
            owner = self._own = self._own or Session()
        self._workers.append(_Worker(owner.start(self.bounds)))

    def measure(self, assets: Iterable[Asset]) -> Iterator[Probed]:
        """Measure local files and yield the results in the order given."""
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
        """Yield files by the handful; of few files, each child is given its part."""
        rest, most = iter(assets), CHUNK_FILES[self.depth]
        first = list(itertools.islice(rest, most * self.jobs))
        size = min(most, -(-len(first) // self.jobs)) or 1
        together = itertools.chain(first, rest)
        while some := list(itertools.islice(together, size)):
            yield _Chunk(some)

    def _told(self, probed: Probed, took_s: float) -> Probed:
        if probed.fault and probed.fault.message == SHORT_OF_MEMORY:
            probed = measured(probed.asset, self.depth, self.bounds)  # what came before it may have used the memory up
        if self.watch is not None:
            self.watch(probed.asset.path, took_s)
        return probed

    def _hand_out(self) -> None:
        """Give every idle child a chunk, start those that are missing, and give the busy ones the next if that fits."""
        idle = [worker for worker in self._workers if not worker.chunks]
        while self._waiting and (idle or len(self._workers) < self.jobs):
            if not idle:
                try:
                    self._enlist()
                except OSError as error:
                    self._give_up(error)
                    return
                idle.append(self._workers[-1])
            self._give(idle.pop())
        for worker in list(self._workers):
            if self._waiting and len(worker.chunks) < SENT_AT_ONCE:
                self._give(worker, MESSAGE_BYTES)

    def _give(self, worker: _Worker, most_bytes: int | None = None) -> None:
        """Send a child the next chunk, if that is not too large."""
        message = serialized((measure_all, (self._waiting[0].assets, self.depth)))
        if most_bytes is None or len(message) <= most_bytes:
            try:
                worker.give(self._waiting.popleft(), message)
            except OSError:
                self._replace(worker)

    def _give_up(self, error: OSError) -> None:
        """Let those children do it that there are; where there is none, nothing can be measured."""
        if not self._workers:
            for chunk in self._waiting:
                chunk.death = cannot_start(error)
            self._waiting.clear()

    def _listen(self) -> None:
        """Wait until a child answers, dies or has taken too long."""
        busy = [worker for worker in self._workers if worker.chunks]
        soonest = min(worker.since + worker.allowed_s(self.bounds) for worker in busy)
        heard = wait([worker.child.link for worker in busy], max(soonest - time.monotonic(), 0))
        for worker in busy:
            if worker.child.link in heard:
                try:
                    worker.hear()
                except (EOFError, OSError):
                    self._replace(worker, self._too_long(worker))
            elif not heard and (death := self._too_long(worker)):
                self._replace(worker, death)

    def _too_long(self, worker: _Worker) -> str | None:
        """Say that a child took longer than it may; None while it did not. It may have ended itself for that."""
        allowed_s = worker.allowed_s(self.bounds)
        if time.monotonic() < worker.since + allowed_s:
            return None
        doing = "measuring it" if worker.ready else "getting ready to measure it"
        return f"{doing} took more than {allowed_s:g} s, and was ended"

    def _replace(self, worker: _Worker, death: str | None = None) -> None:
        """Let a child go: what it worked on has its cause of death, what only lay in its hand is given out again."""
        self._workers.remove(worker)
        status = worker.child.end()
        told = "" if status is None else f" (status {status})"
        worker.chunks.popleft().death = death or f"measuring it crashed the reader{told}"
        self._waiting.extendleft(reversed(worker.chunks))
