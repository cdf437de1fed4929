"""Measuring the assets of a workspace: files wait in a line, and a thread takes some of them for one child to measure.

waiting ──► measuring ──► told, one by one, as the child is done with each
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext

from preflight.errors import PreflightError
from preflight.flow.check import Measuring, measure
from preflight.server.ui.items import Item, Which
from preflight.server.ui.threads import Threads
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset
from preflight.values.probed import Fault, Probed
from preflight.workers.pool import WorkerPool
from preflight.workers.processors import processors

AT_ONCE = 16
"""Images that one child is given: starting it takes as long as measuring dozens."""
Waiting = tuple[Item, Which]


class Measurer:
    """Measures items in children that may crash or hang alone.

    Args:
        threads: in which that is done.
        begins: called when an item is begun; tells whether it is still wanted.
        done: called with what was found of one file of it.
    """

    def __init__(
        self, threads: Threads, begins: Callable[[Item], bool], done: Callable[[Item, Which, Probed], None]
    ) -> None:
        self._threads, self._begins, self._done = threads, begins, done
        self._turn = threading.Lock()
        self._line: deque[Waiting] = deque()
        self._fetched: set[str] = set()
        self.walked: set[str] = set()
        """What was found in folders: there, what is no medium is passed over."""
        self.allow_private = False
        """Whether addresses of private networks may be fetched: with a service on this machine alone."""

    def add(self, item: Item) -> None:
        """Let an item be measured soon, the file that is sent first."""
        kinds: tuple[Which, ...] = ("fixed", "original") if item.fixed else ("original",)
        with self._turn:
            self._line.extend((item, which) for which in kinds)
        for _ in kinds:  # a call takes one of the line at least
            self._threads.do("looking", self._some)

    def fetch(self, item: Item) -> None:
        """Let an item that lies at an address be fetched and measured: only then is anything asked of a network."""
        self._fetched.add(item.source)
        self.add(item)

    def _some(self) -> None:
        """Measure what waits: images together, a fair part of them; clips and sounds, which may take long, alone."""
        with self._turn:
            most = min(AT_ONCE, -(-len(self._line) // processors()))
            taken = [self._line.popleft()] if self._line else []
            while self._line and len(taken) < most and all(one.kind == "image" for one, _ in (*taken, self._line[0])):
                taken.append(self._line.popleft())
        wanted = [one for one in taken if self._begins(one[0])]
        if not wanted:
            return
        for (item, which), probed in zip(wanted, self._probed(wanted), strict=True):
            self._done(item, which, probed)

    def _probed(self, wanted: list[Waiting]) -> Iterator[Probed]:
        assets = [self._asset(item, which) for item, which in wanted]
        fetches = any(asset.is_url and asset.path in self._fetched for asset in assets)
        with Fetcher(allow_private=self.allow_private) if fetches else nullcontext() as fetch:
            how = Measuring(pool=WorkerPool("exact", jobs=1), fetch=fetch)
            yield from _each(assets, how)

    def _asset(self, item: Item, which: Which) -> Asset:
        path = item.path_of(which)
        return Asset(path=path, walked=path in self.walked)


def _each(assets: list[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure assets; what stops the whole of it is said of each that is not measured yet."""
    left: Iterable[Asset] = iter(assets)
    try:
        for probed in measure(assets, how):
            next(iter(left))
            yield probed
    except PreflightError as error:
        yield from (Probed(asset=asset, fault=Fault("unmeasured", error.message)) for asset in left)
