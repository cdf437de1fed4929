"""Two pictures in, whether they show the same out.

Compared are the mean colors of a grid of cells, the source scaled to the size of the result first: encoding changes
those by next to nothing, a wrong turn, crop, color or part by much. How much is allowed goes by how far the cells of
the source are apart, so that a few thin lines on white count as much as a photograph.
"""

from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.plan.steps import Crop, Pad, Plan, Resize, find

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Cells = np.ndarray[tuple[int, int, int], np.dtype[np.float32]]
    """Rows, columns, and the mean red, green and blue of a cell, 0 to 255."""

GRID = 48
"""Cells along each side, at most."""
LEAST_CELL_PX = 8
"""Pixels along a cell's side, at least: an edge that moves by a part of one may change its color."""
NEAR = 3.0
"""Difference of two pictures, of 255, that is always allowed: what an encoder rounds."""
DETAIL = 0.04
"""What is allowed besides, as a part of how far pixels are from the mean of their cell: overshoots are cut off."""
MEANS = 1.5
"""How many times as far the means of whole pictures may be apart: all that is cut off makes them darker."""
APART = 0.12
"""Difference of two pictures that is allowed, as a part of how far the cells of one are apart."""


def alike(one: "Image.Image", other: "Image.Image", *, near: float = NEAR, apart: float = APART) -> bool:
    """Tell whether two pictures show the same, whatever the size of each.

    Args:
        one: the picture that counts, in red, green and blue.
        other: the one that is held against it.
        near: the difference that is always allowed, of 255: of the means, and of cells in lightness and in color.
        apart: the part of the spread of the first picture's cells that is allowed, too, in lightness and in color.
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


def _detail(picture: "Image.Image", cells: "Cells") -> float:
    """Return how far the pixels of a picture are from the mean of their cell."""
    import numpy as np

    whole, between = np.asarray(picture).var(axis=(0, 1)), cells.var(axis=(0, 1))
    return float(np.sqrt(np.maximum(whole - between, 0).max()))


def _parted(cells: "Cells") -> "tuple[Cells, Cells]":
    """Return how light cells are, and how far their colors are from that gray."""
    gray = cells.mean(axis=2, keepdims=True)
    return gray, cells - gray


def _near(one: "Cells", other: "Cells", near: float, apart: float) -> bool:
    import numpy as np

    difference = float(np.sqrt(np.mean((one - other) ** 2)))
    return difference <= max(near, apart * float(one.std(axis=(0, 1)).max()))


def _grid(one: "Image.Image", other: "Image.Image") -> tuple[int, int]:
    """Return how many columns and rows of cells both pictures have pixels for."""
    columns, rows = (min(sides) // LEAST_CELL_PX for sides in zip(one.size, other.size, strict=True))
    return max(1, min(GRID, columns)), max(1, min(GRID, rows))


def _cells(picture: "Image.Image", grid: tuple[int, int]) -> "Cells":
    """Return the mean colors of the cells of a picture."""
    import numpy as np
    from PIL import Image

    bands = [band.convert("F").resize(grid, Image.Resampling.BOX) for band in picture.split()]
    return np.dstack([np.asarray(band, dtype=np.float32) for band in bands])


def framed(
    plan: Plan, source: "Image.Image", result: "Image.Image", shown_px: tuple[int, int]
) -> "tuple[Image.Image, Image.Image]":
    """Return both pictures without what was cropped off the one or added to the other.

    Args:
        plan: by which the result was made.
        source: how the source looks, of any size.
        result: how the new file looks, of any size.
        shown_px: width and height of the source itself.
    """
    if crop := find(plan.steps, Crop):
        source = _part(source, crop, shown_px)
    if pad := find(plan.steps, Pad):
        inner = find(plan.steps, Resize)
        shape = Fraction(inner.width_px, inner.height_px) if inner else Fraction(*source.size)
        result = _middle(result, shape, pad.width_px)
    return source, result


def _part(picture: "Image.Image", crop: Crop, shown_px: tuple[int, int]) -> "Image.Image":
    """Return the part that a crop keeps, of a picture whose own size may be another than it is shown at here."""
    if crop.left_px is None or crop.top_px is None:
        return _middle(picture, Fraction(crop.width_px, crop.height_px))
    across, down = Fraction(picture.width, shown_px[0]), Fraction(picture.height, shown_px[1])
    left, top = round(crop.left_px * across), round(crop.top_px * down)
    right, bottom = round((crop.left_px + crop.width_px) * across), round((crop.top_px + crop.height_px) * down)
    return picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _middle(picture: "Image.Image", shape: Fraction, of_px: int = 0) -> "Image.Image":
    """Return the largest part of a picture that has a shape and lies in its middle.

    Args:
        picture: the whole.
        shape: width over height of the part.
        of_px: the width of the whole in which the part took whole pixels.
    """
    width, height = picture.size
    scale = Fraction(of_px or width, width)
    wide = min(Fraction(width), height * shape) * scale
    high = wide / shape
    left, top = (width * scale - wide) // 2, (height * scale - high) // 2
    box = (left / scale, top / scale, (left + wide) / scale, (top + high) / scale)
    return picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))
