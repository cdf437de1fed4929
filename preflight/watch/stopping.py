"""Ctrl-C and SIGTERM, so that they end the program between two files and never within one.

What is within `held` is finished first; anything else, such as waiting, measuring or encoding, ends at once.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Heeds the signals for as long as it is entered; only in the main thread."""

    def __init__(self) -> None:
        self.signal: int | None = None
        """Which one came."""
        self._holds = 0
        self._process = os.getpid()
        self._before: list[tuple[int, object]] = []

    def __enter__(self) -> Self:
        """Begin to heed them."""
        self._before = [(number, signal.signal(number, self._come)) for number in SIGNALS]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave them to whom they were before."""
        for number, before in self._before:
            signal.signal(number, before)  # type: ignore[arg-type] # what signal.signal returned

    def _come(self, number: int, _frame: FrameType | None) -> None:
        if os.getpid() != self._process:  # a child that was forked, which is to die of it as any other
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        self.signal = number
        if not self._holds:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let a signal wait until the end of this; raise KeyboardInterrupt there if one came."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        if self.signal is not None and not self._holds:
            raise KeyboardInterrupt
