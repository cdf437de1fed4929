"""Apply the plan of an image. Colours are kept: profiles are kept or applied, HDR becomes standard range."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.apply.isolated import isolated_or_failed
from preflight.apply.strip import BLANKED, stripped
from preflight.errors import FixFailed
from preflight.media.colors import eight_bits, flat, in_srgb, on_screen, smooth
from preflight.media.image import WORDED, decode_image
from preflight.plan.steps import BLUR, BLUR_PART, Crop, Flatten, Pad, Plan, Resize, Write, find
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.assets import printable
from preflight.values.facts import ImageFacts
from preflight.values.phrase import error_words, phrase

if TYPE_CHECKING:
    from PIL import Image

JPEG_QUALITIES = (95, 90, 85, 75)
"""Tried in order until the file fits."""
SHRINK = 0.85
"""Factor for the sides when no quality fits."""


def make_image(plan: Plan, facts: ImageFacts, target: Path) -> None:
    """Write the fixed image to `target`, in a child process.

    Raises:
        FixFailed: the source cannot be read, or the target not written.
    """
    isolated_or_failed(_make_image, plan, facts, target)


def _make_image(plan: Plan, facts: ImageFacts, target: Path) -> None:
    """Run `make_image` in the child."""
    path, write = Path(plan.asset.path), find(plan.steps, Write)
    if write is None:
        msg = "a plan that writes nothing cannot be carried out"
        raise ValueError(msg)
    try:
        if write.kept:
            target.write_bytes(_fitting(stripped(path, facts), write))
            if facts.format in BLANKED and not facts.preview:
                _refuse_change(path, target, facts)
            return
        image = eight_bits(decode_image(str(path), facts, _least(plan)))
        image = _colors(_resized(plan, facts, image), write.format)
        if plan.loss != "lossless" and image.info.get(WORDED):
            image = in_srgb(image)
        target.write_bytes(_encoded(image, write, shrinking=not plan.otherwise))
    except (Unreadable, Unmeasured, OSError, ValueError, MemoryError, SyntaxError) as error:
        said = getattr(error, "strerror", None) or error_words(error) or type(error).__name__
        raise FixFailed(phrase("{q}: {fault}", q=printable(str(path)), fault=said)) from None


def _refuse_change(source: Path, target: Path, facts: ImageFacts) -> None:
    """Raise FixFailed where a picture of which only metadata was blanked is not the same to the last sample."""
    before, after = (decode_image(str(one), facts) for one in (source, target))
    if (before.mode, before.size, before.tobytes()) != (after.mode, after.size, after.tobytes()):
        raise FixFailed("the picture changes where only its metadata should")


def _least(plan: Plan) -> int | None:
    """Compute the longest side to decode, where the image is only made smaller."""
    resize = find(plan.steps, Resize)
    return max(resize.width_px, resize.height_px) if resize else None


def _fitting(content: bytes, write: Write) -> bytes:
    if write.max_bytes is not None and len(content) > write.max_bytes:
        raise FixFailed(phrase("takes {n} bytes without anything beside the picture", n=f"{len(content):,}"))
    return content


def _resized(plan: Plan, facts: ImageFacts, image: "Image.Image") -> "Image.Image":
    """Crop, pad and resize; sizes are scaled where the image was decoded smaller."""
    from PIL import Image

    part = image.width / facts.given_px[0]
    for step in plan.steps:
        match step:
            case Crop():
                image = _cropped(image, step, part)
            case Flatten(color=color):
                image = _flat(image, color)
            case Pad(width_px=width, height_px=height):
                image = _padded(image, (round(width * part), round(height * part)), step.fill)
            case Resize(width_px=width, height_px=height):
                image = smooth(image).resize((width, height), Image.Resampling.LANCZOS)
                part = 1.0
            case _:
                pass
    return image


def _cropped(image: "Image.Image", step: Crop, part: float) -> "Image.Image":
    """Crop an image that was decoded smaller by `part`."""
    width, height = round(step.width_px * part), round(step.height_px * part)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    if step.left_px is not None and step.top_px is not None:
        left, top = round(step.left_px * part), round(step.top_px * part)
    return image.crop((left, top, left + width, top + height))


def _flat(image: "Image.Image", color: str) -> "Image.Image":
    """Put transparent parts on a color; gray on gray stays gray."""
    shown = flat(smooth(on_screen(image)), color)
    gray = image.mode in ("L", "LA")
    if not gray:
        return shown
    if is_gray(color):
        plain = shown.convert("L")
        plain.info = dict(shown.info)
        return plain
    shown.info.pop("icc_profile", None)
    return shown


def is_gray(color: str) -> bool:
    """Tell whether a color is gray."""
    from PIL import ImageColor

    return len(set(ImageColor.getrgb(color)[:3])) == 1


def _padded(image: "Image.Image", size: tuple[int, int], fill: str) -> "Image.Image":
    """Centre an image on a coloured background, or on a blurred, enlarged copy of itself."""
    from PIL import Image, ImageColor, ImageFilter, ImageOps

    image = _paintable(image)
    if fill == BLUR:
        blur = ImageFilter.GaussianBlur(float(min(size) * BLUR_PART))
        ground = ImageOps.fit(image, size).filter(blur)
    else:
        if image.mode in ("L", "LA") and not is_gray(fill):
            image = _colored(image)
        ground = Image.new(image.mode, size, ImageColor.getcolor(fill, image.mode))
    ground.info = dict(image.info)
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


def _paintable(image: "Image.Image") -> "Image.Image":
    """Convert to a mode in which colours have names, ready to be written."""
    shown = smooth(on_screen(image))
    return shown if shown.mode in ("RGB", "RGBA", "L", "LA") else shown.convert("RGB")


def _colored(image: "Image.Image") -> "Image.Image":
    """Convert gray to RGB, without its gray colour profile."""
    colored = image.convert("RGBA" if image.mode == "LA" else "RGB")
    colored.info.pop("icc_profile", None)
    return colored


def _colors(image: "Image.Image", target: str) -> "Image.Image":
    """Convert to a mode that the target format holds, colours unchanged."""
    shown = on_screen(image)
    return flat(shown) if target == "jpeg" else shown


def _encoded(image: "Image.Image", write: Write, *, shrinking: bool) -> bytes:
    """Encode within the byte limit, lowering quality first, then size where allowed."""
    while True:
        for options in _attempts(write):
            content = _save(image, write.format, options)
            if write.max_bytes is None or len(content) <= write.max_bytes:
                return content
        width, height = round(image.width * SHRINK), round(image.height * SHRINK)
        if not shrinking or min(width, height) < write.min_side_px:
            if shrinking:
                raise FixFailed(
                    phrase("does not fit into {n} bytes at any size that is allowed", n=f"{write.max_bytes:,}")
                )
            said = "does not fit into {n} bytes as {w} of its own size"
            raise FixFailed(phrase(said, n=f"{write.max_bytes:,}", w=write.format))
        image = smooth(image).resize((width, height))


def _attempts(write: Write) -> list[dict[str, Any]]:
    if write.lossless:
        return [{"lossless": True, "method": 4, "exact": True}]
    if write.format == "jpeg":
        return [{"quality": quality, "subsampling": 0, "optimize": True} for quality in JPEG_QUALITIES]
    return [{"quality": quality, "method": 4} for quality in JPEG_QUALITIES] if write.format == "webp" else [{}]


def _save(image: "Image.Image", target: str, options: dict[str, Any]) -> bytes:
    """Encode with the colour profile and without other metadata."""
    buffer = io.BytesIO()
    kept = image.info.get("icc_profile")
    profile = {"icc_profile": kept} if kept and kept[16:20] in _spaces(image.mode) else {}
    bare = image.copy()
    bare.info = {key: value for key, value in image.info.items() if key == "transparency"}
    try:
        bare.save(buffer, format=target.upper(), **profile, **options)
    except OSError:
        # Pillow guesses how many bytes a JPEG's best tables may take, and too few where all of it is noise.
        if not options.pop("optimize", False):
            raise
        return _save(image, target, options)
    return buffer.getvalue()


def _spaces(mode: str) -> tuple[bytes, ...]:
    """List the ICC colour spaces valid for a mode.

    A gray image often has the profile of the colours it was made from.
    """
    return (b"GRAY", b"RGB ") if mode in ("1", "L", "LA") else (b"RGB ",)
