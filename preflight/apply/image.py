"""Plans for pictures → a new file. Colors stay what they were: a profile is kept or applied, HDR made standard."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.apply.isolated import isolated_or_failed
from preflight.apply.strip import stripped
from preflight.errors import FixFailed
from preflight.media.colors import eight_bits, flat, in_srgb, on_screen, smooth
from preflight.media.image import WORDED, decode_image
from preflight.plan.steps import BLUR, BLUR_PART, Crop, Flatten, Pad, Plan, Resize, Write, find
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.assets import printable
from preflight.values.facts import ImageFacts

if TYPE_CHECKING:
    from PIL import Image

JPEG_QUALITIES = (95, 90, 85, 75)
"""From the best; a lower one is taken only when the file would be too large."""
SHRINK = 0.85
"""How much smaller the sides are made when no quality is enough."""


def make_image(plan: Plan, facts: ImageFacts, target: Path) -> None:
    """Write the mended picture to `target`; a child does it.

    Args:
        plan: what is to be done.
        facts: what was measured of the source.
        target: the new file.

    Raises:
        FixFailed: the source cannot be read, or the target not be written.
    """
    isolated_or_failed(_make_image, plan, facts, target)


def _make_image(plan: Plan, facts: ImageFacts, target: Path) -> None:
    """Do as `make_image`, in a child."""
    path, write = Path(plan.asset.path), find(plan.steps, Write)
    if write is None:
        msg = "a plan that writes nothing cannot be carried out"
        raise ValueError(msg)
    try:
        if write.kept:
            target.write_bytes(_fitting(stripped(path, facts), write))
            return
        picture = eight_bits(decode_image(str(path), facts, _least(plan)))
        picture = _colors(_resized(plan, facts, picture), write.format)
        if plan.loss != "lossless" and picture.info.get(WORDED):
            picture = in_srgb(picture)
        target.write_bytes(_encoded(picture, write, shrinking=not plan.otherwise))
    except (Unreadable, Unmeasured, OSError, ValueError, MemoryError, SyntaxError) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FixFailed(f"{printable(str(path))}: {said}") from None


def _least(plan: Plan) -> int | None:
    """Return how long the sides of the source need be at most, where it is only made smaller."""
    resize = find(plan.steps, Resize)
    return max(resize.width_px, resize.height_px) if resize else None


def _fitting(content: bytes, write: Write) -> bytes:
    if write.max_bytes is not None and len(content) > write.max_bytes:
        raise FixFailed(f"takes {len(content):,} bytes without anything beside the picture")
    return content


def _resized(plan: Plan, facts: ImageFacts, picture: "Image.Image") -> "Image.Image":
    """Crop, scale and pad; a picture that was decoded smaller is cropped and padded as much less until it is scaled."""
    from PIL import Image

    part = picture.width / facts.given_px[0]
    for step in plan.steps:
        match step:
            case Crop():
                picture = _cropped(picture, step, part)
            case Flatten(color=color):
                picture = _flat(picture, color)
            case Pad(width_px=width, height_px=height):
                picture = _padded(picture, (round(width * part), round(height * part)), step.fill)
            case Resize(width_px=width, height_px=height):
                picture = smooth(picture).resize((width, height), Image.Resampling.LANCZOS)
                part = 1.0
            case _:
                pass
    return picture


def _cropped(picture: "Image.Image", step: Crop, part: float) -> "Image.Image":
    """Keep a part of a picture that was decoded smaller by `part`."""
    width, height = round(step.width_px * part), round(step.height_px * part)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    if step.left_px is not None and step.top_px is not None:
        left, top = round(step.left_px * part), round(step.top_px * part)
    return picture.crop((left, top, left + width, top + height))


def _flat(picture: "Image.Image", color: str) -> "Image.Image":
    """Put what is transparent on a color; gray on gray stays gray."""
    shown = flat(smooth(on_screen(picture)), color)
    gray = picture.mode in ("L", "LA")
    if not gray:
        return shown
    if is_gray(color):
        plain = shown.convert("L")
        plain.info = dict(shown.info)
        return plain
    shown.info.pop("icc_profile", None)
    return shown


def is_gray(color: str) -> bool:
    """Tell whether a color is none."""
    from PIL import ImageColor

    return len(set(ImageColor.getrgb(color)[:3])) == 1


def _padded(picture: "Image.Image", size: tuple[int, int], fill: str) -> "Image.Image":
    """Put a picture in the middle of a colored ground, or of a blurred, enlarged copy of itself."""
    from PIL import Image, ImageColor, ImageFilter, ImageOps

    picture = _paintable(picture)
    if fill == BLUR:
        blur = ImageFilter.GaussianBlur(float(min(size) * BLUR_PART))
        ground = ImageOps.fit(picture, size).filter(blur)
    else:
        if picture.mode in ("L", "LA") and not is_gray(fill):
            picture = _colored(picture)
        ground = Image.new(picture.mode, size, ImageColor.getcolor(fill, picture.mode))
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


def _encoded(picture: "Image.Image", write: Write, *, shrinking: bool) -> bytes:
    """Encode, lowering quality and then, where that is wanted, size only as far as the byte limit needs."""
    while True:
        for options in _attempts(write):
            content = _save(picture, write.format, options)
            if write.max_bytes is None or len(content) <= write.max_bytes:
                return content
        width, height = round(picture.width * SHRINK), round(picture.height * SHRINK)
        if not shrinking or min(width, height) < write.min_side_px:
            within = "at any size that is allowed" if shrinking else f"as {write.format} of its own size"
            raise FixFailed(f"does not fit into {write.max_bytes:,} bytes {within}")
        picture = smooth(picture).resize((width, height))


def _attempts(write: Write) -> list[dict[str, Any]]:
    if write.lossless:
        return [{"lossless": True, "method": 4, "exact": True}]
    if write.format == "jpeg":
        return [{"quality": quality, "subsampling": 0, "optimize": True} for quality in JPEG_QUALITIES]
    return [{"quality": quality, "method": 4} for quality in JPEG_QUALITIES] if write.format == "webp" else [{}]


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
