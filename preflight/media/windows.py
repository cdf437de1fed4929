"""Which part to keep: a length, the limits and the marks in it in; the best windows out.

Marks are the times at which another shot begins, or moments of quiet; beginning and end of the whole are marks, too.
A window between two marks shows whole shots. One that begins on a mark and is as long as may be shows more, but cuts
its last shot: it counts two thirds.
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
"""What a window is worth that ends between two marks, against one as long that ends on one."""
OVERLAP = Fraction(1, 2)
"""Of two windows that share more than this part of the shorter one, the better speaks for both."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A part that may be kept."""

    window: Window
    score: Fraction
    """0 to 1: its length against the longest possible, less what a cut shot costs."""
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
    """Return the best parts of a clip or sound, best first; none where it is shorter than the limits allow.

    Args:
        duration_s: the whole.
        limits: how long a part may be, in seconds.
        marks: where a part should begin and end, in seconds from the beginning; what lies outside is passed over.
        keep_most: whether a long part with its last shot cut may win over a short one of whole shots.
        count: how many are returned at most; fewer where they would show much the same.
        marked_by: what the marks are, for the words.
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
    """Return windows from mark to mark that no further mark can lengthen."""
    ends = ((start, edges[bisect_right(edges, start + longest) - 1]) for start in edges)
    starts = ((edges[bisect_left(edges, end - longest)], end) for end in edges)
    return {(start, end) for start, end in (*ends, *starts) if end > start and end - start >= shortest}


def _begun(edges: list[Fraction], longest: Fraction) -> set[tuple[Fraction, Fraction]]:
    """Return windows that begin on a mark and are as long as may be."""
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
    """Say of a window, which begins with shot `first` from 0 and reaches `last`, what speaks for it."""
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
    """Order by score, the earlier first; of one score and start there is only one that ends on a mark."""
    return -candidate.score, candidate.window.start_s


def _unlike(ranked: list[Candidate], count: int) -> list[Candidate]:
    """Return the first that do not show much the same as a better one."""
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
