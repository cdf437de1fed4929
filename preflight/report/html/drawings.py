"""Drawings: numbers in, the places of their parts out. Each says in words what it shows."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from preflight.report.html.measures import Measure, Scale, State

ROOM = Fraction(1, 4)
"""How much of the allowed range is shown on either side of it."""
FURTHEST = 2
"""How many allowed ranges beyond the last bound an axis may reach; what lies further stands at its end."""
HIGH = 100
"""The height of a waveform; its lines are as many as were measured."""


class Part(msgspec.Struct, frozen=True):
    """A rectangle of a bar."""

    name: str
    x: str
    y: int
    width: str
    height: int
    rx: int = 0


class Bar(msgspec.Struct, frozen=True):
    """An axis with the allowed range shaded, and where on it the measured value stands."""

    parts: tuple[Part, ...]
    at: str
    state: str
    words: str
    """What the drawing shows."""


class Outline(msgspec.Struct, frozen=True):
    """The outline of a sound as one shape about a middle line."""

    path: str
    width: int
    height: int
    said: str


def gauge(measure: Measure, beside: Measure | None = None) -> Bar | None:
    """Return the bar of a number; None for what is no number.

    Args:
        measure: the value and its bounds.
        beside: what is drawn beside it, so that both axes reach as far; None where it stands alone.
    """
    if measure.scale is None:
        return None
    words = f"{measure.title}: {measure.value}; allowed {measure.allowed}; {measure.said}"
    return _bar(measure.scale, measure.state, words, beside.scale if beside else None)


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
    """Return the ends of an axis that holds the allowed range and, unless it is far out, the value."""
    low = scale.low if scale.low is not None else Fraction(0)
    high = scale.high if scale.high is not None else 2 * max(low, scale.value)
    span = abs(high - low) or abs(high) or Fraction(1)
    start = max(low - ROOM * span, Fraction(0)) if low >= 0 else low - ROOM * span
    end = max(high + ROOM * span, min(scale.value * Fraction(21, 20), high + FURTHEST * span))
    return start, end


def _share(value: Fraction, start: Fraction, end: Fraction) -> Fraction:
    return min(max((value - start) / (end - start), Fraction(0)), Fraction(1))


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.2f}%"


def waveform(outline: Sequence[float], said: str) -> Outline:
    """Return the outline of a sound, 0 to 1 each.

    Args:
        outline: how loud it is, from its beginning to its end.
        said: what of it is told in words.
    """
    tops = [f"{at} {HIGH / 2 - _reach(peak):.1f}" for at, peak in enumerate(outline)]
    bottoms = [f"{at} {HIGH / 2 + _reach(peak):.1f}" for at, peak in enumerate(outline)]
    path = f"M{' L'.join([*tops, *reversed(bottoms)])} Z"
    return Outline(path, max(len(outline) - 1, 1), HIGH, said)


def _reach(peak: float) -> float:
    """Return how far a peak reaches from the middle; silence is a thin line."""
    return max(min(peak, 1.0) * HIGH / 2, 0.5)
