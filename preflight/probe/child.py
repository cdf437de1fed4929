"""Measuring in children that may crash, hang or balloon alone: that file could not be judged, the run goes on.

    assets ── chunks ──► children ──► Probed, in the order of the assets
                            │ died or too slow
                            └── its files again, one by one; the culprit becomes a fault

Assets are taken as they are needed, so a walk over a hundred thousand files keeps memory flat.
"""

import itertools
import os
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from preflight.assets import Asset
from preflight.probe import Depth, Fault, Probed, open_without_waiting, probe
from preflight.probe.sniff import sniff

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pebble import ProcessPool

CHUNK_FILES = {"header": 32, "exact": 8, "full": 1}
"""Files that a child is given at once: enough that handing over costs little, few enough to be done again singly."""
WALKED_HERE_BYTES = 64 << 20
AHEAD = 4
"""Chunks in flight for each child."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost."""

    seconds: float = 60.0
    memory_bytes: int = 4 << 30


class Crew:
    """Children that measure; they are started when the first file needs them, and end with the crew.

    Args:
        depth: how thoroughly files are measured.
        jobs: how many children; as many as there are processors when None.
        bounds: what one file may cost; the file that passes them could not be judged.
    """

    def __init__(self, depth: Depth, *, jobs: int | None = None, bounds: Bounds | None = None) -> None:
        self.depth = depth
        self.jobs = jobs or os.cpu_count() or 1
        self.bounds = bounds or Bounds()
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        """Begin; nobody is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children, whatever they are doing."""
        self._dismiss()

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call] # pebble types its results, not its commands
            self._pool.join()
            self._pool = None

    def measure(self, assets: Iterable[Asset]) -> Iterator[Probed]:
        """Measure local files and yield the results in the order given."""
        rest = iter(assets)
        first = list(itertools.islice(rest, 2))
        if len(first) == 1 and self._pool is None and harmless(first[0], self.depth):
            yield probe(first[0], self.depth)
        elif first:
            yield from self._together(itertools.chain(first, rest))

    def _together(self, assets: Iterator[Asset]) -> Iterator[Probed]:
        flying: deque[tuple[list[Asset], Future[list[Probed]]]] = deque()
        while chunk := list(itertools.islice(assets, CHUNK_FILES[self.depth])):
            flying.append((chunk, self._send(chunk)))
            if len(flying) >= self.jobs * AHEAD:
                yield from self._landed(*flying.popleft())
        while flying:
            yield from self._landed(*flying.popleft())

    def _send(self, chunk: list[Asset]) -> "Future[list[Probed]]":
        if self._pool is None:
            self._pool = _start(self.jobs, self.bounds)
        future: Future[list[Probed]] = self._pool.schedule(
            _measure, args=[chunk, self.depth], timeout=self.bounds.seconds
        )
        return future

    def _landed(self, chunk: list[Asset], future: "Future[list[Probed]]") -> Iterator[Probed]:
        """Yield a chunk's results; when its child died, measure its files again one by one."""
        from concurrent.futures.process import BrokenProcessPool

        from pebble import ProcessExpired

        try:
            yield from future.result()
        except (TimeoutError, ProcessExpired, BrokenProcessPool) as death:
            if isinstance(death, BrokenProcessPool):
                self._dismiss()
            if len(chunk) == 1:
                yield _culprit(chunk[0], death, self.bounds)
                return
            for asset in chunk:
                yield from self._landed([asset], self._send([asset]))


def harmless(asset: Asset, depth: Depth) -> bool:
    """Tell whether one file may be measured here: a container that is opened with every decoder shut out.

    Walking a large one takes long, and only a child can be stopped; an MP4 or MOV has an index, which takes no time.
    """
    if depth == "full":
        return False
    try:
        with open(asset.path, "rb", opener=open_without_waiting) as stream:
            found, size = sniff(stream), os.fstat(stream.fileno()).st_size
    except OSError:
        return True
    return found is None or (found.reader == "av" and (found.opener == "mov" or size <= WALKED_HERE_BYTES))


def _start(jobs: int, bounds: Bounds) -> "ProcessPool":
    import multiprocessing

    from pebble import ProcessPool

    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPool(max_workers=jobs, initializer=_settle, initargs=[bounds.memory_bytes], context=context)


def _culprit(asset: Asset, death: Exception, bounds: Bounds) -> Probed:
    if isinstance(death, TimeoutError):
        message = f"measuring it took more than {bounds.seconds:g} s, and was ended"
    else:
        message = f"measuring it crashed the reader (status {getattr(death, 'exitcode', None)})"
    return Probed(asset=asset, fault=Fault("unmeasured", message))


def _settle(memory_bytes: int) -> None:
    """Prepare a child: bounded memory, and Ctrl-C is the parent's to handle."""
    import resource
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, most))


def _measure(chunk: list[Asset], depth: Depth) -> list[Probed]:
    return [probe(asset, depth) for asset in chunk]
