"""Signals that ask a program to end: Ctrl-C, whoever started it, and a terminal that is closed."""

import _thread
import os
import signal
import sys
import time
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
LOADING = frozenset({"_frozen_importlib", "importlib._bootstrap", "preflight.values.ready"})
"""Modules that load others, or have msgspec learn a type.

What a handler raises there reaches nobody, is taken for an error of a class that is just made, or ends the process
where that is made in C.
"""
AGAIN_S = 0.005
"""How long a signal waits that came then, before it is looked at again."""


@contextmanager
def on_stop(handler: Handler, numbers: Collection[signal.Signals] = STOPS) -> Iterator[None]:
    """Let a function handle signals in place of what they do otherwise; main thread only.

    One but Ctrl-C that is ignored stays so: `nohup` asks for that. A forked child ends by them as by default.
    Where `LOADING` is at work, they wait.
    """
    process, waiting = os.getpid(), set[int]()
    loading = _loading(sys._getframe())  # noqa: SLF001 - for one who loads what runs the program, all of it is loading

    def handle(number: int, frame: "FrameType | None") -> None:
        if os.getpid() != process:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif _loading(frame) > loading:
            if number not in waiting:
                waiting.add(number)
                _thread.start_new_thread(_send_again, (number, waiting))
        else:
            handler(number, frame)

    before = {number: signal.getsignal(number) for number in numbers}
    taken = [number for number in numbers if number == signal.SIGINT or before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def _loading(frame: "FrameType | None") -> int:
    """Count the frames of `LOADING` that a frame runs in."""
    count = 0
    while frame is not None:
        count += frame.f_globals.get("__name__") in LOADING
        frame = frame.f_back
    return count


def _send_again(number: int, waiting: set[int]) -> None:
    time.sleep(AGAIN_S)
    waiting.discard(number)
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:  # wakes the main thread, whatever it waits for
        os.kill(os.getpid(), number)


@contextmanager
def as_ctrl_c() -> Iterator[list[int]]:
    """Let every signal of `STOPS` raise KeyboardInterrupt; yield the numbers of those that came; main thread only.

    Ctrl-C that is ignored stays so as well: a shell asks for that where it runs a program in the background.
    """
    came: list[int] = []

    def interrupt(number: int, _frame: "FrameType | None") -> None:
        came.append(number)
        raise KeyboardInterrupt

    with on_stop(interrupt, [number for number in STOPS if signal.getsignal(number) is not signal.SIG_IGN]):
        yield came


@contextmanager
def stop_event() -> "Iterator[threading.Event]":
    """Yield an event that the signals of `STOPS` set in place of what they do otherwise; main thread only."""
    import threading

    stop = threading.Event()
    with on_stop(lambda *_: stop.set()):
        yield stop
