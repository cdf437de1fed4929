"""Estimate a plan's output: size, duration and processing time."""

import re
from fractions import Fraction
from typing import Literal

import msgspec

from preflight.plan.steps import Crop, Cut, Encode, Extend, Lead, Pad, Plan, Resize, Retime, ToneMap, Write, find
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.workers.processors import processors

PIXELS_READ_S = 290_000_000
PIXELS_WRITTEN_S = 110_000_000
"""Pixels that one processor decodes, and encodes, a second; of this machine's own pace `flow.pace` learns."""
HARDER_TO_READ = Fraction(5, 2)
"""How many times as long a pixel of another codec than H.264 takes to decode: HEVC, VP9, AV1, ProRes."""
PIXELS_TONED_S = 48_000_000
"""Pixels that one maps from high dynamic range a second."""
SECOND_S = Fraction(5, 100)
"""Seconds that a second of a clip takes beside its pixels: audio, packets, comparing and measuring."""
SWELLING: dict[tuple[str, str], Fraction] = {
    ("heic", "jpeg"): Fraction(5, 2),
    ("avif", "jpeg"): Fraction(3),
    ("webp", "jpeg"): Fraction(2),
    **{(one, one): Fraction(1) for one in ("jpeg", "png", "webp")},
}
"""Format before and after → how many times more bytes a pixel takes, about."""
PCM = re.compile(r"pcm_[su](\d+)[lb]e")
Bound = Literal["about", "at most"]
START_S = Fraction(1, 4)
"""Seconds for starting, measuring and comparing."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How many times longer than by the constants above it takes on this machine, now."""

    start: Fraction = Fraction(1)
    """What every file takes: starting programs, measuring, comparing."""
    work: Fraction = Fraction(1)
    """What grows with pixels and seconds: decoding, encoding."""


ON_PAPER = Pace()


class OutputEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """Estimated output."""

    size_px: tuple[int, int] | None = None
    length_s: Fraction | None = None
    seconds: Fraction | None = None
    """Processing time on this machine; None where unknown."""
    work_s: Fraction = Fraction(0)
    """Its part that grows with pixels and seconds, by the constants alone."""
    bytes: int | None = None
    """Size of the new file; None where nothing tells."""
    bytes_are: Bound = "about"


def estimate_output(plan: Plan, facts: Facts, pace: Pace = ON_PAPER) -> OutputEstimate:
    """Estimate the output of a plan.

    Args:
        plan: what is done.
        facts: of the source.
        pace: of this machine; that of the constants when none is given.
    """
    if isinstance(facts, ImageFacts):
        size = planned_size(plan, facts.given_px)
        return OutputEstimate(size_px=size, seconds=START_S * pace.start, bytes=_image_bytes(plan, facts, size))
    made = find(plan.steps, Extend) or find(plan.steps, Cut)
    length = made.length_s if made else facts.duration_s
    if length is not None and not made:
        length += held_s(plan)
    bytes_, are = _bytes(plan, facts, length)
    known = OutputEstimate(length_s=length, seconds=START_S * pace.start, bytes=bytes_, bytes_are=are)
    if not isinstance(facts, VideoFacts):
        return known
    size = planned_size(plan, (facts.width_px, facts.height_px))
    work = _work_s(plan, facts, size, length)
    seconds = None if work is None else START_S * pace.start + work * pace.work
    return msgspec.structs.replace(known, size_px=size, seconds=seconds, work_s=work or Fraction(0))


def _bytes(plan: Plan, facts: VideoFacts | AudioFacts, length: Fraction | None) -> tuple[int | None, Bound]:
    """Compute the size of a new clip or audio: by its share of the source where it is copied, else by its rates."""
    encodes = [step for step in plan.steps if isinstance(step, Encode)]
    if length is None or not facts.duration_s:
        return None, "about"
    if not encodes or (isinstance(facts, VideoFacts) and not any(step.codec.startswith("libx") for step in encodes)):
        return round(facts.bytes * length / facts.duration_s), "about"
    rates = [step.max_bit_rate or _pcm_rate(step, facts) for step in encodes]
    if not all(rates):
        return None, "about"
    return round(sum(rates) * length / 8), "at most"


def _pcm_rate(step: Encode, facts: VideoFacts | AudioFacts) -> int:
    """Compute the bit rate of uncompressed audio in bit/s; 0 of what is compressed, or not known."""
    found = PCM.fullmatch(step.codec)
    if found is None or not isinstance(facts, AudioFacts):
        return 0
    return int(found[1]) * (step.sample_rate_hz or facts.sample_rate_hz or 0) * (step.channels or facts.channels or 0)


def _image_bytes(plan: Plan, facts: ImageFacts, size: tuple[int, int]) -> int | None:
    """Compute the size of a new image from the bytes that a pixel takes in its source; None between unlike formats."""
    write = find(plan.steps, Write)
    if write is None:
        return None
    swelling = SWELLING.get((facts.format, write.format))
    if swelling is None:
        return None
    width, height = facts.given_px
    guess = round(facts.bytes * swelling * size[0] * size[1] / (width * height))
    return min(guess, write.max_bytes) if write.max_bytes else guess


def held_s(plan: Plan) -> Fraction:
    """Compute how long a plan holds the first frame, in seconds."""
    lead = find(plan.steps, Lead)
    return lead.length_s if lead and lead.how == "hold" else Fraction(0)


def planned_size(plan: Plan, before: tuple[int, int]) -> tuple[int, int]:
    """Compute the planned width and height in pixels."""
    shaped = find(plan.steps, Pad) or find(plan.steps, Resize) or find(plan.steps, Crop)
    return (shaped.width_px, shaped.height_px) if shaped else before


def _work_s(plan: Plan, facts: VideoFacts, size: tuple[int, int], length: Fraction | None) -> Fraction | None:
    """Estimate the seconds of decoding and encoding; None where something of the source is not known."""
    if find(plan.steps, Encode) is None:
        return Fraction(0)
    retime = find(plan.steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if length is None or rate is None or facts.frame_rate_hz is None:
        return None
    read = facts.coded_width_px * facts.coded_height_px * length * facts.frame_rate_hz / PIXELS_READ_S
    read *= 1 if facts.codec == "h264" else HARDER_TO_READ
    if find(plan.steps, ToneMap):
        read += facts.width_px * facts.height_px * length * facts.frame_rate_hz / PIXELS_TONED_S
    written = size[0] * size[1] * length * rate / PIXELS_WRITTEN_S
    return SECOND_S * length + (read + written) / processors()
