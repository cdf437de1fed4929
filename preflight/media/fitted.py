"""How a picture would look cropped or padded: a small still in, the same still fitted out."""

import io
from typing import TYPE_CHECKING

import msgspec

from preflight.media.view import fitting
from preflight.values.facts import Area
from preflight.values.still import Still

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 85
Size = tuple[int, int]


class Fitting(msgspec.Struct, frozen=True, kw_only=True):
    """One way to fit a refused shape, in displayed pixels of the source."""

    words: str
    """Caption."""
    shown_px: Size
    """Width and height of the whole picture."""
    part: Area | None = None
    """The part that a crop keeps."""
    frame_px: Size | None = None
    """Width and height of the padded picture, in the scale of `shown_px`."""
    fill: str = "black"
    """Padding: black, white, #rrggbb, or a blurred copy of the picture where `blur` is set."""
    blur: float | None = None
    """Radius of the blur, as a part of the shorter side."""


def fitted(still: Still, how: Fitting, max_side_px: int) -> Still:
    """Fit a still, no side longer than `max_side_px`."""
    from PIL import Image

    with Image.open(io.BytesIO(still.jpeg), formats=["JPEG"]) as whole:
        image = _cropped(whole, how.part, how.shown_px) if how.part else _padded(whole, how)
    size = fitting(*image.size, max_side_px)
    image = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    target = io.BytesIO()
    image.save(target, "JPEG", quality=QUALITY)
    return msgspec.structs.replace(still, width_px=size[0], height_px=size[1], jpeg=target.getvalue())


def _cropped(image: "Image.Image", part: Area, shown_px: Size) -> "Image.Image":
    across, down = image.width / shown_px[0], image.height / shown_px[1]
    left, top = round(part.left_px * across), round(part.top_px * down)
    right, bottom = round((part.left_px + part.width_px) * across), round((part.top_px + part.height_px) * down)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def _padded(image: "Image.Image", how: Fitting) -> "Image.Image":
    from PIL import Image, ImageFilter, ImageOps

    part = image.width / how.shown_px[0]
    width, height = how.frame_px or how.shown_px
    size = max(round(width * part), image.width), max(round(height * part), image.height)
    ground = Image.new("RGB", size, how.fill)
    if how.blur is not None:
        ground = ImageOps.fit(image, size).filter(ImageFilter.GaussianBlur(min(size) * how.blur))
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


__all__ = ["Fitting", "fitted"]
