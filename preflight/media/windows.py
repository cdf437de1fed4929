"""Rank the windows of a timeline that may be kept, within the limits; best first.

    every window ── worth of its steps, its length, its ends ──► ranked ── unlike ── ends moved ──► ranked, unlike

Of windows that overlap the best speaks for all (non-maximum suppression). Its ends then move to a pause or a beat near
by, unless they stand between two shots.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.media.interest import interest_of
from preflight.media.timeline import STEP_S, Timeline
from preflight.values.assets import Window
from preflight.values.limits import Range
from preflight.values.phrase import phrase
from preflight.values.units import decimal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]

CUT_FRONT, CUT_SHORT = 0.85, 0.75
"""Factor for a window that begins, or ends, within one of several shots."""
CUT_WORD = 0.95
"""Factor for each end that cuts a word or a beat."""
AT_START = 1.1
"""Factor for a window at the start: another has to be clearly better."""
LENGTH_POWER = 0.5
"""Exponent of the length: a quarter of the length scores half."""
OVERLAP, ROUNDING_S = 0.5, 1e-6
"""Overlap, of the shorter window, above which the better of two suppresses the other; what counts as just as much."""
BEAT_NEAR_S, PAUSE_NEAR_S = Fraction(4, 5), Fraction(2)
"""Greatest move of an end to a beat, or to a pause."""
LEAD_S = Fraction(15, 100)
"""Silence kept next to speech."""
ATTACK_S = Fraction(2, 100)
"""Distance of a cut before a beat, so that its attack is whole or absent."""
LEAST_DIFFERENCE_S = Fraction(1)
"""Least difference in length of a single shot that is offered beside a window around it."""
ROOM = 3
"""Windows refined, in multiples of those wanted: some become alike."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate window."""

    window: Window
    score: Fraction
    """0 to 1: mean score of its steps against the best window, times the factors for length and ends."""
    why: str


Scored = tuple[Window, float]


def best_windows(
    timeline: Timeline, limits: Range, *, longest_s: Fraction | None = None, count: int = 5
) -> tuple[Candidate, ...]:
    """Rank the windows that may be kept; empty where the whole is shorter than the limits allow.

    Args:
        timeline: features of the clip or audio file.
        limits: duration allowed, in seconds.
        longest_s: its share of the seconds of a request; None for the limit alone.
        count: most candidates; fewer where others would be alike.

    Returns:
        Candidates that differ, best first, at least one of whole shots where one fits; where the best is more than a
        shot, the best shot in it comes second.
    """
    whole, shortest = timeline.duration_s, limits.min or Fraction(0)
    longest = min(bound for bound in (whole, limits.max, longest_s) if bound is not None)
    if longest <= 0 or longest < shortest or count < 1:
        return ()
    if longest == whole:
        words = "the only shot, whole" if len(timeline.shots) == 1 else "the whole"
        return (Candidate(window=Window(Fraction(0), whole), score=Fraction(1), why=words),)
    ranking = _Ranking(timeline, shortest, longest)
    pool = ranking.ranked([*ranking.of_length(), *ranking.of_shots()])
    rough = _unlike(pool, ROOM * count)
    moved = ranking.ranked(
        {ranking.moved(one) for one, _ in rough} | {one for one, _ in rough if ranking.is_whole(one)}
    )
    chosen = _unlike(moved, count)
    if timeline.shots and not any(ranking.is_whole(one) for one, _ in chosen):
        chosen = _with_whole(chosen, [one for one in pool if ranking.is_whole(one[0])], count)
    shots = set(timeline.shots)
    chosen = _with_single(chosen, [one for one in pool if one[0] in shots], count)
    return tuple(ranking.candidate(*one) for one in chosen)


class _Ranking:
    """Scores windows of one timeline."""

    def __init__(self, timeline: Timeline, shortest: Fraction, longest: Fraction) -> None:
        import numpy as np

        self._timeline, self._shortest, self._longest = timeline, shortest, longest
        worth = interest_of(timeline)
        self._sums = np.concatenate([[0.0], np.cumsum(worth)])
        self._starts = {shot.start_s for shot in timeline.shots} | {Fraction(0)}
        self._ends = {shot.end_s for shot in timeline.shots} | {timeline.duration_s}
        self._quiet = np.asarray([(float(one.start_s), float(one.end_s)) for one in timeline.pauses]).reshape(-1, 2)
        self._beats = np.asarray([float(beat) for beat in timeline.beats_s])
        self._before_beats = [beat - ATTACK_S for beat in timeline.beats_s]
        self._pause_ends = [pause.end_s - _lead(pause) for pause in timeline.pauses]
        self._pause_starts = [pause.start_s + _lead(pause) for pause in timeline.pauses]

    def of_length(self) -> Iterator[Window]:
        """Yield windows of the greatest length: from each step and shot start, and to each shot end."""
        last = self._timeline.duration_s - self._longest
        steps = (STEP_S * at for at in range(int(last / STEP_S) + 1))
        ends = (end - self._longest for end in self._ends)
        for start in (*steps, *self._starts, *ends):
            if 0 <= start <= last:
                yield Window(start, start + self._longest)

    def of_shots(self) -> Iterator[Window]:
        """Yield windows of whole shots."""
        ends = sorted(self._ends)
        for start in self._starts:
            first, last = (bisect_left(ends, start + self._shortest), bisect_right(ends, start + self._longest))
            yield from (Window(start, end) for end in ends[first:last] if end > start)

    def is_whole(self, window: Window) -> bool:
        """Tell whether a window consists of whole shots."""
        return window.start_s in self._starts and window.end_s in self._ends

    def ranked(self, windows: Iterable[Window]) -> list[Scored]:
        """Score windows; best first, then the earlier, then the longer."""
        import numpy as np

        given = list(windows)
        bounds = np.asarray([(float(one.start_s), float(one.end_s)) for one in given])
        worth = self._worth(bounds / float(STEP_S))
        lengths = (bounds[:, 1] - bounds[:, 0]) / float(self._longest)
        scores = worth / max(float(worth.max()), 1e-9) * lengths**LENGTH_POWER * self._ends_worth(bounds)
        scores *= np.where(bounds[:, 0] <= 0, AT_START, 1.0)
        order = np.lexsort((-bounds[:, 1], bounds[:, 0], -np.round(scores, 3)))
        return [(given[at], float(scores[at])) for at in order.tolist()]

    def _worth(self, bounds: "Floats") -> "Floats":
        """Average step scores between bounds, in steps."""
        import numpy as np

        places = np.arange(len(self._sums))
        first, last = (np.interp(bounds[:, at], places, self._sums) for at in (0, 1))
        means: Floats = np.maximum((last - first) / (bounds[:, 1] - bounds[:, 0]), 1e-6)
        return means

    def _ends_worth(self, bounds: "Floats") -> "Floats":
        """Compute the factor for ends that cut shots, words or beats."""
        import numpy as np

        costs = (CUT_FRONT, CUT_SHORT) if len(self._timeline.shots) > 1 else (1.0, 1.0)
        worth = np.ones(len(bounds))
        for at, (cost, marks) in enumerate(zip(costs, (self._starts, self._ends), strict=True)):
            worth *= np.where(np.isin(bounds[:, at], [float(mark) for mark in marks]), 1.0, cost)
            worth *= np.where(self._are_clear(bounds[:, at]), 1.0, CUT_WORD)
        return worth

    def _are_clear(self, moments: "Floats") -> "NDArray[Any]":
        """Tell which moments cut no word and no beat, as far as known."""
        import numpy as np

        free = (moments <= 0) | (moments >= float(self._timeline.duration_s))
        if not (len(self._quiet) or len(self._beats)):
            return np.ones_like(free)
        if len(self._quiet):
            at = np.maximum(np.searchsorted(self._quiet[:, 0], moments, "right") - 1, 0)
            free |= (self._quiet[at, 0] <= moments) & (moments <= self._quiet[at, 1])
        if len(self._beats):
            at = np.searchsorted(self._beats, moments)
            near = (self._beats[np.clip(at - by, 0, len(self._beats) - 1)] for by in (0, 1))
            free |= np.minimum(*(np.abs(one - moments) for one in near)) <= 2 * float(ATTACK_S)
        return free

    def _is_clear(self, moment: Fraction) -> bool:
        import numpy as np

        return bool(self._are_clear(np.asarray([float(moment)]))[0])

    def moved(self, window: Window) -> Window:
        """Move the ends of a window to pauses or beats near them."""
        start, end = window.start_s, window.end_s
        if start not in self._starts or not (self._is_clear(start) or self._timeline.shots[1:]):
            start = self._best_near(start, self._pause_ends, self._timeline.duration_s)
        most = min(start + self._longest, self._timeline.duration_s)
        if end not in self._ends or end > most:
            end = min(self._best_near(min(end, most), self._pause_starts, most), most)
        return Window(start, end) if end - start >= max(self._shortest, STEP_S) else window

    def _best_near(self, moment: Fraction, pauses: list[Fraction], most: Fraction) -> Fraction:
        """Find the beat, else the pause, nearest to a moment; the moment itself where none is near."""
        for marks, near in ((self._before_beats, BEAT_NEAR_S), (pauses, PAUSE_NEAR_S)):
            found = _nearest(marks, moment, most)
            if found is not None and abs(found - moment) <= near:
                return found
        return moment

    def candidate(self, window: Window, score: float) -> Candidate:
        """Describe a scored window."""
        exact = Fraction(round(min(max(score, 0.0), 1.0) * 1000), 1000)
        words = self._shot_words(window) if len(self._timeline.shots) > 1 else self._part_words(window)
        return Candidate(window=window, score=exact, why=words)

    def _shot_words(self, window: Window) -> str:
        shots = self._timeline.shots
        first = bisect_right([shot.end_s for shot in shots], window.start_s)
        last = max(bisect_left([shot.start_s for shot in shots], window.end_s), first + 1)
        of = len(shots)
        those = phrase("shots {n1} to {n2} of {n3}", n1=first + 1, n2=last, n3=of)
        if last - first == 1:
            those = phrase("shot {n1} of {n2}", n1=last, n2=of)
        if self.is_whole(window):
            return phrase("{shots}, whole", shots=those)
        if window.start_s in self._starts:
            return phrase("begins with shot {n1} of {n2}, cut off in shot {n3}", n1=first + 1, n2=of, n3=last)
        return phrase("part of {shots}", shots=those)

    def _part_words(self, window: Window) -> str:
        start = "the beginning" if window.start_s == 0 else self._moment_words(window.start_s)
        end = "the end" if window.end_s == self._timeline.duration_s else self._moment_words(window.end_s)
        return phrase("from {start} to {end}", start=start, end=end)

    def _moment_words(self, moment: Fraction) -> str:
        if not (len(self._quiet) or len(self._beats)) or not self._is_clear(moment):
            return phrase("{n} s", n=decimal(moment))
        return "a pause" if any(one.start_s <= moment <= one.end_s for one in self._timeline.pauses) else "a beat"


def _lead(pause: Window) -> Fraction:
    return min(LEAD_S, (pause.end_s - pause.start_s) / 2)


def _nearest(marks: list[Fraction], moment: Fraction, most: Fraction) -> Fraction | None:
    """Find the nearest of sorted marks, from 0 to the greatest."""
    first, last = bisect_left(marks, Fraction(0)), bisect_right(marks, most)
    at = bisect_left(marks, moment, first, max(first, last))
    return min(marks[max(at - 1, first) : min(at + 1, last)], key=lambda mark: abs(mark - moment), default=None)


def _unlike(ranked: list[Scored], count: int) -> list[Scored]:
    """Suppress windows that overlap a better one."""
    import numpy as np

    bounds = np.asarray([(float(one.start_s), float(one.end_s)) for one, _ in ranked]).reshape(-1, 2)
    starts, ends = bounds.T
    left, chosen = np.full(len(ranked), fill_value=True), list[Scored]()
    while left.any() and len(chosen) < count:
        best = int(left.argmax())
        chosen.append(ranked[best])
        shared = np.minimum(ends, ends[best]) - np.maximum(starts, starts[best])
        left &= shared <= OVERLAP * np.minimum(ends - starts, ends[best] - starts[best]) + ROUNDING_S
    return chosen


def _with_whole(chosen: list[Scored], whole: list[Scored], count: int) -> list[Scored]:
    """Return the chosen and one window of whole shots, where one fits; one unlike them if there is."""
    if not whole or count == 1:
        return chosen
    kept = chosen[: count - 1]
    (added,) = _unlike([*kept, *whole], len(kept) + 1)[len(kept) :] or whole[:1]
    return sorted([*kept, added], key=lambda one: -one[1])


def _with_single(chosen: list[Scored], shots: list[Scored], count: int) -> list[Scored]:
    """Return the chosen and, second, the best single shot within the first of them: the rest may be a title."""
    if not chosen or count == 1:
        return chosen
    first = chosen[0][0]
    within = (one for one in shots if first.start_s <= one[0].start_s and one[0].end_s <= first.end_s)
    single = next(within, None)
    if single is None or _length(first) - _length(single[0]) < LEAST_DIFFERENCE_S:
        return chosen
    rest = [one for one in chosen[1:] if one[0] != single[0]]
    return [chosen[0], single, *rest][:count]


def _length(window: Window) -> Fraction:
    return window.end_s - window.start_s
