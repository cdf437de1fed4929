"""What differs between systems about processes: how they begin, what bounds them, how they end with this one.

On Linux the kernel ends a program with this one, RLIMIT_AS bounds a child's memory, and a timer ends it where nobody
waits for it any more. On macOS a program is ended by its session alone, and nothing bounds memory. On Windows a job
object does both, and there is no timer: whoever waits for a child ends it.
"""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NoReturn

NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""How programs begin on Windows: no console of their own, and Ctrl-C is ours to handle."""
CAN_FORK: bool = sys.platform not in ("win32", "darwin") and hasattr(os, "fork")
"""Whether a server of children may fork: macOS' own libraries forbid it, Windows knows no forks."""
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
"""A small step in between that becomes a program, and asks the kernel first to end it with this process."""
_PR_SET_DUMPABLE = 4
"""Linux's prctl(2): a process that is not dumpable leaves no core, and nobody may attach to it or read its /proc."""


def before_program(interpreter: str) -> Sequence[str]:
    """Return the command that becomes a program which ends with this process; none where the system has another way.

    Args:
        interpreter: the Python that runs the step in between.
    """
    return [interpreter, "-I", "-S", "-c", BECOME, str(os.getpid())] if sys.platform == "linux" else []


def is_alone() -> bool:
    """Tell whether this process has one thread, whoever made others; only Linux tells."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names are counted
    except OSError:
        return False


def wait_readable(ends: Iterable[int], within_s: float) -> set[int]:
    """Return those sockets, by descriptor, on which something came or whose other end is gone; none if not in time."""
    if sys.platform == "win32":
        return set(select.select(list(ends), [], [], within_s)[0])
    else:  # noqa: RET505 - a platform's own branch, which type checkers pass over elsewhere
        waiting = select.poll()  # select(2) knows no descriptor above 1023
        for descriptor in ends:
            waiting.register(descriptor, select.POLLIN)
        return {descriptor for descriptor, _ in waiting.poll(within_s * 1000)}


if sys.platform == "win32":

    def keep_undumped() -> None:
        """Keep the memory of this process out of core dumps: Windows writes none unless an administrator asks."""

    def no_core_dumps() -> None:
        """Let no crash write down what was in memory: Windows writes none unless an administrator asks."""

    def limit_memory(memory_bytes: int) -> None:
        """Bound the memory of this process, where the system can."""
        from preflight.system import job

        job.limit(memory_bytes)

    def memory_bound() -> int | None:
        """Return the bound on the address space of this process; None where there is none."""
        return None

    def limit_time(seconds: float) -> None:
        """End this process after so many seconds, where the system can; never for 0."""

    def stand_back(steps: int) -> None:
        """Let other threads go before this one, where a thread can be told so by itself."""

    def end_with_us(process: "subprocess.Popen[bytes]") -> None:
        """Let a program end with this process, however that ends, where it takes a step after the start."""
        from preflight.system import job

        job.tie(process)

else:

    def keep_undumped() -> None:
        """Keep the memory of this process out of core dumps, and on Linux away from what else the user runs."""
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

    def no_core_dumps() -> None:
        """Let no crash write down what was in memory."""
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def limit_memory(memory_bytes: int) -> None:
        """Bound the memory of this process, where the system can."""
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = memory_bytes if most == resource.RLIM_INFINITY else min(memory_bytes, most)
        with suppress(ValueError, OSError):  # macOS knows the limit, and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (bound, most))

    def memory_bound() -> int | None:
        """Return the bound on the address space of this process; None where there is none."""
        import resource

        bound = resource.getrlimit(resource.RLIMIT_AS)[0]
        return None if bound == resource.RLIM_INFINITY else bound

    def limit_time(seconds: float) -> None:
        """End this process after so many seconds, where the system can; never for 0."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def stand_back(steps: int) -> None:
        """Let other threads go before this one, where a thread can be told so by itself: on Linux."""
        if sys.platform == "linux":
            os.nice(steps)

    def end_with_us(process: "subprocess.Popen[bytes]") -> None:
        """Let a program end with this process, however that ends, where it takes a step after the start."""


# ---- a socket as standard input ------------------------------------------------------------------------------------


if sys.platform == "win32":

    def standing_input(end: socket.socket) -> int:
        """Return what `Popen` is to take for standard input of a child that is to have an end of a connection."""
        del end
        return subprocess.PIPE

    def hand_over(process: "subprocess.Popen[bytes]", end: socket.socket) -> None:
        """Give a child that began its end of a connection, where it did not begin with it; raises OSError."""
        if process.stdin:
            with process.stdin:
                process.stdin.write(end.share(process.pid))

    def taken_over() -> socket.socket:
        """Return the end of a connection that this child was started with."""
        return socket.fromshare(sys.stdin.buffer.read())

else:

    def standing_input(end: socket.socket) -> int:
        """Return what `Popen` is to take for standard input of a child that is to have an end of a connection."""
        return end.fileno()

    def hand_over(process: "subprocess.Popen[bytes]", end: socket.socket) -> None:
        """Give a child that began its end of a connection, where it did not begin with it; raises OSError."""

    def taken_over() -> socket.socket:
        """Return the end of a connection that this child was started with."""
        end = socket.socket(fileno=os.dup(0))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return end


# ---- forks: only where `CAN_FORK` ------------------------------------------------------------------------------------


if sys.platform == "win32":
    _NO_FORKS = "this system knows no forks"

    def fork() -> int:
        """Fork this process; raise OSError where that cannot be done."""
        raise OSError(_NO_FORKS)

    def kill(pid: int) -> None:
        """End a process at once, if it is there."""
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)

    def buried(pid: int) -> int:
        """Wait for a fork of this process to end, and return its exit status, negative for a signal."""
        del pid
        raise OSError(_NO_FORKS)

    def control_pair() -> tuple[socket.socket, socket.socket]:
        """Return the two ends of a connection over which descriptors can be sent, each message by itself."""
        raise OSError(_NO_FORKS)

    def send_ends(control: socket.socket, words: bytes, ends: Sequence[int]) -> None:
        """Send words and descriptors; raises OSError."""
        del control, words, ends
        raise OSError(_NO_FORKS)

    def received_ends(control: socket.socket, most_bytes: int, most_ends: int) -> tuple[bytes, list[int]]:
        """Return the words and descriptors that come next; raises OSError."""
        del control, most_bytes, most_ends
        raise OSError(_NO_FORKS)

    def work_in(place: int) -> None:
        """Make an opened folder the working folder; raises OSError."""
        del place
        raise OSError(_NO_FORKS)

    def environment_values() -> list[bytes]:
        """Return the values of the environment as they lie in memory."""
        return []

else:

    def fork() -> int:
        """Fork this process; raise OSError where that cannot be done."""
        return os.fork()

    def kill(pid: int) -> None:
        """End a process at once, if it is there."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def buried(pid: int) -> int:
        """Wait for a fork of this process to end, and return its exit status, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def control_pair() -> tuple[socket.socket, socket.socket]:
        """Return the two ends of a connection over which descriptors can be sent, each message by itself."""
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def send_ends(control: socket.socket, words: bytes, ends: Sequence[int]) -> None:
        """Send words and descriptors; raises OSError."""
        socket.send_fds(control, [words], ends)

    def received_ends(control: socket.socket, most_bytes: int, most_ends: int) -> tuple[bytes, list[int]]:
        """Return the words and descriptors that come next; raises OSError."""
        words, ends, _, _ = socket.recv_fds(control, most_bytes, most_ends)
        return words, ends

    def work_in(place: int) -> None:
        """Make an opened folder the working folder; raises OSError."""
        os.fchdir(place)

    def environment_values() -> list[bytes]:
        """Return the values of the environment as they lie in memory."""
        return list(os.environb.values())


def leave(status: int) -> NoReturn:
    """End this process as a fork has to: nothing of what its parent had begun is ended with it."""
    os._exit(status)
