"""Threads in which a desk's work is done, a few for each kind of it, all for one session."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

from preflight.errors import PreflightError
from preflight.workers.processors import processors
from preflight.workers.session import Session

Work = Literal["looking", "seeing", "thinking", "fixing", "sending"]


class Threads:
    """Threads by the kind of work.

    Args:
        session: for which they work; what they begin is ended with it.
        trouble: told of what could not be done, such as a full disk.
    """

    def __init__(self, session: Session, trouble: Callable[[PreflightError], None]) -> None:
        self.session, self._trouble = session, trouble
        cores = processors()
        at_once: dict[Work, int] = {"looking": cores, "seeing": cores, "thinking": 1, "fixing": min(cores, 2)}
        at_once["sending"] = 4
        self._pools = {work: ThreadPoolExecutor(n, thread_name_prefix=work) for work, n in at_once.items()}

    def do(self, work: Work, call: Callable[..., object], *args: object) -> "Future[object] | None":
        """Do something soon; None where nothing begins any more."""

        def done() -> object:
            with self.session.entered():
                try:
                    return call(*args)
                except PreflightError as error:
                    self._trouble(error)
                    return None

        try:
            return self._pools[work].submit(done)
        except RuntimeError:  # all is being ended
            return None

    def close(self) -> None:
        """Let nothing begin any more, end what runs, and wait for it."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self.session.close()
        for pool in self._pools.values():
            pool.shutdown(wait=True)
