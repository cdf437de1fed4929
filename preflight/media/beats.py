"""Track beats in onset strength.

Tempo is the lag at which the onset strength is most like itself, preferred near 120 to the minute; beats are the way
through the onsets that keeps to it best, found by dynamic programming (Ellis, Beat Tracking by Dynamic Programming,
2007). Speech has onsets, too, but no lag at which they come again: it has no beats.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]

SLOWEST_S, FASTEST_S = 1.2, 0.25
"""50 and 240 to the minute."""
USUAL_S, OCTAVES = 0.5, 1.0
CLARITY = 0.12
"""Least autocorrelation at one and two periods; syllables do not repeat."""
TIGHTNESS = 100.0
"""Weight of deviations from the period."""
LOCAL_S = 1.0
LEAST_BEATS = 8
LONGEST = 1 << 16
"""Values from the middle that estimate the tempo: twenty minutes."""


def beats_of(onsets: "Floats", rate_hz: float) -> list[int]:
    """Find the beats; none where there is no steady tempo.

    Args:
        onsets: the onset strength.
        rate_hz: values per second.
    """
    import numpy as np

    strength = onsets - _local_mean(onsets, round(LOCAL_S * rate_hz)) if len(onsets) else onsets
    spread = float(strength.std()) if len(onsets) else 0.0
    period = 0 if spread <= 0 else _period(strength / spread, rate_hz)
    if not period or len(onsets) < LEAST_BEATS * period:
        return []
    return _tracked(np.maximum(strength / spread, 0), period)


def _local_mean(values: "Floats", reach: int) -> "Floats":
    """Compute the moving average, to be subtracted: slow changes correlate at every lag."""
    import numpy as np

    padded = np.pad(values, reach, "edge")
    return np.convolve(padded, np.full(2 * reach + 1, 1 / (2 * reach + 1)), "valid").astype(np.float32)


def _period(strength: "Floats", rate_hz: float) -> int:
    """Estimate the period in values; 0 where none is clear."""
    import numpy as np

    middle = strength[max((len(strength) - LONGEST) // 2, 0) :][:LONGEST]
    size = 1 << (2 * len(middle) - 1).bit_length()
    alike = np.fft.irfft(np.abs(np.fft.rfft(middle, size)) ** 2)[: len(middle)] / (float((middle**2).sum()) or 1.0)
    lags = np.arange(max(round(FASTEST_S * rate_hz), 1), min(round(SLOWEST_S * rate_hz), len(middle) - 1))
    if not len(lags):
        return 0
    usual = np.exp(-0.5 * (np.log2(lags / (USUAL_S * rate_hz)) / OCTAVES) ** 2)
    best = int(lags[np.argmax(alike[lags] * usual)])
    again = [float(alike[lag - 2 : lag + 3].max(initial=0.0)) for lag in (best, 2 * best)]
    return best if min(again) >= CLARITY else 0


def _tracked(strength: "Floats", period: int) -> list[int]:
    """Track beats of a period by dynamic programming."""
    import numpy as np

    back = np.arange(-2 * period, -period // 2)
    dear = -TIGHTNESS * np.log(back / -period) ** 2
    score, before = strength.astype(np.float64), np.full(len(strength), -1)
    reach = -int(back[-1])  # no beat follows another sooner, so that so many are found at once
    for first in range(2 * period, len(strength), reach):
        at = np.arange(first, min(first + reach, len(strength)))
        ways = dear + score[at[:, None] + back]
        best = np.argmax(ways, axis=1)
        score[at] += ways[np.arange(len(at)), best]
        before[at] = at + back[best]
    place = len(score) - 2 * period + int(np.argmax(score[-2 * period :]))
    found = []
    while place >= 0:
        found.append(place)
        place = int(before[place])
    return found[::-1]
