"""Planning for clips and sounds: findings in, steps out."""

import math
from collections.abc import Iterator
from fractions import Fraction

from preflight.assets import Window
from preflight.facts import AudioFacts, VideoFacts
from preflight.limits import Range
from preflight.plan.geometry import Frame, nearest_size, within_ratio
from preflight.plan.steps import Cut, Deinterlace, Encode, Resize, Retime, Step, ToneMap, Turn, Write
from preflight.plan.wishes import Keep, Wishes, fit_step
from preflight.profiles.schema import AudioLimits, VideoLimits

SHAPE_RULES = ("video/pixels", "video/side", "video/aspect-ratio")
SOUND_BIT_RATE = 192_000
LEAST_BIT_RATE = 200_000
SHARE_OF_LIMIT = Fraction(1, 2)
"""How much of the allowed bytes an encode may fill: far from the edge, and far more than a reference clip needs."""
PADDING_S = Fraction(1, 10)
"""What an MP3 may store beyond what it plays: priming and padding are at most a few frames of up to 72 ms."""
HDR_TRANSFERS = ("smpte2084", "arib-std-b67")


def video_steps(
    facts: VideoFacts, errors: frozenset[str], limits: VideoLimits, wishes: Wishes, window: Window | None
) -> Iterator[Step]:
    """Yield the steps that clear a clip's errors; only the stream that needs it is encoded.

    Args:
        facts: what was measured.
        errors: ids of the rules that found errors.
        limits: what the clip must become.
        wishes: what a person allows and asks for.
        window: the part to keep, where one was marked.
    """
    rate = target_rate(facts.frame_rate_hz or Fraction(0), limits.frame_rate_hz)
    cut = video_cut(facts, limits.duration_s, rate, wishes.keep, window)
    if cut:
        yield cut
    shape = list(_shape_steps(facts, errors, limits, wishes))
    retime = rate != facts.frame_rate_hz
    encodes = bool(cut or shape or retime or "video/size" in errors or facts.codec not in limits.codec.allowed)
    if encodes:
        yield from _picture_repairs(facts)
        yield from shape
        if retime:
            yield Retime(frame_rate_hz=rate, loss="lossy", clears=("video/frame-rate",))
        length = cut.length_s if cut else facts.duration_s or Fraction(1)
        clears = tuple(sorted(errors & {"video/size", "video/codec"}))
        bound = bit_rate_that_fits(limits.bytes, length, facts.sound_codec is not None)
        yield Encode(codec="libx264", max_bit_rate=bound, loss="lossy", clears=clears)
    if facts.sound_codec and (cut or facts.sound_codec not in limits.sound_codec.allowed):
        yield Encode(codec="aac", max_bit_rate=SOUND_BIT_RATE, loss="lossy", clears=())
    container = facts.format if facts.format in limits.format.allowed else limits.format.allowed[0]
    yield Write(format=container, loss="lossless", clears=("video/format",) if "video/format" in errors else ())


def _picture_repairs(facts: VideoFacts) -> Iterator[Step]:
    """Yield what an encode should put right while it is at it."""
    if facts.interlaced:
        yield Deinterlace(loss="lossy", clears=("video/interlace",))
    if facts.transfer in HDR_TRANSFERS:
        yield ToneMap(loss="lossy", clears=("video/hdr",))
    if facts.rotation_deg:
        yield Turn(loss="lossless", clears=())


def _shape_steps(facts: VideoFacts, errors: frozenset[str], limits: VideoLimits, wishes: Wishes) -> Iterator[Step]:
    """Yield cropping or padding and scaling; nothing when the size is as it should be."""
    if not errors & set(SHAPE_RULES):
        return
    width, height = facts.width_px, facts.height_px
    if "video/aspect-ratio" in errors:
        width, height = within_ratio(width, height, limits.aspect_ratio, wishes.fit)
        yield fit_step(wishes.fit, width, height, ("video/aspect-ratio",))
    size = nearest_size(width, height, Frame(side_px=limits.side_px, pixels=limits.pixels, multiple=2))
    if size:
        clears = tuple(rule for rule in SHAPE_RULES[:2] if rule in errors)
        yield Resize(width_px=size[0], height_px=size[1], loss="lossy", clears=clears)


def target_rate(rate: Fraction, limit: Range) -> Fraction:
    """Return the rate within the limit that is nearest: itself, a whole part of it, or the bound.

    119.88 fps becomes 59.94, every second frame; 23.976 becomes 24.
    """
    if limit.max is not None and rate > limit.max:
        part = rate / math.ceil(rate / limit.max)
        return part if part >= limit.max * Fraction(9, 10) else limit.max
    return max(rate, limit.min or rate)


def video_cut(facts: VideoFacts, limit: Range, rate: Fraction, keep: Keep, window: Window | None) -> Cut | None:
    """Return the cut from a frame's start, a whole number of frames at the new rate; None when the whole may stay.

    A cut that begins within a frame would begin with the next one, and be a frame short.
    """
    whole = facts.duration_s
    if whole is None or rate <= 0:
        return None
    longest = max(whole, facts.header_duration_s or whole)
    cut = _cut(whole, longest, limit, keep, window)
    if cut is None:
        return None
    frames, source = math.floor(cut.length_s * rate), facts.frame_rate_hz or rate
    start = Fraction(math.floor(cut.start_s * source)) / source
    return Cut(start_s=start, length_s=Fraction(frames) / rate, loss=cut.loss, clears=("video/duration",))


def _cut(whole: Fraction, longest: Fraction, limit: Range, keep: Keep, window: Window | None) -> Cut | None:
    """Return what stays of `whole` seconds: the marked part, or as much as the limit lets, from where `keep` says."""
    start, end = (window.start_s, min(window.end_s, whole)) if window else (Fraction(0), whole)
    too_long = limit.max is not None and max(longest if window is None else end - start, end - start) > limit.max
    if window is None and not too_long:
        return None
    room = min(end - start, limit.max) if limit.max is not None else end - start
    start += {"start": Fraction(0), "middle": (end - start - room) / 2, "end": end - start - room}[keep]
    return Cut(start_s=start, length_s=room, loss="lossy", clears=())


def bit_rate_that_fits(limit: Range, length_s: Fraction, sound: bool) -> int | None:  # noqa: FBT001 - one fact of two
    """Return the picture's bit rate, in bit/s, at which a clip of this length fills its share of the limit."""
    room = limit.warn_above or limit.max
    if room is None:
        return None
    rate = room * SHARE_OF_LIMIT * 8 / max(length_s, Fraction(1)) - (SOUND_BIT_RATE if sound else 0)
    return max(int(rate), LEAST_BIT_RATE)


def audio_steps(
    facts: AudioFacts, errors: frozenset[str], limits: AudioLimits, wishes: Wishes, window: Window | None
) -> Iterator[Step]:
    """Yield the steps that clear a sound's errors.

    A WAV is cut by samples and an MP3 by frames, without encoding; everything else is written as WAV, or as MP3 where
    a WAV would not fit.
    """
    whole = facts.duration_s or Fraction(0)
    readings = [whole, facts.stored_duration_s or whole, facts.header_duration_s or whole]
    cut = _cut(whole, max(readings), limits.duration_s, wishes.keep, window)
    kept_format = facts.format in limits.format.allowed and "audio/size" not in errors
    if cut:
        mp3 = kept_format and facts.format == "mp3"
        length = cut.length_s
        if mp3 and limits.duration_s.max is not None:
            length = min(length, limits.duration_s.max - PADDING_S)
        yield Cut(start_s=cut.start_s, length_s=length, loss="lossless", clears=("audio/duration",))
    clears = tuple(rule for rule in ("audio/format", "audio/size") if rule in errors)
    if kept_format:
        yield Write(format=facts.format, loss="lossless", clears=clears)
        return
    fits = _wav_bytes(facts, cut.length_s if cut else whole) <= (limits.bytes.warn_above or limits.bytes.max or 0)
    if fits and "audio/size" not in errors:
        yield Encode(codec="pcm_s16le", loss="lossless", clears=())
        yield Write(format="wav", loss="lossless", clears=clears)
    else:
        yield Encode(codec="libmp3lame", max_bit_rate=320_000, loss="lossy", clears=clears)
        yield Write(format="mp3", loss="lossless", clears=())


def _wav_bytes(facts: AudioFacts, length_s: Fraction) -> Fraction:
    return length_s * (facts.sample_rate_hz or 48_000) * (facts.channels or 2) * 2
