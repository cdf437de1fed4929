"""Processes by system: start, bounds, and end with this process.

Linux: the kernel ends a program with this one, RLIMIT_AS bounds memory, a timer ends a child that nobody waits for.
macOS: only the terminal session ends a program; memory has no bound. Windows: a job object does both; without a timer,
the parent ends a child.
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
"""Start programs on Windows without a console; this process handles Ctrl-C."""
CAN_FORK: bool = sys.platform not in ("win32", "darwin") and hasattr(os, "fork")
"""Whether a fork server can be used: macOS libraries forbid forks, Windows has none."""
BECOME = """
import posix, sys
end_with_parent = (1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, prctl(2); SIGKILL
try:  # what ctypes stands on, which by itself takes as long to load as the interpreter
    from _ctypes import call_cdeclfunction, dlopen, dlsym
    call_cdeclfunction(dlsym(dlopen(None, 2), "prctl"), end_with_parent)
except (ImportError, OSError, TypeError):
    import ctypes
    ctypes.CDLL(None).prctl(*end_with_parent)
if posix.getppid() != int(sys.argv[1]):  # killed in between
    posix._exit(1)
try:
    posix.execv(sys.argv[2], sys.argv[2:])
except OSError as error:
    posix.write(2, error.strerror.encode())
posix._exit(127)
"""
"""A launcher that asks the kernel to end it with this process, then becomes the program."""
_PR_SET_DUMPABLE = 4
"""Linux prctl(2): no core dump, no debugger, no access to /proc for a process that is not dumpable."""


def launcher(interpreter: str) -> Sequence[str]:
    """Return the launcher's command, to be put before a program's; empty where the system needs none.

    Args:
        interpreter: the Python to run the launcher.
    """
    return [interpreter, "-I", "-S", "-c", BECOME, str(os.getpid())] if sys.platform == "linux" else []


def is_single_threaded() -> bool:
    """Tell whether this process has a single thread, native ones included; False except on Linux."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - names are counted
    except OSError:
        return False


def wait_readable(ends: Iterable[int], within_s: float) -> set[int]:
    """Return the descriptors with data to read, or whose peer is gone, within a time."""
    if sys.platform == "win32":
        return set(select.select(list(ends), [], [], within_s)[0])
    else:  # noqa: RET505 - a platform's own branch, which type checkers pass over elsewhere
        waiting = select.poll()  # select(2) accepts no descriptor above 1023
        for descriptor in ends:
            waiting.register(descriptor, select.POLLIN)
        return {descriptor for descriptor, _ in waiting.poll(within_s * 1000)}


if sys.platform == "win32":

    def keep_undumped() -> None:
        """Keep this process's memory out of core dumps; Windows writes none unless configured."""

    def no_core_dumps() -> None:
        """Disable core dumps; Windows writes none unless configured."""

    def limit_memory(memory_bytes: int) -> None:
        """Bound the memory of this process, where the system can."""
        from preflight.system import job

        job.limit(memory_bytes)

    def memory_bound() -> int | None:
        """Return the bound on this process's address space, or None."""
        return None

    def limit_time(seconds: float) -> None:
        """End this process after some seconds, where the system can; 0 cancels."""

    def lower_priority(steps: int) -> None:
        """Lower the priority of this thread, where the system can."""

    def end_with_us(process: "subprocess.Popen[bytes]") -> None:
        """End a started program with this process, where that needs a step after the start."""
        from preflight.system import job

        job.tie(process)

else:

    def keep_undumped() -> None:
        """Keep this process's memory out of core dumps; on Linux also from other processes of the user."""
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)

    def no_core_dumps() -> None:
        """Disable core dumps."""
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
        """Return the bound on this process's address space, or None."""
        import resource

        bound = resource.getrlimit(resource.RLIMIT_AS)[0]
        return None if bound == resource.RLIM_INFINITY else bound

    def limit_time(seconds: float) -> None:
        """End this process after some seconds, where the system can; 0 cancels."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def lower_priority(steps: int) -> None:
        """Lower the priority of this thread, on Linux."""
        if sys.platform == "linux":
            os.nice(steps)

    def end_with_us(process: "subprocess.Popen[bytes]") -> None:
        """End a started program with this process, where that needs a step after the start."""


# ---- a socket as standard input ------------------------------------------------------------------------------------


if sys.platform == "win32":

    def stdin_for(end: socket.socket) -> int:
        """Return the `stdin` argument of `Popen` for a child that gets a socket."""
        del end
        return subprocess.PIPE

    def send_socket(process: "subprocess.Popen[bytes]", end: socket.socket) -> None:
        """Send a started child its socket, where it does not inherit one; raise OSError."""
        if process.stdin:
            with process.stdin:
                process.stdin.write(end.share(process.pid))

    def inherited_socket() -> socket.socket:
        """Return the socket that this child was started with."""
        return socket.fromshare(sys.stdin.buffer.read())

else:

    def stdin_for(end: socket.socket) -> int:
        """Return the `stdin` argument of `Popen` for a child that gets a socket."""
        return end.fileno()

    def send_socket(process: "subprocess.Popen[bytes]", end: socket.socket) -> None:
        """Send a started child its socket, where it does not inherit one; raise OSError."""

    def inherited_socket() -> socket.socket:
        """Return the socket that this child was started with."""
        end = socket.socket(fileno=os.dup(0))
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        return end


# ---- forks: only where `CAN_FORK` ------------------------------------------------------------------------------------


if sys.platform == "win32":
    _NO_FORKS = "this system knows no forks"

    def fork() -> int:
        """Fork this process; raise OSError."""
        raise OSError(_NO_FORKS)

    def kill(pid: int) -> None:
        """Kill a process, if it exists."""
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)

    def wait_for(pid: int) -> int:
        """Wait for a forked child and return its exit status, negative for a signal."""
        del pid
        raise OSError(_NO_FORKS)

    def control_pair() -> tuple[socket.socket, socket.socket]:
        """Return a connected pair of sockets that carry messages with descriptors."""
        raise OSError(_NO_FORKS)

    def send_ends(control: socket.socket, words: bytes, ends: Sequence[int]) -> None:
        """Send a message with descriptors; raise OSError."""
        del control, words, ends
        raise OSError(_NO_FORKS)

    def receive_ends(control: socket.socket, most_bytes: int, most_ends: int) -> tuple[bytes, list[int]]:
        """Receive the next message with its descriptors; raise OSError."""
        del control, most_bytes, most_ends
        raise OSError(_NO_FORKS)

    def change_folder(place: int) -> None:
        """Change to an open folder; raise OSError."""
        del place
        raise OSError(_NO_FORKS)

    def environment_values() -> list[bytes]:
        """Return the environment's values as they lie in memory."""
        return []

else:

    def fork() -> int:
        """Fork this process; raise OSError."""
        return os.fork()

    def kill(pid: int) -> None:
        """Kill a process, if it exists."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def wait_for(pid: int) -> int:
        """Wait for a forked child and return its exit status, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def control_pair() -> tuple[socket.socket, socket.socket]:
        """Return a connected pair of sockets that carry messages with descriptors."""
        return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def send_ends(control: socket.socket, words: bytes, ends: Sequence[int]) -> None:
        """Send a message with descriptors; raise OSError."""
        socket.send_fds(control, [words], ends)

    def receive_ends(control: socket.socket, most_bytes: int, most_ends: int) -> tuple[bytes, list[int]]:
        """Receive the next message with its descriptors; raise OSError."""
        words, ends, _, _ = socket.recv_fds(control, most_bytes, most_ends)
        return words, ends

    def change_folder(place: int) -> None:
        """Change to an open folder; raise OSError."""
        os.fchdir(place)

    def environment_values() -> list[bytes]:
        """Return the environment's values as they lie in memory."""
        return list(os.environb.values())


def leave(status: int) -> NoReturn:
    """End a forked process at once, without the exit handlers of its parent."""
    os._exit(status)
