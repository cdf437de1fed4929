"""Other programs, ended with this one: a command in, a running process out.

On Linux a launcher asks the kernel for that and then becomes the program, so that nothing runs in a fork of this
process. On Windows a job object does it; on macOS only the terminal session.
"""

import subprocess
from collections.abc import Sequence

from preflight.system import processes as system
from preflight.workers.environment import needed_environment
from preflight.workers.process import interpreter

NOT_RUN = 127
"""Exit status where the program could not be run; its stderr has the reason."""


def begin(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a program without input, its stdout and stderr piped.

    Args:
        command: the program's path and its arguments.

    Raises:
        OSError: it cannot be started; on Linux the exit status is `NOT_RUN` instead.
    """
    process = subprocess.Popen(  # noqa: S603 - the commands are compiled by this program
        [*system.launcher(interpreter()), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=needed_environment(),
        creationflags=system.NO_WINDOW,
    )
    system.end_with_us(process)
    return process
