"""A way of measuring, with its children and cache, for as long as a call lasts; light to load: children go first."""

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from preflight.values.bounds import Bounds
from preflight.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.flow.check import Fetch, Measuring, Word
    from preflight.probe import Depth


@contextmanager
def measuring(  # noqa: PLR0913 - how to measure, each by name
    depth: "Depth" = "exact",
    *,
    jobs: int | None = None,
    bounds: Bounds | None = None,
    cache: Literal["identity", "content"] | None = "identity",
    fetch: "Fetch | None" = None,
    word: "Word | None" = None,
    several: bool = False,
) -> "Iterator[Measuring]":
    """Give a way of measuring.

    Args:
        depth: how thoroughly.
        jobs: how many children; as many as there are processors when None.
        bounds: what one file may cost.
        cache: what tells that a file was measured before; None measures each anew, and remembers nothing.
        fetch: brings URLs.
        word: says what to do about one that could not be brought; None says what is the same for everybody.
        several: whether there are several files. Where no cache might know them, the children start before this
            program has loaded the rest of itself.
    """
    with WorkerPool(depth, jobs=jobs, bounds=bounds or Bounds()) as pool:
        if several and not (cache and _cached()):
            pool.start()
        from preflight.flow.check import Measuring, plain
        from preflight.probe.cache import Cache

        with Cache(None, by=cache) if cache else nullcontext() as known:
            yield Measuring(pool=pool, cache=known, fetch=fetch, word=word or plain)


def _cached() -> bool:
    """Tell whether there is a cache that may know what is to be measured."""
    from preflight.probe.cache import default_path

    return default_path().exists()
