"""Plan images: findings in, steps out."""

import math
from collections.abc import Iterator

import msgspec

from preflight.plan.options import FixOptions
from preflight.plan.shape import frame_of, shape_steps
from preflight.plan.steps import Crop, Flatten, LeftOut, Pad, Resize, Step, ToneMap, Turn, Write, find
from preflight.profiles.schema import ImageLimits
from preflight.values.facts import ImageFacts

EXACT, JPEG, WEBP = "png", "jpeg", "webp"
"""Formats written: lossless, lossy, and lossy with transparency."""
CODED_EXACTLY = ("png", "bmp", "gif", "tiff", "psd", "ico")
EIGHT_BITS = 8
INKS = ("CMYK", "LAB")
"""Pillow's modes that must be converted for display."""
BESIDE = frozenset({"image/location", "image/name"})
"""Rules about data beside the image."""
STRIPPED = ("jpeg", "png", "webp", "tiff", "heic", "avif")
"""Formats whose metadata can be removed without changing the coded image."""
CLEARED_BY_WRITING = (
    "image/format",
    "image/size",
    "image/coding",
    "image/color",
    "image/animation",
    "image/location",
    "image/name",
)
WORDS_BYTES = 4096
"""Bytes added to a kept image: orientation, and a profile instead of a name."""


def image_steps(
    facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, fix_options: FixOptions, *, second: bool = False
) -> Iterator[Step]:
    """Yield the steps that clear an image's errors, least loss first.

    Args:
        facts: facts of the image.
        errors: ids of the broken rules.
        limits: limits for the result.
        fix_options: what the user allows and asks for.
        second: whether the first plan left it too large.
    """
    shaped = list(_shaped(facts, errors, limits, fix_options))
    if not shaped and not second and _kept(facts, errors, limits):
        yield _write(facts, errors, limits, JPEG if facts.raw else facts.format, kept=True)
        return
    if facts.orientation != 1:
        yield Turn(loss="lossless", clears=())
    if facts.transfer:
        yield ToneMap(loss="lossy", clears=("image/hdr",))
    if facts.alpha and ("image/alpha" in errors or any(isinstance(step, Pad) for step in shaped)):
        yield Flatten(color=fix_options.pad_color, loss="lossy", clears=("image/alpha",))
        facts = msgspec.structs.replace(facts, alpha=False)
    yield from shaped
    width, height = _last_size(facts, shaped)
    yield _write(facts, errors, limits, _target(facts, errors, limits, width * height, second=second))


def too_small_within(facts: ImageFacts, limits: ImageLimits) -> bool:
    """Tell whether a raw photograph's preview is too small: it is never enlarged."""
    return facts.raw and (facts.preview is None or limits.side_px.broken_by(min(facts.given_px)) == limits.side_px.min)


def may_be_too_large(facts: ImageFacts, steps: tuple[Step, ...], limits: ImageLimits) -> bool:
    """Tell whether lossless output may exceed the allowed bytes."""
    write, room = find(steps, Write), _room(limits)
    if write is None or room is None or not (write.kept or write.lossless or write.format == EXACT):
        return False
    width, height = _last_size(facts, list(steps))
    return "image/size" in write.clears or width * height * _samples(facts) > room


def _samples(facts: ImageFacts) -> int:
    """Count the samples of a pixel: nearly its bytes where noise cannot be compressed."""
    return 4 if facts.alpha else 3


def _shaped(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, fix_options: FixOptions) -> Iterator[Step]:
    """Yield the steps that change aspect ratio and size."""
    ratio = limits.aspect_ratio if "image/aspect-ratio" in errors else None
    clears = ("image/aspect-ratio",), ("image/side",)
    yield from shape_steps(facts.given_px, ratio, frame_of(limits), fix_options, clears)


def _last_size(facts: ImageFacts, shaped: list[Step]) -> tuple[int, int]:
    sizes = [(step.width_px, step.height_px) for step in shaped if isinstance(step, Crop | Pad | Resize)]
    return sizes[-1] if sizes else facts.given_px


def _room(limits: ImageLimits) -> int | None:
    """Compute the bytes allowed, by the stricter reading of the limit."""
    return int(limits.bytes.warn_above or limits.bytes.max or 0) or None


def _kept(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits) -> bool:
    """Tell whether stripping alone clears all errors."""
    if errors and errors <= BESIDE:
        return facts.format in STRIPPED and (facts.frames == 1 or facts.format != JPEG)
    room = _room(limits)
    if facts.raw:
        taken, taken_as = facts.preview.bytes if facts.preview else None, JPEG
    else:
        taken, taken_as = facts.own_bytes, facts.format
    clear = facts.raw or ("image/size" in errors and errors <= {"image/size", *BESIDE} and facts.frames == 1)
    fits = taken is not None and (room is None or taken + WORDS_BYTES <= room)
    return clear and fits and taken_as in limits.format.allowed


def _write(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, target: str, *, kept: bool = False) -> Write:
    cleared = (*CLEARED_BY_WRITING, *(("image/side",) if facts.raw else ()))
    clears = tuple(rule for rule in cleared if rule in errors)
    lossless = target == WEBP and bool(facts.lossless) and not kept
    left_out = tuple(_left_out(facts)) if facts.raw or not kept else ()
    beside = kept and errors <= BESIDE
    exact = (kept or target == EXACT or lossless) and not left_out
    return Write(
        format=target,
        max_bytes=None if beside else _room(limits),
        min_side_px=math.ceil(limits.side_px.min or 1),
        left_out=left_out,
        kept=kept,
        lossless=lossless,
        loss="lossless" if exact else "lossy",
        clears=clears,
    )


def _left_out(facts: ImageFacts) -> Iterator[LeftOut]:
    """Yield what is never written: depth that decoders disagree on, inks, and frames after the first."""
    if facts.raw:
        yield "raw"
        return
    if facts.bit_depth > EIGHT_BITS:
        yield "depth"
    if facts.mode in INKS:
        yield "ink"
    if facts.frames > 1:
        yield "frames"


def _target(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, pixels: int, *, second: bool) -> str:
    """Choose the format: the own one where allowed and small enough, else PNG where it fits, else lossy."""
    allowed = _formats(facts, limits)
    lossy = WEBP if facts.alpha and WEBP in allowed else EXACT if facts.alpha else JPEG
    if second:
        return lossy
    if "image/size" in errors:
        exactly = facts.format in CODED_EXACTLY and EXACT in allowed
        return EXACT if exactly else WEBP if facts.lossless and WEBP in allowed else lossy
    if facts.format in allowed:
        return facts.format
    room = _room(limits)
    return EXACT if EXACT in allowed and (room is None or pixels * _samples(facts) <= room) else lossy


def _formats(facts: ImageFacts, limits: ImageLimits) -> tuple[str, ...]:
    """List the formats allowed, without those that may hold no transparency where the image has some."""
    opaque = limits.opaque.allowed if limits.opaque and facts.alpha else ()
    return tuple(one for one in limits.format.allowed if one not in opaque)
