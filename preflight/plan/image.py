"""Planning for pictures: findings in, steps out."""

import math
from collections.abc import Iterator

from preflight.facts import ImageFacts
from preflight.plan.geometry import Frame, nearest_size, within_ratio
from preflight.plan.steps import LeftOut, Resize, Step, Turn, Write
from preflight.plan.wishes import Wishes, fit_step
from preflight.profiles.schema import ImageLimits

LOSSLESS_TARGET, LOSSY_TARGET = "png", "jpeg"
EIGHT_BITS = 8
INKS = ("CMYK", "LAB")
"""Pillow's modes of colors that have to be converted for a screen."""
PNG_BYTES_A_PIXEL = 3
"""What a photograph takes as PNG at worst, nearly: noise does not compress."""


def image_steps(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, wishes: Wishes) -> Iterator[Step]:
    """Yield the steps that clear a picture's errors, least loss first where there is a choice.

    Args:
        facts: what was measured.
        errors: ids of the rules that found errors.
        limits: what the picture must become.
        wishes: what a person allows and asks for.
    """
    if facts.orientation != 1:
        yield Turn(loss="lossless", clears=())
    width, height = facts.width_px, facts.height_px
    if "image/aspect-ratio" in errors:
        width, height = within_ratio(width, height, limits.aspect_ratio, wishes.fit)
        yield fit_step(wishes, width, height, ("image/aspect-ratio",))
    size = nearest_size(width, height, Frame(side_px=limits.side_px))
    if size and size != (width, height):
        yield Resize(width_px=size[0], height_px=size[1], loss="lossy", clears=("image/side",))
        width, height = size
    yield _write(facts, errors, limits, width * height)


def _write(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, pixels: int) -> Write:
    """Choose the format: the picture's own where it is allowed and fits, else PNG where that fits, else JPEG."""
    clears = tuple(rule for rule in ("image/format", "image/size") if rule in errors)
    room = int(limits.bytes.warn_above or limits.bytes.max or 0) or None
    target, left_out = _target(facts, errors, limits, room, pixels), tuple(_left_out(facts))
    return Write(
        format=target,
        max_bytes=room,
        min_side_px=math.ceil(limits.side_px.min or 1),
        left_out=left_out,
        loss="lossless" if target == LOSSLESS_TARGET and not left_out else "lossy",
        clears=clears,
    )


def _left_out(facts: ImageFacts) -> Iterator[LeftOut]:
    """Yield what of a picture is never written: depth that decoders differ on, inks, and all frames but the first."""
    if facts.bit_depth > EIGHT_BITS:
        yield "depth"
    if facts.mode in INKS:
        yield "ink"
    if facts.frames > 1:
        yield "frames"


def _target(facts: ImageFacts, errors: frozenset[str], limits: ImageLimits, room: int | None, pixels: int) -> str:
    if "image/size" in errors:
        return LOSSY_TARGET
    if facts.format in limits.format.allowed:
        return facts.format
    return LOSSLESS_TARGET if room is None or pixels * PNG_BYTES_A_PIXEL <= room else LOSSY_TARGET
