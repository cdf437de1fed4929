"""Start the program as a process that has loaded already: a command's words in, a process like `Popen` out.

Loading takes most of a short command's time. So one process loads what the commands need, and is forked for each of
them: what runs is the program, in a process of its own, with its own folder, environment and output, and is killed as
any other.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

LOADED = [
    *("scripts.chaos_program", "preflight.cli.commands", "preflight.cli.submit", "preflight.cli.task"),
    *("preflight.cli.reconcile", "preflight.cli.serve", "preflight.server.gateway.start", "preflight.flow.submit"),
    *("preflight.submission.reconcile", "preflight.service.client", "preflight.service.download", "preflight.flow.fix"),
    *("preflight.rules", "preflight.report.text", "preflight.upload.parcel", "uvicorn", "httpx", "rich", "PIL.Image"),
]
"""Modules that the commands of a run load."""


@cache
def _context() -> Any:  # noqa: ANN401 - of a class that is not there on Windows
    context: Any = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LOADED)
    return context


class Program:
    """A command of the program that runs.

    Args:
        words: the command, without the program's name.
        folder: where it runs.
        environment: its environment.
        said: the file that takes its output.
    """

    def __init__(self, words: tuple[str, ...], folder: Path, environment: dict[str, str], said: Path) -> None:
        self._process: BaseProcess = _context().Process(target=_live, args=(words, folder, environment, said))
        self._process.start()
        if self._process.pid is None:
            raise RuntimeError("it did not start")
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._process.exitcode

    def wait(self, limit_s: float | None = None) -> int:
        """Wait for its end; raise TimeoutExpired when that does not come."""
        self._process.join(limit_s)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("preflight", limit_s or 0.0)
        return self._process.exitcode

    def kill(self) -> None:
        """End it by SIGKILL."""
        self._process.kill()

    def terminate(self) -> None:
        """Ask it to end, by SIGTERM."""
        self._process.terminate()


def _live(words: tuple[str, ...], folder: Path, environment: dict[str, str], said: Path) -> NoReturn:
    """Become the program."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    sys.argv = ["preflight", *words]
    from preflight.cli import main

    main()
