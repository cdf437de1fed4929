"""Signals that ask a program to end: Ctrl-C, whoever started it, and a terminal that is closed."""

import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from types import FrameType

if sys.platform == "win32":
    STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, "FrameType | None"], object]


@contextmanager
def on_stop(handler: Handler, numbers: Collection[signal.Signals] = STOPS) -> Iterator[None]:
    """Let a function handle signals in place of what they do otherwise; main thread only.

    One but Ctrl-C that is ignored stays so: `nohup` asks for that. A forked child ends by them as by default.
    """
    process = os.getpid()

    def handle(number: int, frame: "FrameType | None") -> None:
        if os.getpid() == process:
            handler(number, frame)
            return
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    before = {number: signal.getsignal(number) for number in numbers}
    taken = [number for number in numbers if number == signal.SIGINT or before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


@contextmanager
def as_ctrl_c() -> Iterator[list[int]]:
    """Let every signal of `STOPS` interrupt as Ctrl-C does; yield the numbers of those that came; main thread only."""
    came: list[int] = []

    def interrupt(number: int, _frame: "FrameType | None") -> None:
        came.append(number)
        raise KeyboardInterrupt

    with on_stop(interrupt, STOPS[1:]):
        yield came


@contextmanager
def stop_event() -> "Iterator[threading.Event]":
    """Yield an event that the signals of `STOPS` set in place of what they do otherwise; main thread only."""
    import threading

    stop = threading.Event()
    with on_stop(lambda *_: stop.set()):
        yield stop
