"""Progress and deadline of an analysis."""

import time
from collections.abc import Callable
from fractions import Fraction

import msgspec

Progress = Callable[[Fraction], None]
"""Called with the part done, 0 to 1."""
OFTEN_S = 0.1


class Within(msgspec.Struct, frozen=True):
    """A moment of a whole."""

    moment_s: Fraction
    whole_s: Fraction

    @property
    def part(self) -> Fraction:
        """Part of the whole before it, 0 to 1."""
        return min(max(self.moment_s / self.whole_s, Fraction(0)), Fraction(1)) if self.whole_s > 0 else Fraction(1)


class Part:
    """A stretch of the work, with a deadline.

    Args:
        progress: called at most ten times a second; may be None.
        first: its start within the work, 0 to 1.
        last: its end.
        limit_s: its deadline, in seconds from now.
    """

    def __init__(self, progress: Progress | None, first: Fraction, last: Fraction, limit_s: float) -> None:
        self._progress, self._first, self._last = progress, first, last
        self._until = time.monotonic() + limit_s
        self._next = 0.0

    def is_over(self, done: Within) -> bool:
        """Report progress; tell whether the deadline has passed."""
        now = time.monotonic()
        if self._progress and now >= self._next:
            self._next = now + OFTEN_S
            self._progress(self._first + (self._last - self._first) * done.part)
        return now >= self._until
