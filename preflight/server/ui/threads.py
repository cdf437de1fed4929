"""Threads in which a workspace's work is done, a few for each kind of it, all for one session."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Literal

from preflight.errors import NotDone, PreflightError
from preflight.values.unforeseen import unforeseen
from preflight.workers.processors import processors
from preflight.workers.session import Session

Work = Literal["looking", "thinking", "fixing"]


class Threads:
    """Threads by the kind of work.

    Args:
        session: for which they work; what they begin is ended with it.
        trouble: told of what could not be done, such as a full disk.
    """

    def __init__(self, session: Session, trouble: Callable[[PreflightError], None]) -> None:
        self.session, self._trouble = session, trouble
        cores = processors()
        at_once: dict[Work, int] = {"looking": cores, "thinking": 1, "fixing": min(cores, 2)}
        self._pools = {work: ThreadPoolExecutor(n, thread_name_prefix=work) for work, n in at_once.items()}

    def do(self, work: Work, call: Callable[..., object], *args: object) -> None:
        """Do something soon; nothing where all is being ended."""
        try:
            self._pools[work].submit(copy_context().run, self._done, call, *args)
        except RuntimeError:
            return

    def do_alone(self, call: Callable[..., object], *args: object) -> None:
        """Do something that may wait for a network for long: the program does not wait for it when it ends.

        What it has to remember is on the disk at any time.
        """
        threading.Thread(target=copy_context().run, args=(self._done, call, *args), name="alone", daemon=True).start()

    def _done(self, call: Callable[..., object], *args: object) -> None:
        with self.session.entered():
            try:
                call(*args)
            except PreflightError as error:
                self._trouble(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, a person is told, and the rest goes on
                self._trouble(NotDone(unforeseen(error)))

    def close(self) -> None:
        """Let nothing begin any more, end what runs, and wait for it."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self.session.close()
        for pool in self._pools.values():
            pool.shutdown(wait=True)


class SharedWork:
    """Work that is asked for again and again, and done once for all who asked meanwhile.

    Args:
        threads: in which it is done.
        work: what is done.
        trouble: told in words of what could not be done; the next time it is tried all the same.
    """

    def __init__(self, threads: Threads, work: Callable[[], None], trouble: Callable[[str], None]) -> None:
        self._threads, self._work, self._trouble = threads, work, trouble
        self._turn = threading.Lock()
        self._busy = self._again = False

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be done."""
        with self._turn:
            return self._busy

    def ask(self) -> None:
        """Do it soon; where it is being done, once more at its end."""
        with self._turn:
            self._again = True
            if self._busy:
                return
            self._busy = True
        self._threads.do("thinking", self._go)

    def _go(self) -> None:
        while self._goes_on():
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the next change is worked on all the same
                self._trouble(error.message if isinstance(error, PreflightError) else unforeseen(error))

    def _goes_on(self) -> bool:
        """Take what was asked for; where nothing is left, be done."""
        with self._turn:
            self._busy, self._again = self._again, False
            return self._busy
