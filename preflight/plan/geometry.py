"""Compute the size within limits nearest to an image's own."""

import itertools
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import msgspec

from preflight.values.limits import Range

AREA_SLACK = Fraction(97, 100)
"""Part of the area given up for a truer aspect ratio: 1280 x 720 rather than 1284 x 722."""
WIDEST = Fraction(10**9)
STEPS = 10_000
"""Steps in which aspect ratios are told apart: less is not seen."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Limits on a size."""

    side_px: Range
    pixels: Range | None = None
    short_edge_px: Range | None = None
    long_edge_px: Range | None = None
    aspect_ratio: Range | None = None
    """Limit on width over height, which rounding must not break; what breaks it before may break it after."""
    multiple: int = 1
    """Divisor of both sides: 2 where chroma is subsampled."""

    def takes(self, width: int, height: int) -> bool:
        """Tell whether a size is within the limits."""
        inside = all(limit.broken_by(side) is None for limit, side in self.edges(width, height))
        return inside and (self.pixels is None or self.pixels.broken_by(width * height) is None)

    def refuses(self, width: int, height: int) -> bool:
        """Tell whether a size breaks a limit that is an error to break."""
        edges = self.edges(width, height) + ([(self.pixels, width * height)] if self.pixels else [])
        return any(limit.weight == "error" and limit.broken_by(value) is not None for limit, value in edges)

    def takes_of(self, width: int, height: int) -> Callable[[tuple[int, int]], bool]:
        """Build the test of a new size for one that has this width and height."""
        ratio = self.aspect_ratio
        if ratio is None or ratio.broken_by(Fraction(width, height)) is not None:
            return lambda size: self.takes(*size)
        return lambda size: ratio.broken_by(Fraction(*size)) is None and self.takes(*size)

    def edges(self, width: int, height: int) -> list[tuple[Range, int]]:
        """List the limits on edges, each with the edge it is for."""
        found = [(self.side_px, width), (self.side_px, height)]
        found += [(self.short_edge_px, min(width, height))] if self.short_edge_px else []
        return found + ([(self.long_edge_px, max(width, height))] if self.long_edge_px else [])


def nearest_size(width: int, height: int, frame: Frame) -> tuple[int, int] | None:
    """Compute the size within `frame` with the best aspect ratio and least scaling.

    None where no size of nearly this aspect ratio fits.
    """
    scale = _scale(width, height, frame)
    if scale is None:
        return None
    area = width * height * scale * scale
    least, most, likest = (
        math.ceil(area * AREA_SLACK),
        math.floor(area / AREA_SLACK),
        _dissimilarity(width, height, area),
    )
    sizes = sorted(_candidates(width, height, scale, frame.multiple), key=likest)
    near = (size for size in sizes if least <= size[0] * size[1] <= most)
    return next(filter(frame.takes_of(width, height), itertools.chain(near, sizes)), None)


def even_size(width: int, height: int, frame: Frame) -> tuple[int, int] | None:
    """Choose the neighbouring even size of the best aspect ratio, else the nearest that fits."""
    next_to = [(w - w % 2, w + w % 2) for w in (width, height)]
    takes = frame.takes_of(width, height)
    fits = [(across, down) for across, down in itertools.product(*next_to) if across and down and takes((across, down))]
    likest = _dissimilarity(width, height, Fraction(width * height))
    return min(fits, key=likest, default=None) or nearest_size(width, height, frame)


def _dissimilarity(width: int, height: int, area: Fraction) -> Callable[[tuple[int, int]], tuple[int, int]]:
    """Build the rank of a size: by aspect ratio, in invisible steps, then by area; in integers, which are fast."""
    wanted, scale = area.numerator, area.denominator

    def rank(size: tuple[int, int]) -> tuple[int, int]:
        across, down = size
        whole, rest = divmod(abs(across * height - down * width) * STEPS, down * width)
        up = 2 * rest > down * width or (2 * rest == down * width and whole % 2)
        return whole + bool(up), abs(across * down * scale - wanted)

    return rank


def _scale(width: int, height: int, frame: Frame) -> Fraction | None:
    """Compute the factor nearest to 1 that meets the limits."""
    low, high = Fraction(0), WIDEST
    for limit, side in frame.edges(width, height):
        low = max(low, (limit.least or Fraction(0)) / side)
        high = min(high, limit.most / side if limit.most is not None else WIDEST)
    if frame.pixels is not None:
        low = max(low, _root((frame.pixels.min or Fraction(0)) / (width * height)))
        high = min(high, _root(frame.pixels.max / (width * height)) if frame.pixels.max is not None else WIDEST)
    return min(max(Fraction(1), low), high) if low <= high else None


def _root(value: Fraction) -> Fraction:
    return Fraction(math.sqrt(value)).limit_denominator(1_000_000)


def _candidates(width: int, height: int, scale: Fraction, multiple: int) -> Iterator[tuple[int, int]]:
    """Yield sizes of nearly the aspect ratio, around the scaled one."""
    middle = width * scale / multiple
    reach = max(2, math.ceil(middle * (1 - AREA_SLACK)))
    for columns in range(max(1, math.floor(middle) - reach), math.ceil(middle) + reach + 1):
        below, rest = divmod(columns * height, width)
        for rows in (below, below + 1) if rest else (below,):
            if rows > 0:
                yield columns * multiple, rows * multiple


def within_ratio(width: int, height: int, limit: Range, fit: str) -> tuple[int, int]:
    """Compute the size to crop or pad to for an aspect ratio within a range."""
    ratio = Fraction(width, height)
    bound = limit.broken_by(ratio)
    if bound is None:
        return width, height
    too_wide, crops = ratio > bound or bound == limit.below, fit == "crop"
    whole, step = (math.floor, -1) if crops else (math.ceil, 1)
    across, down = (whole(height * bound), height) if too_wide == crops else (width, whole(width / bound))
    is_bound = min(across, down) > 0 and limit.broken_by(Fraction(across, down)) is not None
    if is_bound:  # which is no part of the range
        return (across + step, down) if too_wide == crops else (across, down + step)
    return across, down
