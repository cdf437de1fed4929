"""Other programs, begun so that they do not outlive this one: a command in, a running process out.

On Linux the kernel ends the program with this one, asked by a small step in between that becomes it; nothing of this
process runs in a fork of it. Elsewhere a program is ended by its session alone.
"""

import os
import subprocess
import sys
from collections.abc import Sequence

from preflight.workers.environment import needed_environment
from preflight.workers.process import interpreter

NOT_RUN = 127
"""The exit status of a program that could not be run; what it says then is why."""
BECOME = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG, prctl(2)
if os.getppid() != int(sys.argv[1]):  # killed in between
    os._exit(1)
try:
    os.execv(sys.argv[2], sys.argv[2:])
except OSError as error:
    os.write(2, error.strerror.encode())
os._exit(127)
"""


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Begin a program that hears nothing, and whose output and complaints are piped.

    Args:
        command: the program's path and its arguments.

    Raises:
        OSError: it cannot be begun; on Linux that shows in its exit status, `NOT_RUN`.
    """
    return subprocess.Popen(  # noqa: S603 - the commands are compiled by this program
        [*_before(), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=needed_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _before() -> list[str]:
    """Return what becomes the program, and asks the kernel first to end it with this process."""
    if not sys.platform.startswith("linux"):
        return []
    return [interpreter(), "-I", "-S", "-c", BECOME, str(os.getpid())]
