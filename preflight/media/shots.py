"""Detect shots: cuts, dissolves and fades, in frames made small.

A cut is a frame that differs from the one before far more than its neighbours do among themselves, an adaptive
threshold (Yusoff et al. 2000), of pixels or of histograms (Zhang et al. 1993), and where the difference lasts: a pan or
a zoom changes evenly, a flash goes as it came.
A dissolve, and a fade from or to black, is a stretch whose frames are mixtures of its first and its last (Lienhart
1999), with little change just before and just after.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from preflight.media.timeline import STEP_S
from preflight.values.assets import Window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Glance = NDArray[Any]
    Floats = NDArray[Any]

GLANCE_PX = (64, 36)
"""The size at which frames are compared: noise averages out, and comparing costs next to nothing."""
FLOOR = 10.0
"""Mean difference of all samples, of 255, below which nothing is another shot."""
RATIO = 3.0
"""How many times the mean difference around it a frame must differ."""
AROUND_S = Fraction(3, 10)
"""How far frames on either side are around; the nearest three always are."""
NEAREST = 3
TONES_FLOOR = 0.06
"""Histogram distance, 0 to 1, below which no shot changes."""
FAR_FLOOR, FAR_TONES_FLOOR = 15.0, 0.12
"""Both, of frames seconds apart, between which much moves within a shot."""
LASTING = 4
"""Frames that a change must last; a flash is shorter."""
AT_ONCE = 64
"""Frames compared at once."""
BRIEF_S = Fraction(1, 2)
"""Length below which a shot between equal tones is a burst of flashes."""
REACHES = (2, 3, 4, 6, 8, 12, 16)
"""Half the lengths of detected transitions, in steps."""
CHANGED = 12.0
"""Mean difference of the ends of a transition, of 255, below which there is none."""
UNMIXED = 0.2
"""Greatest difference of its frames from mixtures of its ends, as a part of that."""
RESTLESS = 0.4
"""Greatest change just before and just after, as a part of that."""


class LastingDifferences:
    """Differences between successive arrays, as far as they last.

    Lasting is the least of three: to the one before, to one further back, and of one further on to the one before.

    Args:
        apart: distances of two rows of arrays, one by one.
    """

    def __init__(self, apart: "Callable[[NDArray[Any], NDArray[Any]], list[float]]") -> None:
        self._apart = apart
        self._recent: NDArray[Any] | None = None
        self._sudden: list[float] = []
        self._spread: list[float] = []

    def add(self, row: "NDArray[Any]") -> None:
        """Add the next arrays."""
        import numpy as np

        whole = row if self._recent is None else np.concatenate([self._recent, row])
        at = np.arange(len(whole) - len(row), len(whole))
        self._sudden += self._apart(row, whole[np.maximum(at - 1, 0)])
        self._spread += self._apart(row, whole[np.maximum(at - LASTING, 0)])
        self._recent = whole[-LASTING:]

    def scores(self) -> list[float]:
        """List the difference of each to the previous one; 0 for the first."""
        recent = self._recent
        if recent is None:
            return []
        onward = self._spread[LASTING - 1 :] or [0.0]
        onward += self._apart(recent[[-1] * (len(recent) - 1)], recent[:-1])
        return [min(three) for three in zip(self._sudden, self._spread, onward, strict=False)]


def cuts_of(glances: "Iterable[Glance]", times_s: Sequence[Fraction]) -> list[int]:
    """Find the frames that begin a shot, but the first.

    Frames are compared by pixels and by histogram, which motion hardly changes.

    Args:
        glances: frames made small.
        times_s: their times; complete when the glances are exhausted.
    """
    import numpy as np

    pixels, tones = LastingDifferences(pixel_differences), LastingDifferences(_histogram_differences)
    left = iter(glances)
    while some := list(islice(left, AT_ONCE)):
        row = np.stack(some)
        pixels.add(row)
        tones.add(_histograms(row))
    changed = pixels.scores()
    by_tones = (at for at in changes(tones.scores(), times_s, TONES_FLOOR) if changed[at] >= FLOOR)
    return sorted({*changes(changed, times_s, FLOOR), *by_tones})


def far_cuts_of(glances: "Iterable[Glance]") -> list[int]:
    """Find the frames that begin a shot among frames seconds apart, where neighbours tell nothing of each other.

    Args:
        glances: keyframes made small; encoders begin a shot with one.
    """
    cuts: list[int] = []
    before: Glance | None = None
    for at, glance in enumerate(glances):
        if before is not None and pixel_difference(glance, before) >= FAR_FLOOR:
            (apart,) = _histogram_differences(_histograms(glance[None]), _histograms(before[None]))
            cuts += [at] if apart >= FAR_TONES_FLOOR else []
        before = glance
    return cuts


def pixel_differences(row: "NDArray[Any]", others: "NDArray[Any]") -> list[float]:
    """Compute the mean absolute sample difference of each pair."""
    import numpy as np

    apart = np.maximum(row, others) - np.minimum(row, others)
    means: list[float] = apart.reshape(len(row), -1).mean(axis=1, dtype=np.float32).tolist() if len(row) else []
    return means


def pixel_difference(one: "NDArray[Any]", other: "NDArray[Any]") -> float:
    """Compute the mean absolute sample difference."""
    return pixel_differences(one[None], other[None])[0]


def _histograms(row: "Glance") -> "NDArray[Any]":
    """Count the samples of each plane in sixteen bins, for each frame."""
    import numpy as np

    frames, planes = row.shape[:2]
    bins = 16 * np.arange(frames * planes, dtype=np.int32).reshape(frames, planes, 1, 1) + (row >> 4)
    return np.bincount(bins.ravel(), minlength=16 * frames * planes).reshape(frames, 16 * planes)


def _histogram_differences(row: "NDArray[Any]", others: "NDArray[Any]") -> list[float]:
    """Compute the part of samples in other bins, 0 to 1, of each pair."""
    import numpy as np

    if not len(row):
        return []
    parts: list[float] = (np.abs(row - others).sum(axis=1) / np.maximum(2 * row.sum(axis=1), 1)).tolist()
    return parts


def changes(scores: Sequence[float], times_s: Sequence[Fraction], floor: float = FLOOR) -> list[int]:
    """Find the scores that reach a floor and stand out of those around them."""
    return [at for at, score in enumerate(scores) if score >= floor and _stands_out(scores, times_s, at, floor / 10)]


def _stands_out(scores: Sequence[float], times_s: Sequence[Fraction], at: int, repeat: float) -> bool:
    first, last = min(bisect_left(times_s, times_s[at] - AROUND_S), at - NEAREST), at + NEAREST
    last = max(bisect_right(times_s, times_s[at] + AROUND_S) - 1, last)
    around = [*scores[max(first, 1) : at], *scores[at + 1 : last + 1]]
    # Less than a tenth of the floor repeats the frame before, as where 12 frames a second are shown as 60.
    moving = [score for score in around if score >= repeat]
    before, after = scores[max(at - NEAREST, 0) : at], scores[at : at + NEAREST + 1]
    first_of_best = scores[at] > max(before, default=0.0) and scores[at] == max(after)
    return first_of_best and scores[at] >= RATIO * sum(moving) / max(len(moving), 1)


def without_flashes(cuts: Sequence[Fraction], frames: "Glance") -> list[Fraction]:
    """Remove the cuts at both ends of bursts of flashes.

    Args:
        cuts: in order.
        frames: one gray frame for each step.
    """
    kept: list[Fraction] = []
    for cut in cuts:
        if kept and cut - kept[-1] < BRIEF_S and _same_tones(frames, kept[-1], cut):
            kept.pop()
        else:
            kept.append(cut)
    return kept


def _same_tones(frames: "Glance", first: Fraction, last: Fraction) -> bool:
    """Compare the sorted samples before one moment and after another."""
    import numpy as np

    most = len(frames) - 1  # a cut may lie behind the end that was measured
    before, after = min(max(int(first / STEP_S) - 1, 0), most), min(int(last / STEP_S) + 1, most)
    return pixel_difference(np.sort(frames[before], axis=None), np.sort(frames[after], axis=None)) < FLOOR


def transitions(frames: "Glance", cuts: Sequence[Fraction] = ()) -> list[tuple[Fraction, Fraction]]:
    """Find dissolves and fades: start and end in seconds, in order.

    Args:
        frames: one gray frame for each step.
        cuts: known cuts; no transition contains one.
    """
    found = sorted((one for reach in REACHES for one in _mixed(frames, reach)), reverse=True)
    chosen: list[tuple[int, int]] = []
    for _, first, last in found:
        free = all(last <= begin or first >= end for begin, end in chosen)
        if free and not any(first * STEP_S < cut < (last + 1) * STEP_S for cut in cuts):
            chosen.append((first, last))
    return [(first * STEP_S, last * STEP_S) for first, last in sorted(chosen)]


def _mixed(frames: "Glance", reach: int) -> list[tuple[float, int, int]]:
    """Find spans of twice a reach that mix their ends: clarity, first and last step."""
    import numpy as np

    count = len(frames) - 2 * reach
    if count <= 0:
        return []
    values = frames.astype(np.float32)
    first, middle, last = values[:count], values[reach : reach + count], values[2 * reach :]
    changed = _apart(first, last)
    unmixed = _apart(middle, (first + last) / 2)
    half = reach // 2
    unmixed = np.maximum(
        unmixed, _apart(values[half : half + count], first + (last - first) * np.float32(half / (2 * reach)))
    )
    at = np.arange(count)
    before = _apart(first, values[np.maximum(at - reach, 0)])
    after = _apart(last, values[np.minimum(at + 3 * reach, len(frames) - 1)])
    calm = np.maximum(before, after) <= RESTLESS * changed
    places = np.flatnonzero((changed >= CHANGED) & (unmixed <= UNMIXED * changed) & calm)
    clear = changed - 2 * unmixed - np.maximum(before, after)
    return [(float(clear[place]), int(place), int(place + 2 * reach)) for place in places]


def _apart(one: "Floats", other: "Floats") -> "Floats":
    import numpy as np

    means: Floats = np.abs(one - other).mean(axis=(1, 2))
    return means


def shots_between(
    duration_s: Fraction, cuts: Sequence[Fraction], gradual: Sequence[tuple[Fraction, Fraction]]
) -> tuple[Window, ...]:
    """List the shots between cuts and transitions."""
    borders = sorted([*((cut, cut) for cut in cuts), *gradual])
    ends = [*(min(first, duration_s) for first, _ in borders), duration_s]
    starts = [Fraction(0), *(last for _, last in borders)]
    return tuple(Window(start, end) for start, end in zip(starts, ends, strict=True) if end > start)
