"""Whether a new picture shows what its source shows, by two decoders that share no code.

    source ──┬─ Pillow ──┐ both alike?     result ──┬─ Pillow ──┐ both alike?
             └─ libav ───┘                          └─ libav ───┘
                  └────────── as a viewer sees both: alike? ─────────┘

Compared are the mean colors of a grid of cells, the source scaled to the size of the result first: encoding changes
those by next to nothing, a wrong turn, crop, color or part by much. How much is allowed goes by how far the cells of
the source are apart, so that a few thin lines on white count as much as a photograph.
"""

import io
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from preflight.facts import Facts, ImageFacts
from preflight.look.colors import eight_bits, flat, in_srgb, on_screen
from preflight.look.footage import found
from preflight.look.picture import decoding, picture_of, stored
from preflight.look.second import seconds
from preflight.plan.steps import Crop, Pad, Plan, Resize, find
from preflight.probe.pillow import JPEG
from preflight.probe.sniff import Sniffed

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Cells = np.ndarray[tuple[int, int, int], np.dtype[np.float32]]
    """Rows, columns, and the mean red, green and blue of a cell, 0 to 255."""

GRID = 48
"""Cells along each side, at most."""
LEAST_CELL_PX = 8
"""Pixels along a cell's side, at least: an edge that moves by a part of one may change its color."""
DECODED_PX = 960
"""The length of a side to which large JPEGs need be decoded to be compared."""
NEAR = 3.0
"""Difference of two pictures, of 255, that is always allowed: what an encoder rounds."""
DETAIL = 0.04
"""What is allowed besides, as a part of how far pixels are from the mean of their cell: overshoots are cut off."""
MEANS = 1.5
"""How many times as far the means of whole pictures may be apart: all that is cut off makes them darker."""
APART = 0.12
"""Difference of two pictures that is allowed, as a part of how far the cells of one are apart."""
READ_NEAR, READ_APART = 5.0, 0.2
"""The same for two decoders of one file: they convert subsampled colors each in its own way."""


def unlike_picture(plan: Plan, before: ImageFacts, made: Path, after: Facts) -> str | None:
    """Return in what a new picture does not show what its source shows; None where it does.

    Args:
        plan: by which it was made.
        before: what was measured of the source.
        made: the new picture.
        after: what was measured of it.

    Raises:
        Unmeasured: one of them could not be looked into.
        Unreadable: one of them cannot be decoded.
    """
    if not isinstance(after, ImageFacts):
        return "it became another kind of file"
    if not _read_alike(plan.asset.path, before):
        return "two decoders show its source differently, so that nobody can say which is right"
    if not _read_alike(str(made), after):
        return "two decoders show it differently"
    source, result = _seen(plan.asset.path, before), _seen(str(made), after)
    if not alike(*framed(plan, source, result)):
        return "it does not look like its source"
    return "its pixels are not those of its source" if plan.loss == "lossless" and _differ(source, result) else None


def _differ(one: "Image.Image", other: "Image.Image") -> bool:
    """Tell whether any pixel of two pictures differs, on white."""
    from PIL import ImageChops

    return one.size != other.size or ImageChops.difference(one, other).getbbox() is not None


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


def _read_alike(path: str, facts: ImageFacts) -> bool:
    """Tell whether another decoder shows the same stored pixels as the one that a picture is read with.

    Where there is none for it, nothing contradicts. A raw photograph is read by its preview, which is a JPEG.
    """
    with found(path, facts.format) as (stream, sniffed), decoding():
        if facts.preview is None:
            return _shown_alike(stream, sniffed)
        stream.seek(facts.preview.at)
        return _shown_alike(io.BytesIO(stream.read(facts.preview.bytes)), JPEG)


def _shown_alike(stream: BinaryIO, sniffed: Sniffed) -> bool:
    others = list(seconds(stream, sniffed))
    if not others:
        return True
    stream.seek(0)
    first = stored(stream, sniffed, DECODED_PX)
    return any(_same_samples(first, other) for other in others)


def _same_samples(first: "Image.Image", other: "Image.Image") -> bool:
    """Tell whether two decoders show the same; where one alone sees transparency, whatever that is."""
    if first.has_transparency_data != other.has_transparency_data:
        first, other = (_opaque(picture) for picture in (first, other))
    return alike(_plain(first), _plain(other), near=READ_NEAR, apart=READ_APART)


def _opaque(picture: "Image.Image") -> "Image.Image":
    """Return a picture's colors without its transparency."""
    shown = eight_bits(picture).convert("RGBA" if picture.has_transparency_data else "RGB").convert("RGB")
    shown.info = {}
    return shown


def _plain(picture: "Image.Image") -> "Image.Image":
    """Return a picture in red, green and blue without heeding its color profile, on white."""
    picture.info.pop("icc_profile", None)
    return flat(on_screen(eight_bits(picture))).convert("RGB")


def _seen(path: str, facts: ImageFacts) -> "Image.Image":
    """Return a picture as a viewer sees it: upright, its profile heeded, in red, green and blue, on white."""
    picture = picture_of(path, facts, DECODED_PX)
    with decoding():
        return in_srgb(flat(on_screen(eight_bits(picture))))


def framed(plan: Plan, source: "Image.Image", result: "Image.Image") -> "tuple[Image.Image, Image.Image]":
    """Return both pictures without what was cropped off the one or added to the other."""
    if crop := find(plan.steps, Crop):
        source = _middle(source, Fraction(crop.width_px, crop.height_px))
    if pad := find(plan.steps, Pad):
        inner = find(plan.steps, Resize)
        shape = Fraction(inner.width_px, inner.height_px) if inner else Fraction(*source.size)
        result = _middle(result, shape, pad.width_px)
    return source, result


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
