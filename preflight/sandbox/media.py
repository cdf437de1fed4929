"""Limits on the files of a submission, as far as a document gives them."""

from fractions import Fraction

import msgspec


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Inclusive bounds; None does not limit."""

    min: Fraction | None = None
    max: Fraction | None = None


class ImageRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one image must be."""

    types: frozenset[str]
    max_bytes: int | None = None
    side_px: Span = Span()
    ratio: Span = Span()
    opaque_types: frozenset[str] = frozenset()
    """Media types that may have no transparency."""


class VideoRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one video must be, and all together."""

    types: frozenset[str]
    max_bytes: int | None = None
    clip_s: Span = Span()
    total_s: Fraction | None = None
    side_px: Span = Span()
    ratio: Span = Span()
    pixels: Span = Span()
    frame_rate_hz: Span = Span()
    codecs: frozenset[str] = frozenset()
    """Empty where the document names none."""
    sound_codecs: frozenset[str] = frozenset()


class AudioRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one audio file must be, and all together."""

    types: frozenset[str]
    max_bytes: int | None = None
    clip_s: Span = Span()
    total_s: Fraction | None = None


class Rules(msgspec.Struct, frozen=True):
    """The limits in force."""

    image: ImageRules
    video: VideoRules
    audio: AudioRules
