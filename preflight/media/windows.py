"""Best windows to keep: a duration, limits and marks in; windows out.

Marks are shot changes or quiet moments, and both ends. A window between two marks shows whole shots. One of the longest
duration from a mark shows more but cuts its last shot, and so counts two thirds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.values.assets import Window
from preflight.values.limits import Range

MarkedBy = Literal["shots", "quiet"]

CUT_SHORT = Fraction(2, 3)
"""Weight of a window that ends between marks, against one that ends on a mark."""
OVERLAP = Fraction(1, 2)
"""Overlap, of the shorter window, above which only the better is kept."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A part to keep."""

    window: Window
    score: Fraction
    """0 to 1: duration relative to the longest possible, less for a cut shot."""
    why: str


def best_windows(  # noqa: PLR0913 - the marks and the four ways to choose among them
    duration_s: Fraction,
    limits: Range,
    marks: Iterable[Fraction],
    *,
    keep_most: bool = True,
    count: int = 5,
    marked_by: MarkedBy = "shots",
) -> tuple[Candidate, ...]:
    """Return the best parts of a clip or audio file, best first; none where it is too short.

    Args:
        duration_s: the whole duration.
        limits: durations of a part, in seconds.
        marks: preferred starts and ends, in seconds from the start; others are ignored.
        keep_most: whether a long part with a cut shot may rank above whole shots.
        count: the most parts; similar ones are left out.
        marked_by: the kind of marks, for the text.
    """
    longest = duration_s if limits.max is None else min(duration_s, limits.max)
    if longest <= 0 or longest < (limits.min or 0):
        return ()
    edges = [Fraction(0), *sorted({mark for mark in marks if 0 < mark < duration_s}), duration_s]
    between = _between(edges, longest, limits.min or Fraction(0))
    windows = between if between and not keep_most else between | _begun(edges, longest)
    ranked = sorted((_judged(window, edges, longest, marked_by) for window in windows), key=_rank)
    return tuple(_unlike(ranked, count))


def _between(edges: list[Fraction], longest: Fraction, shortest: Fraction) -> set[tuple[Fraction, Fraction]]:
    """Return the longest windows between marks."""
    ends = ((start, edges[bisect_right(edges, start + longest) - 1]) for start in edges)
    starts = ((edges[bisect_left(edges, end - longest)], end) for end in edges)
    return {(start, end) for start, end in (*ends, *starts) if end > start and end - start >= shortest}


def _begun(edges: list[Fraction], longest: Fraction) -> set[tuple[Fraction, Fraction]]:
    """Return the windows of the longest duration from each mark."""
    return {(start, start + longest) for start in edges if start + longest <= edges[-1]}


def _judged(
    window: tuple[Fraction, Fraction], edges: list[Fraction], longest: Fraction, marked_by: MarkedBy
) -> Candidate:
    start, end = window
    first, last = bisect_left(edges, start), bisect_left(edges, end)
    whole = edges[last] == end
    score = (end - start) / longest * (1 if whole else CUT_SHORT)
    return Candidate(window=Window(start, end), score=score, why=_words(first, last, len(edges) - 1, whole, marked_by))


def _words(first: int, last: int, shots: int, whole: bool, marked_by: MarkedBy) -> str:  # noqa: FBT001 - one fact of five
    """Explain a window that begins with shot `first`, from 0, and ends in `last`."""
    if marked_by == "quiet":
        start = "the beginning" if first == 0 else "a quiet moment"
        end = ("the end" if last == shots else "a quiet moment") if whole else "the longest that is allowed"
        return f"from {start} to {end}"
    if not whole:
        return f"begins with shot {first + 1} of {shots}, the longest that is allowed, cut off in shot {last}"
    if last - first == 1:
        return "the only shot, whole" if shots == 1 else f"shot {last} of {shots}, whole"
    return f"shots {first + 1} to {last} of {shots}, whole"


def _rank(candidate: Candidate) -> tuple[Fraction, Fraction]:
    """Order by score, then start; no two share both and end on a mark."""
    return -candidate.score, candidate.window.start_s


def _unlike(ranked: list[Candidate], count: int) -> list[Candidate]:
    """Return the first windows that are not similar to a better one."""
    chosen: list[Candidate] = []
    for candidate in ranked:
        if len(chosen) >= count:
            break
        if not any(_alike(candidate.window, other.window) for other in chosen):
            chosen.append(candidate)
    return chosen


def _alike(one: Window, other: Window) -> bool:
    shared = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return shared > OVERLAP * min(one.end_s - one.start_s, other.end_s - other.start_s)
