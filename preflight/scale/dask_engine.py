"""The engine on a Dask cluster: chunks as tasks, a few at a time; results are written where they are made.

chunks ── at most four a worker ──► tasks ──► a part in the store, and its tally back
             │ two workers died of it
             └── its assets one by one; one that two more workers die of is "unsure"
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import msgspec

from preflight._version import __version__
from preflight.errors import CallError, NotDone
from preflight.scale.run import Chunk, Done, written
from preflight.scale.store import VerdictStore
from preflight.scale.work import JudgingOptions, given_up
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from distributed import Client, Future

    from preflight.scale.worker import Judging

CHUNK_ASSETS = {"header": 256, "exact": 128, "full": 16}
CHUNK_FIXED = 8
"""Assets of a chunk where what fails is fixed, so that all workers have something to do."""
AHEAD = 2
"""Chunks in flight for each thread of a worker."""
THREADS = 2
"""Threads of a worker of our own: while one waits for what is measured, the other judges and writes."""
CONNECT_S = 20
DEATHS = "two workers died while they looked into it; it was not looked into again"
LOST = "The verdicts that were written are whole: say it again, and it goes on from there."


class Dask(msgspec.Struct, kw_only=True):
    """The engine of a cluster."""

    work: JudgingOptions
    store: VerdictStore
    scheduler: str | None = None
    """Its address; None for a cluster of this machine's own."""
    jobs: int = 1
    """Workers of that cluster."""
    chunk_assets: int = 0

    def __post_init__(self) -> None:
        """Choose how many assets a chunk has, unless that is said."""
        self.chunk_assets = self.chunk_assets or (CHUNK_FIXED if self.work.fixing else CHUNK_ASSETS[self.work.depth])

    def judge(self, chunks: Iterator[Chunk]) -> Iterator[Done]:
        """Judge chunks on the cluster, which is started when the first one comes.

        Raises:
            CallError: there is no such scheduler, or dask is not installed.
            NotDone: the scheduler was lost, or a worker cannot do the work.
        """
        first = next(chunks, None)
        if first is None:
            return
        waiting = deque([first])
        with self._client() as client, _translated(self.scheduler):
            yield from self._followed(client, waiting, chunks)

    def _followed(self, client: "Client", waiting: "deque[Chunk]", chunks: Iterator[Chunk]) -> Iterator[Done]:
        from distributed import as_completed

        run = self.store.run
        client.register_plugin(self.plugin(run))
        flying = _Flying(client, run)
        finished = as_completed()
        try:
            while True:
                while len(flying.chunks) < AHEAD * max(sum(client.nthreads().values()), 1):
                    chunk = waiting.popleft() if waiting else next(chunks, None)
                    if chunk is None:
                        break
                    finished.add(flying.submit(chunk))
                if not flying.chunks:
                    return
                future = next(finished)
                done, again = self._outcome(future, flying.chunks.pop(future))
                waiting.extendleft(again)
                if done:
                    yield done
        finally:
            with suppress(Exception):
                client.cancel(list(flying.chunks))
                client.unregister_worker_plugin(run)

    def plugin(self, run: str) -> "Judging":
        """Make what each worker is given."""
        from preflight.scale.worker import Judging

        return Judging(run, self.work, self.store.place, __version__, None if self.scheduler else 1)

    def _outcome(self, future: "Future", chunk: Chunk) -> tuple[Done | None, list[Chunk]]:
        """Sort a finished chunk: its counts, and the chunks to try again."""
        from distributed import KilledWorker

        try:
            return future.result(), []
        except KilledWorker:
            if len(chunk) > 1:
                return None, [[one] for one in reversed(chunk)]
        batch = given_up(chunk, self.work, DEATHS)
        return written(self.store, batch), []

    @contextmanager
    def _client(self) -> "Iterator[Client]":
        """Connect with the scheduler, or start a cluster of this machine's own."""
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise CallError(
                phrase("{q} is not installed", q=error.name), advice="pip install 'preflight-media[scale]'"
            ) from None
        if self.scheduler:
            with _connected(self.scheduler) as client:
                yield client
            return
        with dask.config.set(OF_OUR_OWN):
            cluster = LocalCluster(
                n_workers=self.jobs,
                threads_per_worker=THREADS,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else it warns where 8787 is taken
                memory_limit=0,
                silence_logs=50,
            )
            with cluster, Client(cluster) as client:
                yield client


OF_OUR_OWN: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": 1,
    "distributed.worker.use-file-locking": False,
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
}
"""Settings of a cluster of this machine's own: a chunk is given back once two workers died of it.

Workers would look a hundred times a second where they are, for a dashboard that there is not.
"""


@contextmanager
def _connected(scheduler: str) -> "Iterator[Client]":
    from distributed import Client

    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError, ImportError, RuntimeError) as error:
        words = phrase(
            "the scheduler {q1} cannot be reached: {q2}", q1=printable(scheduler), q2=printable(str(error))[:200]
        )
        raise CallError(words, advice="Start one: dask scheduler; dask worker ADDRESS.") from None
    with client:
        yield client


class _Flying:
    """Chunks handed to a cluster."""

    def __init__(self, client: "Client", run: str) -> None:
        self._client, self._run = client, run
        self.chunks: dict[Future, Chunk] = {}

    def submit(self, chunk: Chunk) -> "Future":
        """Hand a chunk to the cluster."""
        from preflight.scale.worker import judge_in_worker

        future = self._client.submit(judge_in_worker, self._run, chunk, pure=False)
        self.chunks[future] = chunk
        return future


@contextmanager
def _translated(scheduler: str | None) -> Iterator[None]:
    """Convert dask's errors."""
    from concurrent.futures import CancelledError

    where = printable(scheduler) if scheduler else "the cluster"
    try:
        yield
    except (CancelledError, OSError, TimeoutError) as error:
        said = printable(str(error))[:200] or type(error).__name__
        raise NotDone(phrase("{q}: the scheduler was lost: {why}", q=where, why=said), advice=LOST) from None
    except RuntimeError as error:
        raise NotDone(
            phrase("{q}: a worker cannot do the work: {why}", q=where, why=printable(str(error))[:300]), advice=LOST
        ) from None
