"""Compare a new image with its source, by two decoders that share no code.

source ──┬─ Pillow ──┐ both alike?     result ──┬─ Pillow ──┐ both alike?
└─ libav ───┘                          └─ libav ───┘
└────────── as a viewer sees both: alike? ─────────┘
"""

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from preflight.apply.alike import alike, framed
from preflight.media.colors import eight_bits, flat, in_srgb, on_screen
from preflight.media.footage import found
from preflight.media.image import decode_image, decoding, stored
from preflight.media.second import seconds
from preflight.plan.steps import Flatten, Plan, find
from preflight.probe.pillow import JPEG
from preflight.probe.sniff import Sniffed
from preflight.values.facts import Facts, ImageFacts

if TYPE_CHECKING:
    from PIL import Image

DECODED_PX = 960
"""Side to which large JPEGs are decoded for comparison."""
READ_NEAR, READ_APART = 5.0, 0.2
"""Tolerances between two decoders of one file: they convert subsampled colours differently."""


def image_dissimilarity(plan: Plan, before: ImageFacts, made: Path, after: Facts) -> str | None:
    """Say how a new image differs from its source; None where it does not.

    Raises:
        Unmeasured: one of them could not be read.
        Unreadable: one of them cannot be decoded.
    """
    if not isinstance(after, ImageFacts):
        return "it became another kind of file"
    if not _read_alike(plan.asset.path, before):
        return "two decoders show its source differently, so that nobody can say which is right"
    if not _read_alike(str(made), after):
        return "two decoders show it differently"
    ground = find(plan.steps, Flatten)
    source, result = _seen(plan.asset.path, before, ground.color if ground else "white"), _seen(str(made), after)
    if not alike(*framed(plan, source, result, before.given_px)):
        return "it does not look like its source"
    return "its pixels are not those of its source" if plan.loss == "lossless" and _differ(source, result) else None


def _differ(one: "Image.Image", other: "Image.Image") -> bool:
    """Tell whether any pixel differs, on white."""
    from PIL import ImageChops

    return one.size != other.size or ImageChops.difference(one, other).getbbox() is not None


def _read_alike(path: str, facts: ImageFacts) -> bool:
    """Tell whether a second decoder agrees on the stored pixels.

    True where there is no second decoder. A raw photograph is compared by its preview, a JPEG.
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
    """Tell whether two decoders agree; transparency is dropped where only one sees it."""
    if first.has_transparency_data != other.has_transparency_data:
        first, other = (_opaque(image) for image in (first, other))
    return alike(_plain(first), _plain(other), near=READ_NEAR, apart=READ_APART)


def _opaque(image: "Image.Image") -> "Image.Image":
    """Drop transparency, keep colours."""
    shown = eight_bits(image)
    if image.has_transparency_data and shown.mode != "RGBA":
        shown = shown.convert("RGBA")
    shown = shown.convert("RGB")
    shown.info = {}
    return shown


def _plain(image: "Image.Image") -> "Image.Image":
    """Convert to RGB on white, ignoring the colour profile."""
    image.info.pop("icc_profile", None)
    shown = flat(on_screen(eight_bits(image)))
    return shown if shown.mode == "RGB" else shown.convert("RGB")


def _seen(path: str, facts: ImageFacts, ground: str = "white") -> "Image.Image":
    """Decode an image as a viewer sees it: upright, profile applied, RGB on white."""
    image = decode_image(path, facts, DECODED_PX)
    with decoding():
        return in_srgb(flat(on_screen(eight_bits(image)), ground))
