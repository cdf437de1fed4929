"""Drawings: numbers in, inline SVG out. Each says in words what it shows."""

from collections.abc import Sequence
from fractions import Fraction

from preflight.report.html.markup import Markup, tag
from preflight.report.html.measures import Scale, State

ROOM = Fraction(1, 4)
"""How much of the allowed range is shown on either side of it."""
FURTHEST = 2
"""How many allowed ranges beyond the last bound an axis may reach; what lies further stands at its end."""
HIGH = 100
"""The height of a waveform; its lines are as many as were measured."""


def bar(scale: Scale, state: State, words: str, beside: Scale | None = None) -> Markup:
    """Return an axis with the allowed range shaded and a mark at the measured value.

    Args:
        scale: the value and its bounds.
        state: how severe it is that the value is out of them.
        words: what the drawing shows.
        beside: what is drawn beside it, so that both axes reach as far; None where it stands alone.
    """
    start, end = _axis(scale)
    if beside is not None:
        ends = _axis(beside)
        start, end = min(start, ends[0]), max(end, ends[1])
    low = _share(scale.low if scale.low is not None else start, start, end)
    high = _share(scale.high if scale.high is not None else end, start, end)
    parts = [tag("rect", class_="axis", x="0", y="7", width="100%", height="6", rx="3")]
    parts.append(tag("rect", class_="allowed", x=_percent(low), y="4", width=_percent(high - low), height="12", rx="3"))
    if scale.doubtful is not None:
        doubt = _share(scale.doubtful, start, end)
        wide = _percent(max(high - doubt, Fraction(0)))
        parts.append(tag("rect", class_="doubtful", x=_percent(doubt), y="4", width=wide, height="12"))
    at = _percent(min(max(_share(scale.value, start, end), Fraction(1, 200)), Fraction(199, 200)))
    parts.append(tag("line", class_=f"mark {state or 'within'}", x1=at, x2=at, y1="0", y2="20"))
    return tag("svg", *parts, class_="bar", height="20", role="img", aria_label=words)


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


def waveform(outline: Sequence[float], words: str) -> Markup:
    """Return the outline of a sound, 0 to 1 each, as one shape about a middle line."""
    tops = [f"{at} {HIGH / 2 - _reach(peak):.1f}" for at, peak in enumerate(outline)]
    bottoms = [f"{at} {HIGH / 2 + _reach(peak):.1f}" for at, peak in enumerate(outline)]
    shape = tag("path", d=f"M{' L'.join([*tops, *reversed(bottoms)])} Z")
    box = f"0 0 {max(len(outline) - 1, 1)} {HIGH}"
    return tag("svg", shape, class_="wave", viewBox=box, preserveAspectRatio="none", role="img", aria_label=words)


def _reach(peak: float) -> float:
    """Return how far a peak reaches from the middle; silence is a thin line."""
    return max(min(peak, 1.0) * HIGH / 2, 0.5)
