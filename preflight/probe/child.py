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
from typing import TYPE_CHECKING

import msgspec

from preflight.assets import Asset
from preflight.probe import Depth, Fault, Probed, probe
from preflight.probe.sniff import sniff

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pebble import ProcessPool

CHUNK_FILES = {"header": 32, "exact": 8, "full": 1}
"""Files that a child is given at once: enough that handing over costs little, few enough to be done again singly."""
AHEAD = 4
"""Chunks in flight for each child."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost."""

    seconds: float = 60.0
    memory_bytes: int = 4 << 30


def measure_all(
    assets: Iterable[Asset], depth: Depth = "exact", *, jobs: int | None = None, bounds: Bounds | None = None
) -> Iterator[Probed]:
    """Measure assets in the order given, several at a time.

    Args:
        assets: local files.
        depth: how thoroughly.
        jobs: how many children; as many as there are processors when None.
        bounds: what one file may cost; the file that passes them could not be judged.
    """
    rest = iter(assets)
    first = list(itertools.islice(rest, 2))
    if len(first) == 1 and harmless(first[0], depth):
        yield probe(first[0], depth)
    elif first:
        yield from _in_children(itertools.chain(first, rest), depth, jobs or os.cpu_count() or 1, bounds or Bounds())


def harmless(asset: Asset, depth: Depth) -> bool:
    """Tell whether one file may be measured here: a container whose packets are walked with every decoder shut out."""
    if depth == "full":
        return False
    try:
        with open(asset.path, "rb", opener=_open_without_waiting) as stream:
            found = sniff(stream)
    except OSError:
        return True
    return found is None or found.reader == "av"


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def _in_children(assets: Iterator[Asset], depth: Depth, jobs: int, bounds: Bounds) -> Iterator[Probed]:
    import multiprocessing

    from pebble import ProcessPool

    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    pool = ProcessPool(
        max_workers=jobs,
        initializer=_settle,
        initargs=[bounds.memory_bytes],
        context=multiprocessing.get_context(method),
    )
    flying: deque[tuple[list[Asset], Future[list[Probed]]]] = deque()
    try:
        for chunk in _chunks(assets, CHUNK_FILES[depth]):
            flying.append((chunk, _send(pool, chunk, depth, bounds)))
            if len(flying) >= jobs * AHEAD:
                yield from _landed(pool, *flying.popleft(), depth, bounds)
        while flying:
            yield from _landed(pool, *flying.popleft(), depth, bounds)
    finally:
        pool.stop()  # type: ignore[no-untyped-call] # pebble types its results, not its commands
        pool.join()


def _chunks(assets: Iterator[Asset], size: int) -> Iterator[list[Asset]]:
    while chunk := list(itertools.islice(assets, size)):
        yield chunk


def _send(pool: "ProcessPool", chunk: list[Asset], depth: Depth, bounds: Bounds) -> "Future[list[Probed]]":
    future: Future[list[Probed]] = pool.schedule(_measure, args=[chunk, depth], timeout=bounds.seconds)
    return future


def _landed(
    pool: "ProcessPool", chunk: list[Asset], future: "Future[list[Probed]]", depth: Depth, bounds: Bounds
) -> Iterator[Probed]:
    """Yield a chunk's results; when its child died, measure its files again one by one."""
    from pebble import ProcessExpired

    try:
        yield from future.result()
    except (TimeoutError, ProcessExpired) as death:
        if len(chunk) == 1:
            yield _culprit(chunk[0], death, bounds)
            return
        for asset in chunk:
            yield from _landed(pool, [asset], _send(pool, [asset], depth, bounds), depth, bounds)


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
