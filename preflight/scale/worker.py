"""What runs in a Dask worker: a plugin that owns one session and its children, and the task that judges a chunk."""

import threading
from contextlib import ExitStack
from typing import Any

from distributed import Reschedule, WorkerPlugin, get_worker

from preflight._version import __version__
from preflight.flow.check import measure_block
from preflight.scale.run import Chunk, Done, written
from preflight.scale.saving import Saving
from preflight.scale.work import JudgingOptions, batch_of, given_up
from preflight.values.phrase import phrase

PLUGIN = "preflight"


class Judging(WorkerPlugin):  # type: ignore[misc] # dask hardly has types
    """A run's work, made ready once in each worker.

    Args:
        name: the run's; workers keep it beside those of other runs.
        work: by what it judges.
        place: the verdict store's.
        version: of the caller's preflight.
        children: how many processes measure in each worker; one a thread when None.
    """

    idempotent = True

    def __init__(self, name: str, work: JudgingOptions, place: str, version: str, children: int | None = None) -> None:
        self.name, self._work, self._place, self._version = name, work, place, version
        self._children = children

    def __repr__(self) -> str:
        """Name the run, and show nothing of how buckets are reached."""
        return f"Judging({self.name})"

    def setup(self, worker: Any) -> None:  # noqa: ANN401 - dask's signature
        """Open session, children and store; raise RuntimeError where another version of preflight is installed."""
        if self._version != __version__:
            raise RuntimeError(
                phrase("the worker has preflight {q1}, the caller {q2}", q1=__version__, q2=self._version)
            )
        from preflight.flow.check import Measuring
        from preflight.scale.store import VerdictStore
        from preflight.upload.fetcher import Fetcher
        from preflight.workers.pool import WorkerPool
        from preflight.workers.session import Session

        self._ending, work = ExitStack(), self._work
        self._session: Session = self._ending.enter_context(Session())
        self._turn = threading.Lock()
        children = self._children or worker.state.nthreads
        pool = self._ending.enter_context(WorkerPool(work.depth, jobs=children, bounds=work.bounds))
        pool.stores = work.stores
        fetch = self._ending.enter_context(Fetcher(allow_private=False))
        self._measuring: Measuring = Measuring(pool=pool, fetch=fetch)
        with self._session.entered():
            pool.start()
        given_up([], work, "")  # loads Arrow and the rules before the first chunk comes
        self._store: VerdictStore = VerdictStore(self._place, work.stores, run=self.name)

    def teardown(self, worker: Any) -> None:  # noqa: ANN401, ARG002 - dask's signature
        """End the children."""
        self._ending.close()

    def judge(self, chunk: Chunk) -> Done:
        """Judge a chunk, and write its rows; raise Reschedule where this worker is ending."""
        with self._turn, self._session.entered():
            measured = list(measure_block([one.asset for one in chunk], self._measuring))
            self._leave_if_ended()
        with self._session.entered():  # meanwhile another thread's chunk is measured
            saving = Saving(self._store)
            batch = batch_of(zip(chunk, measured, strict=True), self._work, saving)
            self._leave_if_ended()
            return written(self._store, batch, saving)

    def _leave_if_ended(self) -> None:
        """Give a chunk back to the scheduler where this worker is ending: what was not looked into is not unsure."""
        if self._session.is_stopped:
            raise Reschedule


def judge_in_worker(run: str, chunk: Chunk) -> Done:
    """Judge a chunk in the worker that runs this task."""
    done: Done = get_worker().plugins[run].judge(chunk)
    return done
