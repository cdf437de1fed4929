"""Plans for pictures → a new file, by Pillow. Colors stay what they were: an embedded profile is kept or applied."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from preflight.assets import printable
from preflight.errors import FixFailed
from preflight.fix.isolated import alone_or_failed
from preflight.look.colors import eight_bits, flat, on_screen, smooth
from preflight.plan.steps import BLUR, BLUR_PART, Crop, Pad, Plan, Resize, Turn, Write, find
from preflight.probe.faults import Unreadable
from preflight.probe.pillow import open_image
from preflight.probe.sniff import sniff

if TYPE_CHECKING:
    from PIL import Image

JPEG_QUALITIES = (95, 90, 85, 75)
"""From the best; a lower one is taken only when the file would be too large."""
SHRINK = 0.85
"""How much smaller the sides are made when no quality is enough."""


def make_image(plan: Plan, write: Write, target: Path) -> None:
    """Write the mended picture to `target`; a child does it.

    Raises:
        FixFailed: Pillow cannot read the source or write the target.
    """
    alone_or_failed(_make_image, plan, write, target)


def _make_image(plan: Plan, write: Write, target: Path) -> None:
    """Do as `make_image`, in a child."""
    from PIL import ImageOps

    path = Path(plan.asset.path)
    try:
        with path.open("rb") as stream, _opened(stream) as source:
            source.load()
            picture = ImageOps.exif_transpose(source) if find(plan.steps, Turn) else source
            picture = _colors(_resized(plan, eight_bits(picture)), write.format)
            target.write_bytes(_encoded(picture, write))
    except (Unreadable, OSError, ValueError, MemoryError, SyntaxError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FixFailed(f"{printable(str(path))}: {said}") from None


def _opened(stream: BinaryIO) -> "Image.Image":
    """Open a picture through the probes' door."""
    sniffed = sniff(stream)
    if sniffed is None:
        raise Unreadable("is no picture any more")
    stream.seek(0)
    return open_image(stream, sniffed)


def _resized(plan: Plan, picture: "Image.Image") -> "Image.Image":
    from PIL import Image

    for step in plan.steps:
        match step:
            case Crop(width_px=width, height_px=height):
                left, top = (picture.width - width) // 2, (picture.height - height) // 2
                picture = picture.crop((left, top, left + width, top + height))
            case Pad():
                picture = _padded(picture, step)
            case Resize(width_px=width, height_px=height):
                picture = smooth(picture).resize((width, height), Image.Resampling.LANCZOS)
            case _:
                pass
    return picture


def _padded(picture: "Image.Image", step: Pad) -> "Image.Image":
    """Put a picture in the middle of a colored ground, or of a blurred, enlarged copy of itself."""
    from PIL import Image, ImageColor, ImageFilter, ImageOps

    size = (step.width_px, step.height_px)
    picture = _paintable(picture)
    if step.fill == BLUR:
        blur = ImageFilter.GaussianBlur(float(min(size) * BLUR_PART))
        ground = ImageOps.fit(picture, size).filter(blur)
    else:
        red, green, blue = ImageColor.getrgb(step.fill)[:3]
        if picture.mode in ("L", "LA") and not red == green == blue:
            picture = _colored(picture)
        ground = Image.new(picture.mode, size, ImageColor.getcolor(step.fill, picture.mode))
    ground.info = dict(picture.info)
    ground.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return ground


def _paintable(picture: "Image.Image") -> "Image.Image":
    """Return a picture of a mode in which colors can be named, and that is ready to be written."""
    shown = smooth(on_screen(picture))
    return shown if shown.mode in ("RGB", "RGBA", "L", "LA") else shown.convert("RGB")


def _colored(picture: "Image.Image") -> "Image.Image":
    """Return a gray picture in colors; a color profile for gray says nothing of them."""
    colored = picture.convert("RGBA" if picture.mode == "LA" else "RGB")
    colored.info.pop("icc_profile", None)
    return colored


def _colors(picture: "Image.Image", target: str) -> "Image.Image":
    """Return the picture in a mode that the target holds, with its colors unchanged."""
    shown = on_screen(picture)
    return flat(shown) if target == "jpeg" else shown


def _encoded(picture: "Image.Image", write: Write) -> bytes:
    """Encode, lowering quality and then size only as far as the byte limit needs."""
    while True:
        for options in _attempts(write.format):
            content = _save(picture, write.format, options)
            if write.max_bytes is None or len(content) <= write.max_bytes:
                return content
        width, height = round(picture.width * SHRINK), round(picture.height * SHRINK)
        if min(width, height) < write.min_side_px:
            raise FixFailed(f"does not fit into {write.max_bytes:,} bytes at any size that is allowed")
        picture = smooth(picture).resize((width, height))


def _attempts(target: str) -> list[dict[str, Any]]:
    if target == "jpeg":
        return [{"quality": quality, "subsampling": 0, "optimize": True} for quality in JPEG_QUALITIES]
    return [{"quality": quality, "method": 4} for quality in JPEG_QUALITIES] if target == "webp" else [{}]


def _save(picture: "Image.Image", target: str, options: dict[str, Any]) -> bytes:
    """Return the encoded bytes with the color profile and without any other metadata."""
    buffer = io.BytesIO()
    kept = picture.info.get("icc_profile")
    profile = {"icc_profile": kept} if kept and kept[16:20] in _spaces(picture.mode) else {}
    bare = picture.copy()
    bare.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    try:
        bare.save(buffer, format=target.upper(), **profile, **options)
    except OSError:
        # Pillow guesses how many bytes a JPEG's best tables may take, and too few where all of it is noise.
        if not options.pop("optimize", False):
            raise
        return _save(picture, target, options)
    return buffer.getvalue()


def _spaces(mode: str) -> tuple[bytes, ...]:
    """Return the color spaces, as an ICC profile names them in its header, that a profile of such a picture may have.

    A gray picture often has the profile of the colors that it was made from.
    """
    return (b"GRAY", b"RGB ") if mode in ("1", "L", "LA") else (b"RGB ",)
