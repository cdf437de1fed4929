"""Measuring in children that may crash, hang or balloon alone: that file could not be judged, the run goes on.

    assets ── chunks ──► children ──► Probed, in the order of the assets
                            │ died or too slow
                            └── its files again, one by one; the culprit becomes a fault

Assets are taken as they are needed, so a walk over a hundred thousand files keeps memory flat. The children are
multiprocessing's own: a pool that came ready-made took longer to import than a thousand files take to measure.
"""

import itertools
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec

from preflight.assets import Asset
from preflight.probe import Depth, Fault, Probed, open_without_waiting, probe
from preflight.probe.sniff import sniff

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

CHUNK_FILES = {"header": 16, "exact": 8, "full": 1}
"""Files that a child is given at once: enough that handing over costs little, few enough to be done again singly."""
WALKED_HERE_BYTES = 64 << 20
AHEAD = 4
"""Chunks in hand for each child."""
HAND = 2
"""Chunks that a child is sent at once: one to work on, and one so that it need not wait for the next."""
LETTER_BYTES = 16 << 10
"""A chunk up to this size can wait in a busy child's pipe, which holds more: sending it never waits for the child."""
STANDARD_ERROR = 2
GARBAGE = 50_000
"""Objects after which a child looks for garbage in circles; loading libraries makes many, and next to none of it."""
GRACE = 3
"""How many times its bound a file may take before the child ends itself: its parent may be dead."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What one file may cost."""

    seconds: float = 60.0
    memory_bytes: int = 4 << 30


class _Chunk(msgspec.Struct, eq=False):
    """Some files, and what became of them."""

    assets: list[Asset]
    measured: list[tuple[Probed, float]] | None = None
    """Each with the seconds that it took."""
    death: str | None = None
    """How the child died that worked on it."""

    @property
    def letter(self) -> bytes:
        """What a child is sent."""
        from pickle import dumps

        return dumps(self.assets)


class _Child:
    """A process that measures what it is sent, in turn."""

    def __init__(self, depth: Depth, bounds: Bounds, *, ready: bool, others: "Sequence[_Child]") -> None:
        import multiprocessing

        method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        self.connection, theirs = context.Pipe()
        # A fork inherits every end: while a child holds its parent's, it would never hear that the parent is gone.
        parents = (self.connection, *(other.connection for other in others)) if method == "fork" else ()
        self.process = context.Process(target=_serve, args=(theirs, parents, depth, bounds, ready), daemon=True)  # type: ignore[attr-defined] # both kinds of context have it
        self.process.start()
        theirs.close()
        self.hand: deque[_Chunk] = deque()
        """What it was sent and has not answered; it works on the first."""
        self.since = 0.0
        """When it began with that, by the monotonic clock."""

    def give(self, chunk: _Chunk, letter: bytes) -> None:
        """Send a chunk; raise OSError when the child is dead."""
        if not self.hand:
            self.since = time.monotonic()
        self.hand.append(chunk)
        self.connection.send_bytes(letter)

    def hear(self) -> None:
        """Take the answer to the first chunk; raise OSError or EOFError when the child is dead."""
        self.hand[0].measured = self.connection.recv()
        self.hand.popleft()
        self.since = time.monotonic()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.connection.close()


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
        self.watch: Callable[[str, float], None] | None = None
        """Hears of each file the path, and the seconds that measuring it took."""
        self._children: list[_Child] = []
        self._waiting: deque[_Chunk] = deque()
        """What no child was sent yet."""

    def __enter__(self) -> Self:
        """Begin; nobody is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the children, whatever they are doing."""
        for child in self._children:
            child.process.kill()
        while self._children:
            self._children.pop().end()

    def start(self, *, ready: bool = False) -> None:
        """Start the children that are missing; `ready` ones load their libraries before the first file comes."""
        while len(self._children) < self.jobs:
            self._children.append(_Child(self.depth, self.bounds, ready=ready, others=self._children))

    def measure(self, assets: Iterable[Asset]) -> Iterator[Probed]:
        """Measure local files and yield the results in the order given."""
        rest = iter(assets)
        first = list(itertools.islice(rest, 2))
        if len(first) == 1 and not self._children and harmless(first[0], self.depth):
            yield self._told(*timed(first[0], self.depth))
        elif first:
            yield from self._together(itertools.chain(first, rest))

    def _together(self, assets: Iterator[Asset]) -> Iterator[Probed]:
        self.start()
        self._waiting.clear()
        flying: deque[_Chunk] = deque()
        while True:
            while len(flying) < self.jobs * AHEAD and (some := list(itertools.islice(assets, CHUNK_FILES[self.depth]))):
                flying.append(_Chunk(some))
                self._waiting.append(flying[-1])
            if not flying:
                return
            self._hand_out()
            first = flying[0]
            if first.measured is not None:
                yield from (self._told(*one) for one in flying.popleft().measured or ())
            elif first.death is None:
                self._listen()
            elif len(first.assets) == 1:
                yield Probed(asset=first.assets[0], fault=Fault("unmeasured", f"measuring it {first.death}"))
                flying.popleft()
            else:
                singles = [_Chunk([asset]) for asset in reversed(flying.popleft().assets)]
                flying.extendleft(singles)
                self._waiting.extendleft(singles)

    def _told(self, probed: Probed, took_s: float) -> Probed:
        if self.watch is not None:
            self.watch(probed.asset.path, took_s)
        return probed

    def _hand_out(self) -> None:
        """Give every idle child a chunk, and every busy one the next if that fits into its pipe."""
        for child in (*self._children, *self._children):
            if self._waiting and len(child.hand) < HAND:
                letter = self._waiting[0].letter
                if not child.hand or len(letter) <= LETTER_BYTES:
                    try:
                        child.give(self._waiting.popleft(), letter)
                    except OSError:
                        self._bury(child)

    def _listen(self) -> None:
        """Wait until a child answers, dies or has taken too long."""
        from multiprocessing.connection import wait

        busy = [child for child in self._children if child.hand]
        soonest = min(child.since for child in busy) + self.bounds.seconds
        heard = wait([child.connection for child in busy], timeout=max(soonest - time.monotonic(), 0))
        for child in busy:
            if child.connection in heard:
                try:
                    child.hear()
                except (EOFError, OSError):
                    self._bury(child)
            elif not heard and time.monotonic() >= child.since + self.bounds.seconds:
                self._bury(child, f"took more than {self.bounds.seconds:g} s, and was ended")

    def _bury(self, child: _Child, death: str | None = None) -> None:
        """Replace a child: what it worked on has its cause of death, what only lay in its hand is given out again."""
        child.end()
        place = self._children.index(child)
        others = self._children[:place] + self._children[place + 1 :]
        self._children[place] = _Child(self.depth, self.bounds, ready=False, others=others)
        child.hand.popleft().death = death or f"crashed the reader (status {child.process.exitcode})"
        self._waiting.extendleft(reversed(child.hand))


def _serve(
    connection: "Connection[list[tuple[Probed, float]], list[Asset]]",
    parents: "tuple[Connection[bytes, list[tuple[Probed, float]]], ...]",
    depth: Depth,
    bounds: Bounds,
    ready: bool,  # noqa: FBT001 - a process takes its arguments by position
) -> None:
    """Measure what comes, until the parent is gone."""
    import gc
    import signal

    gc.set_threshold(GARBAGE)
    settle()
    for end in parents:
        end.close()
    if ready:
        _load()
    limit_memory(bounds.memory_bytes)
    while True:
        try:
            chunk = connection.recv()
        except EOFError:
            return
        signal.setitimer(signal.ITIMER_REAL, bounds.seconds * GRACE)
        answer = [timed(asset, depth) for asset in chunk]
        signal.setitimer(signal.ITIMER_REAL, 0)
        try:
            connection.send(answer)
        except OSError:
            return


def timed(asset: Asset, depth: Depth) -> tuple[Probed, float]:
    """Measure one local file, and the seconds that it took."""
    begun_s = time.perf_counter()
    return probe(asset, depth), time.perf_counter() - begun_s


def _load() -> None:
    """Import what measuring will need."""
    import av
    from PIL import Image

    from preflight.probe import audio, image, video
    from preflight.probe.pillow import load_plugin

    del av, Image, audio, image, video
    load_plugin("WEBP")


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


def settle() -> None:
    """Prepare a child: Ctrl-C is its parent's to handle, and what C code says of a hostile file is for nobody."""
    import signal
    import warnings

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What numpy reserves for each processor, nothing here ever uses.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What Pillow can pass over becomes a fault or a fact where it matters.
    warnings.simplefilter("ignore")
    os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), STANDARD_ERROR)


def limit_memory(memory_bytes: int) -> None:
    """Bound the memory of this process."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    bound = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
    resource.setrlimit(resource.RLIMIT_AS, (bound, most))
