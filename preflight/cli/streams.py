"""The three streams that a program is given: what to do where one is closed, or nobody reads it any more."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from preflight.errors import NotDone

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def open_streams() -> None:
    """Give the program an empty input and a mute standard error where they are closed.

    They are opened in the order of their numbers, so that no file of the program gets the number of a stream.

    Raises:
        NotDone: standard output is closed, so nothing that it is run for could be told.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # not every console has every letter
    unwritable = sys.stdout is None
    if sys.stdin is None:
        sys.stdin = open(_null(os.O_RDONLY), encoding="utf-8")  # noqa: SIM115 - as long as the program runs
    if unwritable:
        sys.stdout = open(_null(os.O_WRONLY), "w", encoding="utf-8")  # noqa: SIM115 - the same
    if sys.stderr is None:
        sys.stderr = open(_null(os.O_WRONLY), "w", encoding="utf-8")  # noqa: SIM115 - the same
    if unwritable:
        advice = "Send what is not wanted to /dev/null."
        raise NotDone("the output cannot be written: standard output is closed", advice=advice)


def _null(flags: int) -> int:
    """Open nothing, so that the programs that this one runs have it too."""
    descriptor = os.open(os.devnull, flags)
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - the system's own signature
    return descriptor


class _Unread(io.FileIO):
    """A stream whose bytes are lost, and counted as written, once nobody reads them any more."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, or lose."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


@contextmanager
def whoever_reads() -> Iterator[None]:
    """Let work go on to its end, and end by how it went, also where the reader of what is printed has gone."""
    before = sys.stdout, sys.stderr
    try:
        sys.stdout, sys.stderr = map(_heedless, before)
        yield
    finally:
        ours, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), before
        for stream in ours:
            stream.flush()


def _heedless(stream: TextIO) -> TextIO:
    """Open the same stream anew, without the error that nobody reads it; what has no file beneath it stays as it is."""
    with suppress(OSError, ValueError):
        stream.flush()
    try:
        raw = _Unread(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):
        return stream
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=True)
