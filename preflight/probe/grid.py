"""The constant rate behind times that a container rounded: when frames are shown in, `Grid` out.

Matroska and FLV count milliseconds, transport streams 1/90000 s: 24 frames a second become 42, 41 and 42 ms, and their
mean 23.998. Where every frame lies within half a tick of where a rate would have it, that is the rate.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd

import msgspec

MILLISECOND = Fraction(1, 1000)
"""What many containers count in; in a copy of one its times stay whole milliseconds."""
FEWEST = 5
"""Frames from which on a rate can be told that no two of their times show."""
COARSEST = Fraction(1, 4)
"""The part of a frame that a tick may take: of coarser ones, too many rates would do."""
UNSHARP = Fraction(1, 50)
"""The part of a tick by which a rate's own rounding, of 41708333 ns for 24000/1001 fps, may move a frame."""
NTSC = Fraction(1000, 1001)
FASTEST_HZ = 300


class Grid(msgspec.Struct, frozen=True):
    """A constant rate at which all frames are shown."""

    rate_hz: Fraction
    tick_s: Fraction
    """To which its times are rounded; 0 where they are not."""


def find_grid(starts: Sequence[int], base: Fraction, told: Iterable[Fraction] = ()) -> Grid | None:
    """Return the grid on which all frames lie; None where there is none, or too few frames tell.

    Args:
        starts: when frames are shown, in the order of showing, in ticks.
        base: seconds a tick.
        told: usual rates that the container tells; of several that fit, one of these is taken.
    """
    steps = {after - before for before, after in pairwise(starts)}
    if len(steps) == 1 and (step := steps.pop()) > 0:
        return Grid(1 / (step * base), Fraction(0))
    if len(starts) < FEWEST or starts[-1] <= starts[0]:
        return None
    spoken = set(told)
    rates = [(rate, rate in spoken) for rate in usual_rates(_mean(starts, base))]
    fits = ((grid, apart) for tick in _ticks(starts, base) for grid, apart in _fitting(starts, base, tick, rates))
    first = next(fits, None)
    return None if first is None else min((first, *fits), key=lambda fit: fit[1])[0]


def _ticks(starts: Sequence[int], base: Fraction) -> Iterator[Fraction]:
    """Yield what times may have been rounded to, in ticks of the track."""
    coarse = gcd(*(after - before for before, after in pairwise(starts)))
    mean = Fraction(starts[-1] - starts[0], len(starts) - 1)
    found = [Fraction(max(coarse, 1))]
    millisecond = MILLISECOND / base
    if millisecond > 1 and all(_off(start - starts[0], millisecond) <= 1 for start in starts):
        found.append(millisecond)
    yield from (tick for tick in found if tick <= mean * COARSEST)


def _mean(starts: Sequence[int], base: Fraction) -> Fraction:
    return (len(starts) - 1) / ((starts[-1] - starts[0]) * base)


def _off(time: int, unit: Fraction) -> Fraction:
    """Return how far a time lies from a whole number of units."""
    return abs(time - round(time / unit) * unit)


def usual_rates(mean: Fraction, apart: Fraction = COARSEST) -> set[Fraction]:
    """Return the rates in use that are near a mean: whole and half numbers, and those by 1000/1001.

    It is asked for every clip of rounded times, so it makes fractions only of what is near.

    Args:
        mean: frames a second, more than 0.
        apart: the part of the mean from which on a rate is not near.
    """
    whole, (own, parts), (most, unit) = round(mean), mean.as_integer_ratio(), apart.as_integer_ratio()
    found = set()
    for n in {whole - 1, whole, whole + 1, round(2 * mean)}:
        for count, over in ((n, 1), (n, 2), (n * NTSC.numerator, NTSC.denominator), (n * 1000, 2002)):
            if 0 < count <= FASTEST_HZ * over and abs(count * parts - own * over) * unit < own * over * most:
                found.add(Fraction(count, over))
    return found


def _fitting(
    starts: Sequence[int], base: Fraction, tick: Fraction, rates: Iterable[tuple[Fraction, bool]]
) -> Iterator[tuple[Grid, tuple[bool, Fraction]]]:
    """Yield the rates of which no frame lies further than half a tick, with how well each fits: least is best."""
    allowed = tick * (1 + UNSHARP) + (1 if tick.denominator != 1 else 0)
    for rate, is_told in rates:
        spread = _spread(starts, 1 / (rate * base))
        if spread <= allowed:
            yield Grid(rate, tick * base), (not is_told, spread)


def _spread(starts: Sequence[int], step: Fraction) -> Fraction:
    """Return how far frames lie from a grid in both directions together, in ticks.

    Half a tick on either side is a whole one between the frame that is earliest and the one that is latest.
    """
    whole, part = step.numerator, step.denominator
    late = [start * part - place * whole for place, start in enumerate(starts)]
    return Fraction(max(late) - min(late), part)
