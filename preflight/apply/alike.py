"""Compare two images: do they show the same?

Compares mean colours of a grid of cells, with the source scaled to the result's size. Encoding hardly changes them; a
wrong rotation, crop or colour does. The tolerance grows with the contrast between the source's cells, so that a few
thin lines on white count as much as a photograph.
"""

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.plan.steps import Crop, Pad, Plan, Resize, find

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Cells = np.ndarray[tuple[int, int, int], np.dtype[np.float32]]
    """Rows, columns, mean red, green and blue of each cell, 0 to 255."""

GRID = 48
"""Most cells along a side."""
LEAST_CELL_PX = 8
"""Least pixels along a cell's side: an edge that moves by less than a pixel may change its colour."""
FINE_PX = 16
"""Least pixels along a cell's side of which its mean is taken; of more, several are first rounded into one."""
NEAR = 3.0
"""Difference always allowed, of 255: encoder rounding."""
DETAIL = 0.04
"""Further tolerance, as a part of the deviation within cells: overshoots are clipped."""
MEANS = 1.5
"""Factor of the tolerance for whole-image means: clipping darkens."""
APART = 0.12
"""Tolerance as a part of the deviation between cells."""


def alike(one: "Image.Image", other: "Image.Image", *, near: float = NEAR, apart: float = APART) -> bool:
    """Tell whether two images of any size show the same.

    Args:
        one: the reference, RGB.
        other: the image to compare, RGB.
        near: difference always allowed, of 255, for means and for lightness and colour of cells.
        apart: further tolerance, as a part of the deviation between the reference's cells.
    """
    import numpy as np
    from PIL import Image

    grid = _grid(one, other)
    if one.size != other.size:
        one = one.resize(other.size, Image.Resampling.LANCZOS)
    here, there = _cells(one, grid), _cells(other, grid)
    near += DETAIL * _detail(one, here)
    means = np.abs((here - there).mean(axis=(0, 1))).max()
    pairs = zip(_parted(here), _parted(there), strict=True)
    return float(means) <= MEANS * near and all(_near(a, b, near, apart) for a, b in pairs)


def _detail(image: "Image.Image", cells: "Cells") -> float:
    """Compute the standard deviation of pixels within their cells."""
    import numpy as np

    counts, levels = np.array(image.histogram(), dtype=np.float64).reshape(-1, 256), np.arange(256.0)
    pixels = image.width * image.height  # an array of them would take 24 bytes a pixel to square
    whole = counts @ levels**2 / pixels - (counts @ levels / pixels) ** 2
    return float(np.sqrt(np.maximum(whole - cells.var(axis=(0, 1)), 0).max()))


def _parted(cells: "Cells") -> "tuple[Cells, Cells]":
    """Split cells into lightness and colour difference from gray."""
    gray = cells.mean(axis=2, keepdims=True)
    return gray, cells - gray


def _near(one: "Cells", other: "Cells", near: float, apart: float) -> bool:
    import numpy as np

    difference = float(np.sqrt(np.mean((one - other) ** 2)))
    return difference <= max(near, apart * float(one.std(axis=(0, 1)).max()))


def _grid(one: "Image.Image", other: "Image.Image") -> tuple[int, int]:
    """Choose columns and rows so that both images have pixels for each cell."""
    columns, rows = (min(sides) // LEAST_CELL_PX for sides in zip(one.size, other.size, strict=True))
    return max(1, min(GRID, columns)), max(1, min(GRID, rows))


def _cells(image: "Image.Image", grid: tuple[int, int]) -> "Cells":
    """Compute the mean colour of each cell."""
    import numpy as np
    from PIL import Image

    if (step := _step(image, grid)) != (1, 1):
        image = image.reduce(step)
    bands = [band.convert("F").resize(grid, Image.Resampling.BOX) for band in image.split()]
    return np.dstack([np.asarray(band, dtype=np.float32) for band in bands])


def _step(image: "Image.Image", grid: tuple[int, int]) -> tuple[int, int]:
    """Choose how many pixels become one of those whose mean is taken: as numbers they take four times the room."""
    across, down = (max(1, side // (cells * FINE_PX)) for side, cells in zip(image.size, grid, strict=True))
    return across, down


def framed(
    plan: Plan, source: "Image.Image", result: "Image.Image", shown_px: tuple[int, int]
) -> "tuple[Image.Image, Image.Image]":
    """Crop both images to the part they share, without what was cropped or padded.

    Args:
        plan: the plan applied.
        source: the source, of any size.
        result: the new file, of any size.
        shown_px: displayed width and height of the source.
    """
    if crop := find(plan.steps, Crop):
        source = _part(source, crop, shown_px)
    if pad := find(plan.steps, Pad):
        inner = find(plan.steps, Resize)
        shape = Fraction(inner.width_px, inner.height_px) if inner else Fraction(*source.size)
        source, result = _unpadded(source, result, shape, (pad.width_px, pad.height_px))
    return source, result


def _unpadded(
    source: "Image.Image", result: "Image.Image", shape: Fraction, of_px: tuple[int, int]
) -> "tuple[Image.Image, Image.Image]":
    """Crop a padded image to the pixels without padding, and the source to what those show.

    Args:
        source: the source.
        result: the padded image.
        shape: width over height of what was padded.
        of_px: as for `_bounds`.
    """
    from PIL import Image

    left, top, right, bottom = _bounds(result.size, shape, of_px)
    first, last = (math.ceil(left), math.ceil(top)), (math.floor(right), math.floor(bottom))
    is_whole = (*first, *last) == (*map(int, (left, top)), *map(math.ceil, (right, bottom)))
    if is_whole or first[0] >= last[0] or first[1] >= last[1]:
        return source, _middle(result, shape, of_px)
    across, down = source.width / (right - left), source.height / (bottom - top)
    begin = float((first[0] - left) * across), float((first[1] - top) * down)
    end = float((last[0] - left) * across), float((last[1] - top) * down)
    cut = result.crop((*first, *last))
    return source.resize(cut.size, Image.Resampling.LANCZOS, box=(*begin, *end)), cut


def _part(image: "Image.Image", crop: Crop, shown_px: tuple[int, int]) -> "Image.Image":
    """Crop an image as the plan does, at the image's own scale."""
    if crop.left_px is None or crop.top_px is None:
        return _middle(image, Fraction(crop.width_px, crop.height_px))
    across, down = Fraction(image.width, shown_px[0]), Fraction(image.height, shown_px[1])
    left, top = round(crop.left_px * across), round(crop.top_px * down)
    right, bottom = round((crop.left_px + crop.width_px) * across), round((crop.top_px + crop.height_px) * down)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _middle(image: "Image.Image", shape: Fraction, of_px: tuple[int, int] | None = None) -> "Image.Image":
    """Crop the largest centred part of a given aspect ratio; as for `_bounds`."""
    left, top, right, bottom = map(round, _bounds(image.size, shape, of_px or image.size))
    left, top = min(left, image.width - 1), min(top, image.height - 1)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _bounds(
    size: tuple[int, int], shape: Fraction, of_px: tuple[int, int]
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    """Compute where the largest centred part of a given aspect ratio lies: left, top, right and bottom.

    Args:
        size: width and height of the whole.
        shape: width over height of the part.
        of_px: size of the whole at which the part had whole pixels.
    """
    width, height = of_px
    wide = min(Fraction(width), height * shape)
    high = wide / shape
    left, top = (width - wide) // 2, (height - high) // 2
    across, down = Fraction(size[0], width), Fraction(size[1], height)
    return left * across, top * down, (left + wide) * across, (top + high) * down
