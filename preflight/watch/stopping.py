"""Ctrl-C, SIGTERM and the end of a terminal, delayed so that they end the program between two files.

A block within `held` completes first; waiting, measuring and encoding end at once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType, TracebackType
from typing import Self

from preflight.system.signals import on_stop


class Stopping:
    """Signal handlers while entered; main thread only."""

    def __init__(self) -> None:
        self.signal: int | None = None
        """The received signal."""
        self._holds = 0
        self._handling = ExitStack()

    def __enter__(self) -> Self:
        """Install the handlers."""
        self._handling.enter_context(on_stop(self._come))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Restore the previous handlers."""
        self._handling.close()

    def _come(self, number: int, _frame: FrameType | None) -> None:
        self.signal = number
        if not self._holds:
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Iterator[None]:
        """Delay a signal until the end of the block, then raise KeyboardInterrupt."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
        if self.signal is not None and not self._holds:
            raise KeyboardInterrupt
