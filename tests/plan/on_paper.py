"""A plan carried out on paper: facts and steps in, the facts that the new file has to have out.

What a step does is told by its own docstring; nothing is run.
"""

import re
from fractions import Fraction

from msgspec.structs import replace

from preflight.plan import Plan
from preflight.plan.clip_audio import kept_after
from preflight.plan.estimate import estimate_output, planned_size
from preflight.plan.steps import (
    Aperture,
    Cut,
    Deinterlace,
    Encode,
    Extend,
    Flatten,
    Lead,
    Resize,
    Retime,
    ToneMap,
    Write,
    find,
)
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts

VIDEO_ENCODERS = ("libx264",)
MP3_PADDING_S = Fraction(9, 100)
"""What an encoder, or a cut between frames, may store beyond the audio."""
PCM = re.compile(r"pcm_([suf])(\d+)(?:le|be)?")
AUDIO_ENCODERS = {"aac": "aac", "libmp3lame": "mp3"}


def clip_after(plan: Plan, facts: VideoFacts) -> VideoFacts:
    """Return the facts of a clip after its plan."""
    write = find(plan.steps, Write)
    assert write is not None
    encodes = [step for step in plan.steps if isinstance(step, Encode)]
    video = next((step for step in encodes if step.codec in VIDEO_ENCODERS), None)
    audio = next((step for step in encodes if step.codec in AUDIO_ENCODERS), None)
    made = replace(facts, format=write.format, location=False, video_streams=1, bytes=_bytes(plan, facts))
    made = _timed(plan, made)
    if video:
        made = _encoded(plan, made)
    kept = kept_after(facts, plan.steps)
    codec = None if not kept else "aac" if audio else kept[0].codec
    return replace(made, sound_codec=codec, sounds=())


def _bytes(plan: Plan, facts: VideoFacts) -> int:
    guess = estimate_output(plan, facts).bytes
    return facts.bytes if guess is None else guess


def _timed(plan: Plan, facts: VideoFacts) -> VideoFacts:
    """Return the facts with the times after cutting, extending and filling."""
    retime, lead = find(plan.steps, Retime), find(plan.steps, Lead)
    length, held = _length(plan, facts), lead.length_s if lead and lead.how == "hold" else Fraction(0)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    header = length
    if not (find(plan.steps, Cut) or find(plan.steps, Extend)):
        length += held
        header = max(length, facts.sound_duration_s or length)
    return replace(facts, duration_s=length, header_duration_s=header, frame_rate_hz=rate, frames=None)


def _length(plan: Plan, facts: VideoFacts | AudioFacts) -> Fraction:
    """Return the seconds that a plan leaves, in the order in which its steps take effect."""
    made = find(plan.steps, Extend) or find(plan.steps, Cut)
    return made.length_s if made else facts.duration_s or Fraction(0)


def _encoded(plan: Plan, facts: VideoFacts) -> VideoFacts:
    """Return the facts of frames that were decoded, changed and encoded."""
    width, height = planned_size(plan, (facts.width_px, facts.height_px))
    stored = facts.coded_width_px, facts.coded_height_px
    if find(plan.steps, Aperture) and facts.aperture:
        stored = facts.aperture.width_px, facts.aperture.height_px
    if facts.rotation_deg in {90, 270}:
        stored = stored[1], stored[0]
    square = find(plan.steps, Resize) is not None or (width, height) != (facts.width_px, facts.height_px)
    return replace(
        facts,
        width_px=width,
        height_px=height,
        coded_width_px=width if square else stored[0],
        coded_height_px=height if square else stored[1],
        pixel_aspect=Fraction(1) if square else facts.pixel_aspect,
        aperture=None,
        rotation_deg=0,
        mirrored=False,
        codec="h264",
        bit_depth=8,
        transfer="bt709" if find(plan.steps, ToneMap) else facts.transfer,
        interlaced=facts.interlaced and find(plan.steps, Deinterlace) is None,
        alpha=facts.alpha and find(plan.steps, Flatten) is None,
    )


def image_after(plan: Plan, facts: ImageFacts) -> ImageFacts:
    """Return the facts of an image after its plan."""
    write = find(plan.steps, Write)
    assert write is not None
    width, height = planned_size(plan, facts.given_px)
    opaque = find(plan.steps, Flatten) is not None or write.format == "jpeg"
    return replace(
        facts,
        format=write.format,
        bytes=min(facts.bytes, write.max_bytes or facts.bytes),
        width_px=width,
        height_px=height,
        stored_width_px=width,
        stored_height_px=height,
        orientation=1,
        frames=1,
        alpha=facts.alpha and not opaque,
        mode="RGB" if opaque or not facts.alpha else "RGBA",
        bit_depth=8,
        transfer=None if find(plan.steps, ToneMap) else facts.transfer,
        location=False,
    )


def audio_after(plan: Plan, facts: AudioFacts) -> AudioFacts:
    """Return the facts of an audio file after its plan."""
    write = find(plan.steps, Write)
    assert write is not None
    encode, length = find(plan.steps, Encode), _length(plan, facts)
    codec = encode.codec if encode else facts.codec or ""
    stored = length
    if write.format == "mp3":
        padded = encode or find(plan.steps, Cut)
        stored = length + MP3_PADDING_S if padded else max(length, facts.stored_duration_s or length)
    estimated = estimate_output(plan, facts).bytes
    if encode:
        facts = _stored(facts, codec)
    return replace(
        facts,
        format=write.format,
        bytes=facts.bytes if estimated is None else estimated,
        duration_s=length,
        stored_duration_s=stored,
        header_duration_s=stored,
        header_placeholder=None,
        obstacle=None,
        lead_bytes=0,
        codec=AUDIO_ENCODERS.get(codec, codec),
        location=False,
    )


def _stored(facts: AudioFacts, codec: str) -> AudioFacts:
    """Return the facts with samples as a codec stores them: all bits of PCM, whatever its source had."""
    plain = PCM.fullmatch(codec)
    if plain is None:
        return replace(facts, bit_depth=None, sample_type="coded")
    return replace(facts, bit_depth=int(plain[2]), sample_type="float" if plain[1] == "f" else "integer")
