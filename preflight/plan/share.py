"""Sharing seconds: parts that are together longer than allowed in, ways to cut them out, the best first.

All ways come to the allowed total and so lose the same; they differ in who gives. Nobody is cut below the limit of one,
and what a person marked is cut only where there is no other way.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from preflight.values.choices import Strategy
from preflight.values.limits import Range
from preflight.values.units import decimal

MILLISECONDS = 1000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One clip or sound of a request."""

    name: str
    """What it is called: "video 1"."""
    duration_s: Fraction
    """How long it is, or the marked part of it."""
    marked: bool = False
    """Whether a person marked the part to keep."""
    fixed: bool = False
    """Whether nothing can be cut of it: it lies at a URL, or is as short as it may be."""
    least_s: Fraction | None = None
    """The least it may become, where that is more than the limit of one: whole frames seldom end at two seconds."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How long each part becomes."""

    lengths_s: tuple[Fraction, ...]
    ways: tuple[Strategy, ...]
    """The ways that come to this."""
    why: str
    """Who gives what, in a sentence."""
    shortens_marks: bool = False

    @property
    def total_s(self) -> Fraction:
        """The seconds that are left together."""
        return sum(self.lengths_s, Fraction(0))


class Span(msgspec.Struct, frozen=True):
    """Between which lengths a part may lie."""

    low: Fraction
    high: Fraction


def share(parts: Sequence[Part], total: Range, each: Range) -> tuple[Share, ...]:
    """Share the allowed seconds among parts.

    Args:
        parts: what there is.
        total: the limit on all together.
        each: the limit on one.

    Returns:
        The ways, the best first: in proportion to length, from the longest alone, and to equal lengths; equal ones
        once. A single one where nothing has to be shared; none where no way is within the limits.
    """
    whole = [_span(part, each) for part in parts]
    highest = sum((span.high for span in whole), Fraction(0))
    if any(span.low > span.high for span in whole):
        return ()
    if total.max is None or highest <= total.max:
        return (Share(lengths_s=tuple(span.high for span in whole), ways=WAYS, why=_fit(highest, total)),)
    kept = [Span(span.high, span.high) if part.marked else span for part, span in zip(parts, whole, strict=True)]
    if _lowest(kept) <= total.max:
        return _ways(parts, kept, total.max, marks=False)
    yielding = [span if part.marked else Span(span.low, span.low) for part, span in zip(parts, whole, strict=True)]
    return _ways(parts, yielding, total.max, marks=True) if _lowest(yielding) <= total.max else ()


def pick(shares: Sequence[Share], way: Strategy) -> Share | None:
    """Return the share that a way comes to; None where there is none at all."""
    return next((one for one in shares if way in one.ways), None)


def _span(part: Part, each: Range) -> Span:
    """Return the lengths that a part may have; an impossible span where it is too short already."""
    if part.fixed:
        return Span(part.duration_s, part.duration_s)
    low = max(part.least_s or Fraction(0), each.min or Fraction(0))
    return Span(low, part.duration_s if each.max is None else min(part.duration_s, each.max))


def _lowest(spans: Sequence[Span]) -> Fraction:
    return sum((span.low for span in spans), Fraction(0))


def _ways(parts: Sequence[Part], spans: Sequence[Span], most: Fraction, *, marks: bool) -> tuple[Share, ...]:
    """Return the different ways to come down to `most` seconds within the spans."""
    found: dict[tuple[Fraction, ...], list[Strategy]] = {}
    for way in WAYS:
        exact = HOW[way](spans, most)
        found.setdefault(tuple(_floored(s, span) for s, span in zip(exact, spans, strict=True)), []).append(way)
    return tuple(
        Share(lengths_s=lengths, ways=tuple(ways), why=_why(parts, lengths, ways[0], marks=marks), shortens_marks=marks)
        for lengths, ways in found.items()
    )


def _floored(length: Fraction, span: Span) -> Fraction:
    """Return whole milliseconds, never more; what is not cut, or as short as it may be, stays exact."""
    if length >= span.high:
        return length
    return max(Fraction(math.floor(length * MILLISECONDS), MILLISECONDS), span.low)


def _in_proportion(spans: Sequence[Span], most: Fraction) -> list[Fraction]:
    return _poured(spans, [span.high for span in spans], most)


def _equal(spans: Sequence[Span], most: Fraction) -> list[Fraction]:
    return _poured(spans, [Fraction(1)] * len(spans), most)


def _poured(spans: Sequence[Span], weights: Sequence[Fraction], most: Fraction) -> list[Fraction]:
    """Return level x weight for each, kept within its span, at the level where all come to `most`.

    The sum grows with the level in straight pieces, which change where a span begins or ends to hold.
    """

    def at(level: Fraction) -> list[Fraction]:
        return [min(max(level * weight, span.low), span.high) for span, weight in both]

    both = [(span, weight) for span, weight in zip(spans, weights, strict=True) if weight]
    bends = sorted({bound / weight for span, weight in both for bound in (span.low, span.high)})
    level = max((bend for bend in bends if sum(at(bend)) <= most), default=Fraction(0))
    moving = sum((weight for span, weight in both if span.low <= level * weight < span.high), Fraction(0))
    if moving:
        level += (most - sum(at(level))) / moving
    lengths = iter(at(level))
    return [next(lengths) if weight else span.low for span, weight in zip(spans, weights, strict=True)]


def _longest(spans: Sequence[Span], most: Fraction) -> list[Fraction]:
    """Return the lengths when the longest gives all it can, then the next; of equal ones the last gives first."""
    lengths = [span.high for span in spans]
    over = sum(lengths) - most
    for place in sorted(range(len(spans)), key=lambda place: (spans[place].high, place), reverse=True):
        given = min(over, lengths[place] - spans[place].low)
        lengths[place] -= given
        over -= given
    return lengths


HOW: dict[Strategy, Callable[[Sequence[Span], Fraction], list[Fraction]]] = {
    "proportion": _in_proportion,
    "longest": _longest,
    "equal": _equal,
}
WAYS: tuple[Strategy, ...] = tuple(HOW)


def _fit(together: Fraction, total: Range) -> str:
    return f"together they last {decimal(together)} s; {total.words('s')} allowed"


def _why(parts: Sequence[Part], lengths: Sequence[Fraction], way: Strategy, *, marks: bool) -> str:
    """Say who keeps what and who gives what."""
    cut = [(part, length) for part, length in zip(parts, lengths, strict=True) if length < part.duration_s]
    kept = [part for part, length in zip(parts, lengths, strict=True) if part.marked and length >= part.duration_s]
    lead = [f"{part.name} keeps its marked {decimal(part.duration_s)} s" for part in kept]
    if marks:
        lead.append("there is no room for all that is marked, so marked parts are shortened too")
    return "; ".join([*lead, _gives(cut, way)])


def _gives(cut: Sequence[tuple[Part, Fraction]], way: Strategy) -> str:
    names = _listed([part.name for part, _ in cut])
    given = [decimal(part.duration_s - length) for part, length in cut]
    one = len(cut) == 1
    what = f"{given[0]} s{'' if one else ' each'}" if len(set(given)) == 1 else f"{_listed(given)} s"
    gives = f"{names} {'gives' if one else 'give'} up {what}"
    if way == "longest":
        return f"{gives}, {'which is the longest' if one else 'the longest first'}"
    if way == "equal":
        return f"{gives}, so that the longest come to the same length"
    return gives if one else f"{gives}, in proportion to their length"


def _listed(words: Sequence[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
