"""What children of the tests are given to do, where nothing heavy is loaded with it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from preflight.probe.faults import Unreadable
from preflight.system.processes import kill


def add(one: int, other: int) -> int:
    return one + other


def who() -> int:
    return os.getpid()


def parent() -> int:
    return os.getppid()


def balloon(size: int) -> int:
    return len(bytearray(size))


def crash() -> None:
    kill(os.getpid())


def counted(last: int, progress: Callable[[int], None] | None = None) -> int:
    for number in range(last):
        if progress:
            progress(number)
    return last


def refuse(words: str) -> None:
    raise Unreadable(words)


def complain() -> None:
    os.write(2, b"tempfile.tif: no such thing")


def begin_and_hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


def write_and_tell(path: str) -> str:
    Path(path).write_text("here")
    return "written"
