"""Judge assets: facts in, the first fault out. Messages follow the service's observed responses."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from preflight.sandbox.documents import Edition, Lengths, Limits, documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.sandbox.measure import AudioFacts, ImageFacts, VideoFacts
    from preflight.sandbox.settings import Settings

_MB = 1 << 20


class Fault(msgspec.Struct, frozen=True):
    """Fault of an asset: message, and the code of the failing task."""

    message: str
    code: str = "invalid_parameters"


class Rules(msgspec.Struct, frozen=True):
    """The documents in force."""

    limits: Limits
    edition: Edition
    lengths: Lengths


def rules(settings: Settings, model: str) -> Rules:
    """Choose the documents in force for a model."""
    read = documents()
    lengths = read.lengths["strict" if settings.strict_lengths else "wire"]
    return Rules(limits=read.limits, edition=read.edition_for(model, settings.edition), lengths=lengths)


def type_fault(kind: str, media_type: str | None, allowed: frozenset[str]) -> Fault | None:
    """Judge a media type. `kind` is `image`, `video` or `audio`."""
    if media_type in allowed:
        return None
    code = "image_processing_error" if kind == "image" else "invalid_parameters"
    return Fault(f"{kind} format ({media_type or 'unknown'}) is not valid", code)


def size_fault(kind: str, size_bytes: int, max_bytes: int) -> Fault | None:
    """Judge a file size in bytes; the file may be cut behind the limit."""
    if size_bytes <= max_bytes:
        return None
    return Fault(f"{kind} size (MB) must be less than or equal to {max_bytes // _MB}")


def image_fault(facts: ImageFacts, limits: Limits) -> Fault | None:
    """Judge one image."""
    return next(_image_faults(facts, limits), None)


def _image_faults(facts: ImageFacts, limits: Limits) -> Iterator[Fault]:
    smallest, largest = limits.image_side_px
    received = f"{facts.width_px}x{facts.height_px}px"
    for side, pixels in (("width", facts.width_px), ("height", facts.height_px)):
        if pixels < smallest:
            words = f"expected the {side} to be at least {smallest}px, but received a {received} image instead"
            yield Fault(words, "image_dimension_mismatch")
        if pixels > largest:
            words = f"{side.capitalize()} must be between {smallest}px and {largest}px, received {received}"
            yield Fault(words, "image_dimension_mismatch")
    ratio = Fraction(facts.width_px, facts.height_px)
    for message in _outside("image aspect ratio", ratio, *limits.image_ratio):
        yield Fault(message, "image_dimension_mismatch")


def video_fault(facts: VideoFacts, in_force: Rules) -> Fault | None:
    """Judge one video."""
    codecs = _codec_faults(facts, in_force.limits)
    return next(codecs, None) or _first(_video_faults(facts, in_force))


def _codec_faults(facts: VideoFacts, limits: Limits) -> Iterator[Fault]:
    if facts.codec not in limits.video_codecs:
        yield Fault(f"video format (codec {facts.codec}) is not valid")
    for codec in facts.sound_codecs:
        if codec not in limits.video_sound_codecs:
            yield Fault(f"video format (sound codec {codec}) is not valid")


def _video_faults(facts: VideoFacts, in_force: Rules) -> Iterator[str]:
    limits, edition = in_force.limits, in_force.edition
    width_px, height_px = Fraction(facts.width_px), Fraction(facts.height_px)
    yield from _outside("video duration (seconds)", facts.duration_s, *in_force.lengths.clip_s)
    yield from _outside("video frame rate (fps)", facts.frame_rate_hz, *limits.video_frame_rate_hz)
    yield from _outside("video width (px)", width_px, *limits.video_side_px)
    yield from _outside("video height (px)", height_px, *limits.video_side_px)
    yield from _outside("video aspect ratio", width_px / height_px, *limits.video_ratio)
    yield from _outside(
        "video pixel count (width x height)", width_px * height_px, limits.video_min_pixels, edition.video_max_pixels
    )


def audio_fault(facts: AudioFacts, in_force: Rules) -> Fault | None:
    """Judge one audio file."""
    if not facts.codec.startswith(("pcm_", "mp3")):
        return Fault(f"audio format (codec {facts.codec}) is not valid")
    return _first(_outside("audio duration (seconds)", facts.duration_s, *in_force.lengths.clip_s))


def total_fault(kind: str, durations_s: Iterable[Fraction], in_force: Rules) -> Fault | None:
    """Judge the total duration, in seconds, of one kind. `kind` is `video` or `audio`."""
    total_s = sum(durations_s, Fraction(0))
    return _first(_outside(f"{kind} total duration (seconds)", total_s, Fraction(0), in_force.lengths.total_s))


def _first(messages: Iterator[str]) -> Fault | None:
    message = next(messages, None)
    return None if message is None else Fault(message)


def _outside(name: str, value: Fraction, smallest: Fraction | int, largest: Fraction | int) -> Iterator[str]:
    """Yield a message for a value outside its inclusive bounds."""
    if value < smallest:
        yield f"{name} {_number(value)} must be greater than or equal to {_number(smallest)}"
    if value > largest:
        yield f"{name} {_number(value)} must be less than or equal to {_number(largest)}"


def _number(value: Fraction | int) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
