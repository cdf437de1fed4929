"""A fresh interpreter on a socket. Runs first of all, so it imports little."""

import os
import socket
import subprocess
import sys
from typing import Literal, Protocol

from preflight.system import processes as system
from preflight.workers.environment import TRACE, needed_environment

BOOT = "import sys; sys.path[:] = sys.argv[3:]; from preflight.workers.child import main; main()"
"""The interpreter's program: set the module path, run no `__main__`."""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - pathlib takes a tenth of a start
"""Folder of this package."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Keep libraries from starting threads, which would forbid forks."""
START = "PREFLIGHT_START"
"""Variable; `spawn` starts single children, as on systems that cannot fork."""
Mode = Literal["each", "all"]
"""A single child, or a fork server."""
Load = Literal["everything", "av", "pillow"]
"""Libraries to load at the start; others follow on demand."""


class Process(Protocol):
    """A started process."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit status."""

    def kill(self) -> None:
        """Kill it."""


Begun = tuple[socket.socket, Process]
"""A running fork server and its control socket."""


def traced() -> bool:
    """Tell whether the output of children is shown."""
    return bool(os.environ.get(TRACE))


def can_fork() -> bool:
    """Tell whether a fork server can be used."""
    return system.CAN_FORK and os.environ.get(START) != "spawn"


def begin(mode: Mode, end: socket.socket, load: Load = "everything") -> "subprocess.Popen[bytes]":
    """Start an interpreter on a socket; raise OSError."""
    command = [interpreter(), *_flags(), "-c", BOOT, mode, load, *_module_path()]
    trace = None if traced() else subprocess.DEVNULL  # hides what C libraries print about hostile files
    process = subprocess.Popen(  # noqa: S603 - this very program
        command,
        stdin=system.stdin_for(end),
        stdout=subprocess.DEVNULL,
        stderr=trace,
        env={**needed_environment(), **ONE_THREAD},
        creationflags=system.NO_WINDOW,
    )
    system.end_with_us(process)
    system.send_socket(process, end)
    return process


def begin_server(load: Load = "everything") -> Begun:
    """Start a fork server and return its control socket; raise OSError."""
    ours, theirs = system.control_pair()
    with theirs:
        try:
            return ours, begin("all", theirs, load)
        except BaseException:
            ours.close()
            raise


def interpreter() -> str:
    """Return the path of Python; where it is embedded, the one named by its host."""
    spawn = sys.modules.get("multiprocessing.spawn")
    named = spawn.get_executable() if spawn else None
    found = os.fsdecode(named) if named else sys.executable or getattr(sys, "_base_executable", "")
    if not found:
        raise FileNotFoundError(2, "there is no Python interpreter that could be started (sys.executable is empty)")
    return found


def _flags() -> list[str]:
    """Return the interpreter's options: isolated, with this one's text encoding."""
    optimized = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    unwritten = ["-B"] if sys.dont_write_bytecode else []
    return ["-I", *optimized, *unwritten, "-X", f"utf8={sys.flags.utf8_mode}"]


def _module_path() -> list[str]:
    """Return the module path without entries that depend on the current folder."""
    found = [path for path in sys.path if os.path.isabs(path)]  # noqa: PTH117 - as it stands there
    return found if ROOT in found else [ROOT, *found]
