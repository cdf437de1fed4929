"""The processes below one, as /proc tells them while threads come and go."""

from pathlib import Path

TRIES = 1000


def children(pid: int | str = "self") -> set[int]:
    """Return the processes that a process began and has not yet waited for.

    /proc tells them by thread, and those of a thread that ended are another's: all threads have to be there to the end.
    """
    for _ in range(TRIES):
        try:
            return {int(child) for task in _tasks(pid) for child in (task / "children").read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise AssertionError("threads ended all the time")


def _tasks(pid: int | str) -> list[Path]:
    """List the threads of a process; none where it is gone."""
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def command_of(pid: int) -> bytes:
    """Return the command line of a process; none where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
