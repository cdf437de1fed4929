"""What runs in a Dask worker: a plugin that owns one session and its children, and the task that judges a chunk."""

from contextlib import ExitStack
from typing import Any

from distributed import WorkerPlugin, get_worker

from preflight._version import __version__
from preflight.scale.run import Chunk, Done
from preflight.scale.work import Work, given_up, judge_chunk

PLUGIN = "preflight"


class Judging(WorkerPlugin):  # type: ignore[misc] # dask hardly has types
    """A run's work, made ready once in each worker.

    Args:
        name: the run's; workers keep it beside those of other runs.
        work: by what it judges.
        place: the verdict store's.
        version: of the caller's preflight.
    """

    idempotent = True

    def __init__(self, name: str, work: Work, place: str, version: str) -> None:
        self.name, self._work, self._place, self._version = name, work, place, version
        self._ending = ExitStack()

    def __repr__(self) -> str:
        """Name the run, and show nothing of how buckets are reached."""
        return f"Judging({self.name})"

    def setup(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - dask's signature
        """Open session, children and store; raise RuntimeError where another version of preflight is installed."""
        if self._version != __version__:
            raise RuntimeError(f"the worker has preflight {__version__}, the caller {self._version}")
        from preflight.flow.check import Measuring
        from preflight.scale.store import VerdictStore
        from preflight.upload.fetcher import Fetcher
        from preflight.workers.pool import WorkerPool
        from preflight.workers.session import Session

        work = self._work
        self._session: Session = self._ending.enter_context(Session())
        pool = self._ending.enter_context(WorkerPool(work.depth, jobs=1, bounds=work.bounds))
        pool.stores = work.stores
        fetch = self._ending.enter_context(Fetcher(allow_private=False))
        self._measuring: Measuring = Measuring(pool=pool, fetch=fetch)
        self._store: VerdictStore = VerdictStore(self._place, work.stores)

    def teardown(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - dask's signature
        """End the children."""
        self._ending.close()

    def judge(self, chunk: Chunk) -> Done:
        """Judge a chunk, and write its rows."""
        with self._session.entered():
            batch = judge_chunk(chunk, self._work, self._measuring)
        return Done(self._store.write_part(batch.table), batch.table.num_rows, batch.tally)

    def give_up(self, chunk: Chunk, why: str) -> Done:
        """Write that a chunk could not be judged."""
        batch = given_up(chunk, self._work, why)
        return Done(self._store.write_part(batch.table), batch.table.num_rows, batch.tally)


def judge_in_worker(run: str, chunk: Chunk) -> Done:
    """Judge a chunk in the worker that runs this task."""
    done: Done = get_worker().plugins[run].judge(chunk)
    return done
