"""Open pool and cache for the length of a call; light to import, so that children start first."""

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
    anonymous: bool = False,
) -> "Iterator[Measuring]":
    """Open a way of measuring.

    Args:
        depth: how thoroughly.
        jobs: number of children; one a processor when None.
        bounds: limits per file.
        cache: how an already measured file is recognised; None for no cache.
        fetch: downloads URLs.
        word: words the advice on a failed download; None for what is the same in every face.
        anonymous: whether buckets are read unsigned.
        several: whether several files come; without a usable cache, children then start before the rest is imported.
    """
    with WorkerPool(depth, jobs=jobs, bounds=bounds or Bounds()) as pool:
        pool.anonymous = anonymous
        if several and not (cache and _cached()):
            pool.start()
        from preflight.flow.check import Measuring, plain
        from preflight.probe.cache import Cache

        with Cache(None, by=cache) if cache else nullcontext() as known:
            yield Measuring(pool=pool, cache=known, fetch=fetch, word=word or plain)


def _cached() -> bool:
    """Tell whether a cache exists."""
    from preflight.probe.cache import default_path

    return default_path().exists()
