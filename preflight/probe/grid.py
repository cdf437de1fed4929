"""Constant frame rate behind rounded timestamps: display times in, `Grid` out.

Matroska and FLV use milliseconds, transport streams 1/90000 s: 24 frames per second become 42, 41 and 42 ms, with a
mean of 23.998. A rate counts where every frame lies within half a tick of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd

import msgspec

MILLISECOND = Fraction(1, 1000)
"""Tick of many containers; copies from them keep whole milliseconds."""
FEWEST = 5
"""Fewest frames that determine a rate."""
COARSEST = Fraction(1, 4)
"""Longest tick as a part of a frame; a coarser one fits too many rates."""
UNSHARP = Fraction(1, 50)
"""Tolerance in ticks for a rate's own rounding: 41708333 ns for 24000/1001 fps."""
NTSC = Fraction(1000, 1001)
FASTEST_HZ = 300


class Grid(msgspec.Struct, frozen=True):
    """A constant rate of all frames."""

    rate_hz: Fraction
    tick_s: Fraction
    """The tick of rounded times; 0 for exact ones."""


def find_grid(starts: Sequence[int], base: Fraction, told: Iterable[Fraction] = ()) -> Grid | None:
    """Return the constant rate of all frames, or None.

    Args:
        starts: display times in order, in ticks.
        base: seconds per tick.
        told: common rates stated by the container, preferred where several fit.
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
    """Yield the ticks to which times may be rounded, in ticks of the track."""
    coarse = gcd(*(after - before for before, after in pairwise(starts)))
    mean = Fraction(starts[-1] - starts[0], len(starts) - 1)
    found = [Fraction(max(coarse, 1))]
    millisecond = MILLISECOND / base
    if millisecond > 1 and all(_distance(start - starts[0], millisecond) <= 1 for start in starts):
        found.append(millisecond)
    yield from (tick for tick in found if tick <= mean * COARSEST)


def _mean(starts: Sequence[int], base: Fraction) -> Fraction:
    return (len(starts) - 1) / ((starts[-1] - starts[0]) * base)


def _distance(time: int, unit: Fraction) -> Fraction:
    """Return the distance from a whole number of units."""
    return abs(time - round(time / unit) * unit)


def usual_rates(mean: Fraction, apart: Fraction = COARSEST) -> set[Fraction]:
    """Return common rates near a mean: whole and half numbers, and those by 1000/1001.

    Called for every clip with rounded times, so it avoids fractions far from the mean.

    Args:
        mean: frames per second, above 0.
        apart: the relative distance still near.
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
    """Yield the rates within half a tick of every frame, with their error; least is best."""
    allowed = tick * (1 + UNSHARP) + (1 if tick.denominator != 1 else 0)
    for rate, is_told in rates:
        spread = _spread(starts, 1 / (rate * base))
        if spread <= allowed:
            yield Grid(rate, tick * base), (not is_told, spread)


def _spread(starts: Sequence[int], step: Fraction) -> Fraction:
    """Return the range of deviations from a grid, in ticks.

    Half a tick on either side is one tick from the earliest frame to the latest.
    """
    whole, part = step.numerator, step.denominator
    late = [start * part - place * whole for place, start in enumerate(starts)]
    return Fraction(max(late) - min(late), part)
