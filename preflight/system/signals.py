"""Signals that ask a program to end: Ctrl-C, whoever started it, and a terminal that is closed."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

if sys.platform == "win32":
    STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
else:
    STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, FrameType | None], object]


@contextmanager
def on_stop(handler: Handler) -> Iterator[None]:
    """Let a function handle the signals of `STOPS` in place of what they do otherwise; main thread only.

    One but Ctrl-C that is ignored stays so: `nohup` asks for that.
    """
    before = {number: signal.getsignal(number) for number in STOPS}
    taken = [number for number in STOPS if number == signal.SIGINT or before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


@contextmanager
def stop_event() -> Iterator[threading.Event]:
    """Yield an event that the signals of `STOPS` set in place of what they do otherwise; main thread only."""
    stop = threading.Event()
    with on_stop(lambda *_: stop.set()):
        yield stop
