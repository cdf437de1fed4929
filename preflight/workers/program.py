"""Other programs, begun so that they do not outlive this one: a command in, a running process out.

On Linux the kernel ends the program with this one, asked by a small step in between that becomes it; nothing of this
process runs in a fork of it. On Windows a job object does so; on macOS a program is ended by its session alone.
"""

import subprocess
from collections.abc import Sequence

from preflight.system import processes as system
from preflight.workers.environment import needed_environment
from preflight.workers.process import interpreter

NOT_RUN = 127
"""The exit status of a program that could not be run; what it says then is why."""


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Begin a program that hears nothing, and whose output and complaints are piped.

    Args:
        command: the program's path and its arguments.

    Raises:
        OSError: it cannot be begun; on Linux that shows in its exit status, `NOT_RUN`.
    """
    process = subprocess.Popen(  # noqa: S603 - the commands are compiled by this program
        [*system.before_program(interpreter()), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=needed_environment(),
        creationflags=system.NO_WINDOW,
    )
    system.end_with_us(process)
    return process
