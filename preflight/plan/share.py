"""Share seconds among parts that are together too long, best first.

All shares reach the allowed total; they differ in who gives up. No part falls below its own limit, and marked parts are
cut only where nothing else helps.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import msgspec

from preflight.values.choices import Strategy
from preflight.values.limits import Range
from preflight.values.phrase import all_of, joined, phrase
from preflight.values.units import decimal, distinct_decimal

MILLISECONDS = 1000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One clip or audio of a request."""

    name: str
    """Such as "video 1"."""
    duration_s: Fraction
    """Duration, or that of the marked part."""
    marked: bool = False
    """Whether the part to keep is marked or was looked for."""
    marked_by_hand: bool = True
    """Whether a person marked it; else it is the best part."""
    fixed: bool = False
    """Whether it cannot be cut: a URL, or as short as allowed."""
    least_s: Fraction | None = None
    """Least duration, where above the limit: whole frames seldom end at two seconds."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Durations after sharing."""

    lengths_s: tuple[Fraction, ...]
    ways: tuple[Strategy, ...]
    """Strategies with this result."""
    why: str
    """Who gives up what, in a sentence."""
    shortens_marks: bool = False

    @property
    def total_s(self) -> Fraction:
        """Total duration in seconds."""
        return sum(self.lengths_s, Fraction(0))


class Span(msgspec.Struct, frozen=True):
    """Range of a part's duration."""

    low: Fraction
    high: Fraction


def share(parts: Sequence[Part], total: Range, each: Range) -> tuple[Share, ...]:
    """Share the allowed seconds among parts.

    Args:
        parts: the parts.
        total: limit on the total.
        each: limit on each part.

    Returns:
        The different shares, best first: in proportion to duration, from the longest alone, and to equal durations. One
            where nothing has to be shared; none where it is impossible.
    """
    whole = [_span(part, each) for part in parts]
    highest = sum((span.high for span in whole), Fraction(0))
    if any(span.low > span.high for span in whole):
        return ()
    if total.max is None or highest <= total.max:
        return (Share(lengths_s=tuple(span.high for span in whole), ways=WAYS, why=_fit(highest, total)),)
    kept = [Span(span.high, span.high) if part.marked else span for part, span in zip(parts, whole, strict=True)]
    if _lowest(kept) <= total.max:
        return _shares(parts, kept, total.max, marks=False)
    yielding = [span if part.marked else Span(span.low, span.low) for part, span in zip(parts, whole, strict=True)]
    return _shares(parts, yielding, total.max, marks=True) if _lowest(yielding) <= total.max else ()


def pick(shares: Sequence[Share], strategy: Strategy) -> Share | None:
    """Find the share of a strategy; None where there is none."""
    return next((one for one in shares if strategy in one.ways), None)


def _span(part: Part, each: Range) -> Span:
    """Compute the range of a part's duration; empty where it is too short already."""
    if part.fixed:
        return Span(part.duration_s, part.duration_s)
    low = max(part.least_s or Fraction(0), each.min or Fraction(0))
    return Span(low, part.duration_s if each.max is None else min(part.duration_s, each.max))


def _lowest(spans: Sequence[Span]) -> Fraction:
    return sum((span.low for span in spans), Fraction(0))


def _shares(parts: Sequence[Part], spans: Sequence[Span], most: Fraction, *, marks: bool) -> tuple[Share, ...]:
    """List the different shares with a total of `most` seconds."""
    found: dict[tuple[Fraction, ...], list[Strategy]] = {}
    for strategy in WAYS:
        exact = HOW[strategy](spans, most)
        found.setdefault(tuple(_floored(s, span) for s, span in zip(exact, spans, strict=True)), []).append(strategy)
    return tuple(
        Share(lengths_s=lengths, ways=tuple(ways), why=_why(parts, lengths, ways[0], marks=marks), shortens_marks=marks)
        for lengths, ways in found.items()
    )


def _floored(length: Fraction, span: Span) -> Fraction:
    """Round down to milliseconds, except uncut and shortest durations."""
    if length >= span.high:
        return length
    return max(Fraction(math.floor(length * MILLISECONDS), MILLISECONDS), span.low)


def _in_proportion(spans: Sequence[Span], most: Fraction) -> list[Fraction]:
    return _poured(spans, [span.high for span in spans], most)


def _equal(spans: Sequence[Span], most: Fraction) -> list[Fraction]:
    return _poured(spans, [Fraction(1)] * len(spans), most)


def _poured(spans: Sequence[Span], weights: Sequence[Fraction], most: Fraction) -> list[Fraction]:
    """Distribute `most` seconds by weight within the spans.

    The sum grows piecewise linearly with the level; its slope changes at the ends of the spans.
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
    """Take seconds from the longest, then the next; of equal ones from the last."""
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


def _beside(together: Fraction, total: Range) -> str:
    """Format a sum with as many digits as tell it from the bound that it breaks."""
    bound = total.broken_by(together)
    return decimal(together) if bound is None else distinct_decimal(together, bound)


def _fit(together: Fraction, total: Range) -> str:
    return phrase("together they last {n} s; {limit} allowed", n=_beside(together, total), limit=total.words("s"))


def _why(parts: Sequence[Part], lengths: Sequence[Fraction], strategy: Strategy, *, marks: bool) -> str:
    """Word who keeps and gives up what."""
    cut = [(part, length) for part, length in zip(parts, lengths, strict=True) if length < part.duration_s]
    kept = [part for part, length in zip(parts, lengths, strict=True) if part.marked and length >= part.duration_s]
    lead: list[str] = [phrase(KEEPS[part.marked_by_hand], q=part.name, n=decimal(part.duration_s)) for part in kept]
    if marks and any(part.marked and part.marked_by_hand for part in parts):
        lead.append("there is no room for all that is marked, so marked parts are shortened too")
    return joined([*lead, _gives(cut, strategy)], "; ")


KEEPS = ("{q} keeps its best {n} s", "{q} keeps its marked {n} s")
"""Words for a part that stays whole: found, and marked by hand."""
GIVES: dict[Strategy, str] = {
    "longest": "{q} gives up {n} s, which is the longest",
    "equal": "{q} gives up {n} s, so that the longest come to the same length",
    "proportion": "{q} gives up {n} s",
}
"""Words for a single part that is cut."""
GIVE: dict[Strategy, str] = {
    "longest": "{l} give up {amount}, the longest first",
    "equal": "{l} give up {amount}, so that the longest come to the same length",
    "proportion": "{l} give up {amount}, in proportion to their length",
}
"""Words for several."""


def _gives(cut: Sequence[tuple[Part, Fraction]], strategy: Strategy) -> str:
    given = [decimal(part.duration_s - length) for part, length in cut]
    if len(cut) == 1:
        return phrase(GIVES[strategy], q=cut[0][0].name, n=given[0])
    alike = len(set(given)) == 1
    amount = phrase("{n} s each", n=given[0]) if alike else phrase("{l} s", l=all_of(given))
    return phrase(GIVE[strategy], l=all_of(part.name for part, _ in cut), amount=amount)
