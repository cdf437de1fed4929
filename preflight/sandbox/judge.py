"""Judge assets: facts in, the first fault out. Messages follow the service's observed responses."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from preflight.sandbox.documents import documents
from preflight.sandbox.media import AudioRules, ImageRules, Rules, Span, VideoRules
from preflight.sandbox.tables import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from preflight.sandbox.documents import Edition, Lengths, Limits
    from preflight.sandbox.measure import AudioFacts, ImageFacts, VideoFacts
    from preflight.sandbox.settings import Settings

_MB = 1 << 20
_PLAYED_BY_ALL = ("pcm_", "mp3")
"""What the codec of an audio file begins with."""


class Fault(msgspec.Struct, frozen=True):
    """Fault of an asset: message, and the code of the failing task."""

    message: str
    code: str = "invalid_parameters"


def rules(settings: Settings, model: str) -> Rules:
    """Choose the documents in force for a model."""
    if model in tables():
        return tables()[model].media
    read = documents()
    lengths = read.lengths["strict" if settings.strict_lengths else "wire"]
    return _of_edition(read.limits, read.edition_for(model, settings.edition), lengths)


def _of_edition(limits: Limits, edition: Edition, lengths: Lengths) -> Rules:
    each = _span(*lengths.clip_s)
    return Rules(
        image=ImageRules(
            types=limits.image_types,
            max_bytes=limits.image_max_bytes,
            side_px=_span(*limits.image_side_px),
            ratio=_span(*limits.image_ratio),
        ),
        video=VideoRules(
            types=limits.video_types,
            max_bytes=limits.video_max_bytes,
            clip_s=each,
            total_s=lengths.total_s,
            side_px=_span(*limits.video_side_px),
            ratio=_span(*limits.video_ratio),
            pixels=_span(limits.video_min_pixels, edition.video_max_pixels),
            frame_rate_hz=_span(*limits.video_frame_rate_hz),
            codecs=limits.video_codecs,
            sound_codecs=limits.video_sound_codecs,
        ),
        audio=AudioRules(
            types=limits.audio_types, max_bytes=limits.audio_max_bytes, clip_s=each, total_s=lengths.total_s
        ),
    )


def _span(smallest: Fraction | int, largest: Fraction | int) -> Span:
    return Span(min=Fraction(smallest), max=Fraction(largest))


def type_fault(kind: str, media_type: str | None, allowed: frozenset[str]) -> Fault | None:
    """Judge a media type. `kind` is `image`, `video` or `audio`."""
    if media_type in allowed:
        return None
    code = "image_processing_error" if kind == "image" else "invalid_parameters"
    return Fault(f"{kind} format ({media_type or 'unknown'}) is not valid", code)


def size_fault(kind: str, size_bytes: int, max_bytes: int | None) -> Fault | None:
    """Judge a file size in bytes; the file may be cut behind the limit."""
    if max_bytes is None or size_bytes <= max_bytes:
        return None
    return Fault(f"{kind} size (MB) must be less than or equal to {max_bytes // _MB}")


def image_fault(facts: ImageFacts, limits: ImageRules, media_type: str = "") -> Fault | None:
    """Judge one image."""
    return next(_image_faults(facts, limits, media_type), None)


def _image_faults(facts: ImageFacts, limits: ImageRules, media_type: str) -> Iterator[Fault]:
    smallest, largest = limits.side_px.min, limits.side_px.max
    received = f"{facts.width_px}x{facts.height_px}px"
    for side, pixels in (("width", facts.width_px), ("height", facts.height_px)):
        if smallest is not None and pixels < smallest:
            words = f"expected the {side} to be at least {smallest}px, but received a {received} image instead"
            yield Fault(words, "image_dimension_mismatch")
        if largest is not None and pixels > largest:
            words = f"{side.capitalize()} must be between {smallest or 0}px and {largest}px, received {received}"
            yield Fault(words, "image_dimension_mismatch")
    for message in _outside("image aspect ratio", Fraction(facts.width_px, facts.height_px), limits.ratio):
        yield Fault(message, "image_dimension_mismatch")
    if facts.transparent and media_type in limits.opaque_types:
        yield Fault(f"image format ({media_type}) is not valid: it has transparency", "image_processing_error")


def video_fault(facts: VideoFacts, limits: VideoRules) -> Fault | None:
    """Judge one video."""
    return next(_codec_faults(facts, limits), None) or _first(_video_faults(facts, limits))


def _codec_faults(facts: VideoFacts, limits: VideoRules) -> Iterator[Fault]:
    if limits.codecs and facts.codec not in limits.codecs:
        yield Fault(f"video format (codec {facts.codec}) is not valid")
    for codec in facts.sound_codecs:
        if limits.sound_codecs and codec not in limits.sound_codecs:
            yield Fault(f"video format (sound codec {codec}) is not valid")


def _video_faults(facts: VideoFacts, limits: VideoRules) -> Iterator[str]:
    width_px, height_px = Fraction(facts.width_px), Fraction(facts.height_px)
    yield from _outside("video duration (seconds)", facts.duration_s, limits.clip_s)
    yield from _outside("video frame rate (fps)", facts.frame_rate_hz, limits.frame_rate_hz)
    yield from _outside("video width (px)", width_px, limits.side_px)
    yield from _outside("video height (px)", height_px, limits.side_px)
    yield from _outside("video aspect ratio", width_px / height_px, limits.ratio)
    yield from _outside("video pixel count (width x height)", width_px * height_px, limits.pixels)


def audio_fault(facts: AudioFacts, limits: AudioRules) -> Fault | None:
    """Judge one audio file."""
    if not facts.codec.startswith(_PLAYED_BY_ALL):
        return Fault(f"audio format (codec {facts.codec}) is not valid")
    return _first(_outside("audio duration (seconds)", facts.duration_s, limits.clip_s))


def total_fault(kind: str, durations_s: Iterable[Fraction], limits: VideoRules | AudioRules) -> Fault | None:
    """Judge the total duration, in seconds, of one kind. `kind` is `video` or `audio`."""
    total_s = sum(durations_s, Fraction(0))
    return _first(_outside(f"{kind} total duration (seconds)", total_s, Span(max=limits.total_s)))


def output_fault(videos_s: list[Fraction], duration_s: int, most_s: int | None) -> Fault | None:
    """Judge reference videos and output together, in seconds; None does not limit."""
    total_s = sum(videos_s, Fraction(duration_s))
    allowed = Span() if most_s is None or not videos_s else Span(max=Fraction(most_s))
    return _first(_outside("reference video and output duration (seconds)", total_s, allowed))


def _first(messages: Iterator[str]) -> Fault | None:
    message = next(messages, None)
    return None if message is None else Fault(message)


def _outside(name: str, value: Fraction, allowed: Span) -> Iterator[str]:
    """Yield a message for a value outside its inclusive bounds."""
    if allowed.min is not None and value < allowed.min:
        yield f"{name} {_number(value)} must be greater than or equal to {_number(allowed.min)}"
    if allowed.max is not None and value > allowed.max:
        yield f"{name} {_number(value)} must be less than or equal to {_number(allowed.max)}"


def _number(value: Fraction | int) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
