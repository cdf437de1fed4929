"""Compute drawings from numbers; each describes itself in words."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from preflight.locale import localized
from preflight.report.html.measures import Measure, Scale, State
from preflight.values.phrase import phrase

ROOM = Fraction(1, 4)
"""Margin on either side, as a part of the allowed range."""
FURTHEST = 2
"""Most allowed ranges an axis extends beyond the last bound; values further out stand at its end."""
HIGH = 100
"""Height of a waveform."""


class Part(msgspec.Struct, frozen=True):
    """A rectangle of a bar."""

    name: str
    x: str
    y: int
    width: str
    height: int
    rx: int = 0


class Bar(msgspec.Struct, frozen=True):
    """An axis with the allowed range and the measured value."""

    parts: tuple[Part, ...]
    at: str
    state: str
    words: str
    """Description for screen readers."""


class Outline(msgspec.Struct, frozen=True):
    """A waveform as one closed shape."""

    path: str
    width: int
    height: int
    said: str


def gauge(measure: Measure, beside: Measure | None = None) -> Bar | None:
    """Draw the bar of a number; None for other values.

    Args:
        measure: the value and its bounds.
        beside: a measure drawn beside it on the same axis; None for none.
    """
    if measure.scale is None:
        return None
    words = phrase(
        "{title}: {value}; allowed {allowed}; {said}",
        title=measure.title,
        value=measure.value,
        allowed=measure.allowed,
        said=measure.said,
    )
    return _bar(measure.scale, measure.state, localized(words), beside.scale if beside else None)


def _bar(scale: Scale, state: State, words: str, beside: Scale | None) -> Bar:
    start, end = _axis(scale)
    if beside is not None:
        ends = _axis(beside)
        start, end = min(start, ends[0]), max(end, ends[1])
    low = _share(scale.low if scale.low is not None else start, start, end)
    high = _share(scale.high if scale.high is not None else end, start, end)
    parts = [Part("axis", "0", 7, "100%", 6, 3), Part("allowed", _percent(low), 4, _percent(high - low), 12, 3)]
    if scale.doubtful is not None:
        doubt = _share(scale.doubtful, start, end)
        parts.append(Part("doubtful", _percent(doubt), 4, _percent(max(high - doubt, Fraction(0))), 12))
    at = min(max(_share(scale.value, start, end), Fraction(1, 200)), Fraction(199, 200))
    return Bar(tuple(parts), _percent(at), state or "within", words)


def _axis(scale: Scale) -> tuple[Fraction, Fraction]:
    """Compute the ends of an axis: the allowed range and, unless far out, the value."""
    low = scale.low if scale.low is not None else min(Fraction(0), 2 * (scale.high or Fraction(0)))
    high = scale.high if scale.high is not None else max(2 * max(low, scale.value), low + abs(low))
    span = abs(high - low) or abs(high) or Fraction(1)
    start = max(low - ROOM * span, Fraction(0)) if low >= 0 else low - ROOM * span
    end = max(high + ROOM * span, min(scale.value * Fraction(21, 20), high + FURTHEST * span))
    return start, end


def _share(value: Fraction, start: Fraction, end: Fraction) -> Fraction:
    return min(max((value - start) / (end - start), Fraction(0)), Fraction(1))


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.2f}%"


def waveform(outline: Sequence[float], said: str) -> Outline:
    """Draw the waveform of peaks, 0 to 1.

    Args:
        outline: peaks in time order.
        said: its description.
    """
    tops = [f"{at} {HIGH / 2 - _reach(peak):.1f}" for at, peak in enumerate(outline)]
    bottoms = [f"{at} {HIGH / 2 + _reach(peak):.1f}" for at, peak in enumerate(outline)]
    path = f"M{' L'.join([*tops, *reversed(bottoms)])} Z"
    return Outline(path, max(len(outline) - 1, 1), HIGH, said)


def _reach(peak: float) -> float:
    """Compute a peak's height from the middle; silence is a thin line."""
    return max(min(peak, 1.0) * HIGH / 2, 0.5)
