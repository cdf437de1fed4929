"""A fresh interpreter on one end of a socket. Only what that takes is imported here: it is the first thing done."""

import os
import socket
import subprocess
import sys
from typing import Literal, Protocol

from preflight.system import processes as system
from preflight.workers.environment import TRACE, needed_environment

BOOT = "import sys; sys.path[:] = sys.argv[3:]; from preflight.workers.child import main; main()"
"""What a fresh interpreter begins with: the program's own module path, and nothing of its `__main__`."""
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - pathlib takes a tenth of a start
"""Where this package lies."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Libraries that would start threads as they are loaded: nothing forks once there are any."""
START = "PREFLIGHT_START"
"""`spawn` lets every child be started by itself, as on systems that cannot fork."""
Way = Literal["each", "all"]
"""A child, or a server that forks children."""
Load = Literal["everything", "av", "pillow"]
"""Which libraries a child loads before it asks what to do; it can load the others later."""


class Process(Protocol):
    """A process that was started."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return its exit status."""

    def kill(self) -> None:
        """End it."""


Begun = tuple[socket.socket, Process]
"""A server that runs, and the way to ask it."""


def traced() -> bool:
    """Tell whether what children say is to be seen."""
    return bool(os.environ.get(TRACE))


def can_fork() -> bool:
    """Tell whether a server may fork."""
    return system.CAN_FORK and os.environ.get(START) != "spawn"


def begin(way: Way, end: socket.socket, load: Load = "everything") -> "subprocess.Popen[bytes]":
    """Start a fresh interpreter on one end of a connection; raise OSError where it cannot be started."""
    command = [interpreter(), *_flags(), "-c", BOOT, way, load, *_module_path()]
    trace = None if traced() else subprocess.DEVNULL  # what C code says of a hostile file is for nobody
    process = subprocess.Popen(  # noqa: S603 - this very program
        command,
        stdin=system.standing_input(end),
        stdout=subprocess.DEVNULL,
        stderr=trace,
        env={**needed_environment(), **ONE_THREAD},
        creationflags=system.NO_WINDOW,
    )
    system.end_with_us(process)
    system.hand_over(process, end)
    return process


def begin_server(load: Load = "everything") -> Begun:
    """Start a server of children, and return the way to ask it; raise OSError where it cannot be started."""
    ours, theirs = system.control_pair()
    with theirs:
        try:
            return ours, begin("all", theirs, load)
        except BaseException:
            ours.close()
            raise


def interpreter() -> str:
    """Return the Python that runs this program; where it is embedded, the one that its host has named."""
    spawn = sys.modules.get("multiprocessing.spawn")
    named = spawn.get_executable() if spawn else None
    found = os.fsdecode(named) if named else sys.executable or getattr(sys, "_base_executable", "")
    if not found:
        raise FileNotFoundError(2, "there is no Python interpreter that could be started (sys.executable is empty)")
    return found


def _flags() -> list[str]:
    """Return the interpreter's options: on its own, and reading names and files as this one does."""
    optimized = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    unwritten = ["-B"] if sys.dont_write_bytecode else []
    return ["-I", *optimized, *unwritten, "-X", f"utf8={sys.flags.utf8_mode}"]


def _module_path() -> list[str]:
    """Return where this program finds its modules, but for places that depend on where it happens to stand."""
    found = [path for path in sys.path if os.path.isabs(path)]  # noqa: PTH117 - as it stands there
    return found if ROOT in found else [ROOT, *found]
