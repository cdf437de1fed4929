"""Verify a new file against its plan: facts before and after in, a message per mismatch out."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.plan.clip_audio import kept_after
from preflight.plan.estimate import held_s, planned_size
from preflight.plan.steps import Cut, Extend, Plan, Resize, Retime, Write, find
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.phrase import phrase
from preflight.values.units import decimal

TICKS_S = Fraction(1, 500)
"""Container ticks of about a millisecond round times."""
FRAMES_MISSED = 1
"""Frames that may be lost or gained without a constant rate."""
RATE_MISSED = Fraction(1, 1000)
"""Relative tolerance of the rate: rounding of 23.976 to ticks."""
SAMPLED_AUDIO_S = Fraction(1, 1000)
FRAMED_AUDIO_S = Fraction(3, 20)
"""WAV is cut by samples; other formats hold frames of up to 72 ms, with padding that may be undeclared."""
SHAPE_MISSED = Fraction(1, 50)
"""Relative tolerance of the aspect ratio: shrunk images have whole pixels."""


def mismatches(plan: Plan, before: Facts, after: Facts) -> Iterator[str]:
    """Yield how a new file differs from its plan."""
    if isinstance(before, VideoFacts) and isinstance(after, VideoFacts):
        yield from _clip(plan, before, after)
    elif isinstance(before, AudioFacts) and isinstance(after, AudioFacts):
        yield from _audio(plan, before, after)
    elif isinstance(before, ImageFacts) and isinstance(after, ImageFacts):
        yield from _image(plan, before, after)
    else:
        yield "it became another kind of file"


def planned_s(plan: Plan, before: VideoFacts | AudioFacts) -> Fraction | None:
    """Compute the planned duration in seconds."""
    made = find(plan.steps, Extend) or find(plan.steps, Cut)
    if made or before.duration_s is None:
        return made.length_s if made else None
    return before.duration_s + held_s(plan)


def _clip(plan: Plan, before: VideoFacts, after: VideoFacts) -> Iterator[str]:
    retime, cut = find(plan.steps, Retime), find(plan.steps, Cut)
    rate = retime.frame_rate_hz if retime else before.frame_rate_hz
    length = planned_s(plan, before)
    held = before.header_duration_s if length == before.duration_s else None
    if rate and length is not None and _outside(after.duration_s, length, held) > FRAMES_MISSED / rate + TICKS_S:
        yield phrase("it lasts {length} s, planned were {n} s", length=_told(after.duration_s), n=decimal(length))
    if retime and _apart(after.frame_rate_hz, retime.frame_rate_hz) > retime.frame_rate_hz * RATE_MISSED:
        yield phrase(
            "it has {rate} fps, planned were {n} fps", rate=_told(after.frame_rate_hz), n=decimal(retime.frame_rate_hz)
        )
    if cut and cut.packets and after.frames != cut.packets.count:
        yield phrase("it holds {n1} pictures, planned were {n2}", n1=after.frames, n2=cut.packets.count)
    if before.only_dolby_vision and after.dolby_vision != before.dolby_vision:
        yield "its record of Dolby Vision is missing"
    yield from _tracks(len(kept_after(before, plan.steps)), after)
    yield from _size(plan, (before.width_px, before.height_px), (after.width_px, after.height_px))


def _tracks(planned: int, after: VideoFacts) -> Iterator[str]:
    """Yield how the audio tracks differ from the plan."""
    found = len(kept_after(after, ()))
    if found and not planned:
        yield "it has sound that was not there"
    elif planned and not found:
        yield "its sound is missing"
    elif found != planned:
        yield phrase("it has {n1} sound tracks, planned were {n2}", n1=found, n2=planned)


def _audio(plan: Plan, before: AudioFacts, after: AudioFacts) -> Iterator[str]:
    length = planned_s(plan, before)
    if length is None:
        return
    slack = (
        SAMPLED_AUDIO_S if before.format == after.format == "wav" and before.sample_type != "coded" else FRAMED_AUDIO_S
    )
    if _apart(after.duration_s, length) > slack:
        yield phrase("it lasts {length} s, planned were {n} s", length=_told(after.duration_s), n=decimal(length))
    if plan.loss == "lossless":
        yield from _samples(before, after)


def _samples(before: AudioFacts, after: AudioFacts) -> Iterator[str]:
    """Yield how the sample format differs from the source's."""
    for words, one, other in (
        ("it has {n1} samples a second, its source has {n2}", before.sample_rate_hz, after.sample_rate_hz),
        ("it has {n1} channels, its source has {n2}", before.channels, after.channels),
    ):
        if one and one != other:
            yield phrase(words, n1=other, n2=one)
    if before.bit_depth and (after.bit_depth or 0) < before.bit_depth:
        yield phrase(
            "it has {depth} bits a sample, its source has {n}", depth=after.bit_depth or "untold", n=before.bit_depth
        )


def _image(plan: Plan, before: ImageFacts, after: ImageFacts) -> Iterator[str]:
    write = find(plan.steps, Write)
    sizes = before.given_px, (after.width_px, after.height_px)
    if write is None or write.max_bytes is None:
        yield from _size(plan, *sizes)
        return
    planned = planned_size(plan, sizes[0])
    ratio, found = Fraction(*planned), after.aspect_ratio
    if abs(found / ratio - 1) > SHAPE_MISSED or after.width_px > planned[0] + 1:
        yield phrase(
            "it is {n1} x {n2} px, planned were {n3} x {n4} px",
            n1=after.width_px,
            n2=after.height_px,
            n3=planned[0],
            n4=planned[1],
        )


def _size(plan: Plan, before: tuple[int, int], after: tuple[int, int]) -> Iterator[str]:
    planned = planned_size(plan, before)
    slack = 0 if find(plan.steps, Resize) else 1
    if any(abs(one - other) > slack for one, other in zip(planned, after, strict=True)):
        yield phrase(
            "it is {n1} x {n2} px, planned were {n3} x {n4} px", n1=after[0], n2=after[1], n3=planned[0], n4=planned[1]
        )


def _outside(found: Fraction | None, planned: Fraction, held: Fraction | None) -> Fraction:
    """Compute how far a duration lies outside the planned range, in seconds.

    Where audio begins first, ffmpeg may hold the first frame until then: the video then lasts as long as the whole
    file.
    """
    most = max(planned, held or planned)
    return (
        Fraction(0)
        if found is not None and planned <= found <= most
        else min(_apart(found, planned), _apart(found, most))
    )


def _apart(found: Fraction | None, planned: Fraction) -> Fraction:
    return abs(found - planned) if found is not None else planned


def _told(value: Fraction | None) -> str:
    return "an unknown number of" if value is None else decimal(value)
