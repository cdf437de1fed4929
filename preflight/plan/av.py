"""Plan clips: findings in, steps out."""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

import msgspec

from preflight.plan.also import HEADER
from preflight.plan.clip_audio import AUDIO_BIT_RATE, audio_steps_of_clip, kept_tracks
from preflight.plan.cut_off import cut_to, undamaged_part
from preflight.plan.geometry import even_size
from preflight.plan.options import FixOptions
from preflight.plan.shape import frame_of, shape_steps
from preflight.plan.start_offset import audio_steps, frame_steps, gap_s
from preflight.plan.steps import (
    Aperture,
    Cut,
    Deinterlace,
    Encode,
    Extend,
    Flatten,
    Packets,
    Resize,
    Retime,
    Step,
    ToneMap,
    Turn,
    Write,
)
from preflight.probe.cut_points import CutPoint, Wanted
from preflight.profiles.schema import VideoLimits
from preflight.values.assets import Window
from preflight.values.choices import Keep, Lengthen
from preflight.values.facts import Area, VideoFacts
from preflight.values.limits import Range

SHAPE_RULES = ("video/pixels", "video/side", "video/aspect-ratio")
VIDEO_ENCODER = "libx264"
LEAST_BIT_RATE, LEAST_OF_LONG = 200_000, 20_000
"""Bit rates below which no encode goes, in bit/s: of any clip, and of one that would be too large at that."""
USUAL_RATES_HZ, RECORDED_HZ = (24, 25, 30, 50, 60), (30, 60)
"""Constant rates, and those of which screens and phones leave frames out."""
NEARLY = Fraction(49, 50)
"""The part of a usual rate from which on a mean is taken for it."""
SHARE_OF_LIMIT = Fraction(1, 2)
"""Part of the allowed bytes that an encode may fill: safe, and more than a reference clip needs."""
SHARE_OF_LONG = Fraction(9, 10)
"""Part of them that it may fill where less would be too little to see."""
LOSSLESS_SHARE = Fraction(9, 10)
"""Least part of an encoded cut's length that a cut between packets must keep."""
CLEARED_BY_WRITING = ("video/format", "video/location", "video/name", "video/streams")
BESIDE = frozenset({"video/location", "video/name", "video/streams", HEADER})
"""Rules that a clip breaks by what stands beside its frames and its audio, which are then copied whatever they are."""
ENCODED_ANEW = {"video/hdr", "video/bit-depth", "video/interlace", "video/alpha", "video/pixel-shape"}
"""Rules whose findings only an encode of the frames clears."""
ON_FIRST_LAYER = "black"
"""The color behind frames whose transparency is a layer of its own: they are stored multiplied by it, as Apple does, so
that decoders that know no layers show them on black."""
HDR_TRANSFERS = ("smpte2084", "arib-std-b67")


CutPointFinder = Callable[[Wanted], CutPoint | None]
"""Finds cut points of a clip."""


def video_steps(  # noqa: PLR0913 - what is, what is wrong, what is allowed, and what is wished
    facts: VideoFacts,
    errors: frozenset[str],
    limits: VideoLimits,
    fix_options: FixOptions,
    window: Window | None,
    *,
    points: CutPointFinder | None = None,
) -> Iterator[Step]:
    """Yield the steps that clear a clip's errors; only streams that need it are encoded.

    Args:
        facts: facts of the clip.
        errors: ids of the broken rules.
        limits: limits for the result.
        fix_options: what the user allows and asks for.
        window: the part to keep, if marked.
        points: finds cut points; None after that failed.
    """
    rate = target_rate(facts.frame_rate_hz or Fraction(0), limits.frame_rate_hz)
    ask = _Ask(facts, errors, limits, fix_options, window, points, rate)
    steps = tuple(_steps_at(ask))
    encodes = any(isinstance(step, Encode) and step.codec == VIDEO_ENCODER for step in steps)
    if encodes and facts.frame_rate_constant is False and rate == facts.frame_rate_hz:
        steps = tuple(_steps_at(ask._replace(points=None, rate=steady_rate(rate, limits.frame_rate_hz), steady=True)))
    yield from steps


class _Ask(NamedTuple):
    """A clip, what is wrong with it, what is allowed and wished, and the rate that an encode would have."""

    facts: VideoFacts
    errors: frozenset[str]
    limits: VideoLimits
    fix_options: FixOptions
    window: Window | None
    points: CutPointFinder | None
    rate: Fraction
    steady: bool = False
    """Whether the rate has to be made constant."""

    @property
    def retimes(self) -> bool:
        """Whether frames come at other times than the clip's."""
        return self.steady or self.rate != self.facts.frame_rate_hz


def _steps_at(ask: _Ask) -> Iterator[Step]:
    """Yield the steps that clear a clip's errors where an encode has the rate asked for."""
    facts, errors, limits, options = ask.facts, ask.errors, ask.limits, ask.fix_options
    cut = video_cut(facts, limits.duration_s, ask.rate, options.keep, ask.window)
    extend = video_extend(cut.length_s if cut else facts.duration_s, limits.duration_s, ask.rate, options.extend)
    shape = list(_shape_steps(facts, errors, limits, options))
    anew = bool(extend or shape or ask.retimes or facts.aperture or facts.reordered or errors & ENCODED_ANEW)
    if errors and errors <= BESIDE and not cut:
        if anew:
            return
        limits = _with_own(limits, facts)
        ask = ask._replace(limits=limits)
    copies = not anew and facts.codec in limits.codec.allowed
    asked, cut = cut, _cut_at(ask, cut, extend, copies=copies)
    if copies and asked is None and ask.points and "video/size" not in errors:
        part = undamaged_part(facts, ask.points)
        copies = part is not None
        cut = cut_to(part, cut) if part else _cut_at(ask, asked, extend, copies=False)
    if cut:
        yield cut
    recut = cut is not None and cut.packets is None
    if recut or not copies or ("video/size" in errors and not (cut and cut.packets)):
        yield from _encode_at(ask, cut, extend, shape)
    yield from audio_steps(facts, cut)
    yield from audio_steps_of_clip(facts, limits.sound_codec, recut=recut or extend is not None)
    container = facts.format if facts.format in limits.format.allowed else limits.format.allowed[0]
    written = (*CLEARED_BY_WRITING, *_told_anew(facts, limits.duration_s, cut, extend))
    yield Write(format=container, loss="lossless", clears=tuple(rule for rule in written if rule in errors))


def _cut_at(ask: _Ask, cut: Cut | None, extend: Extend | None, *, copies: bool) -> Cut | None:
    """Choose the cut: the one wanted, between packets where that is possible, or what the rest makes necessary."""
    facts, errors, limits, rate = ask.facts, ask.errors, ask.limits, ask.rate
    if cut is None and HEADER in errors:
        cut = _as_long_as_shown(facts, limits, rate, copies=copies and "video/size" not in errors)
    elif (
        cut and ask.points and copies and not facts.fields and facts.duration_s and _shrinks(facts, errors, limits, cut)
    ):
        wanted = wanted_part(cut, facts.duration_s, rate, ask.fix_options.keep, ask.window)
        least = min(limits.duration_s.min or Fraction(0), cut.length_s)
        cut = between_packets(cut, wanted, ask.points, least, clears=(*cut.clears, *sorted(errors & {"video/size"})))
    if cut is None and gap_s(facts) > 0 and facts.duration_s and (extend or _is_held_too_long(ask, copies=copies)):
        length = _whole_frames(facts.duration_s, limits.duration_s, rate)
        cut = Cut(start_s=Fraction(0), length_s=length, loss="lossy", clears=())
    return cut


def _is_held_too_long(ask: _Ask, *, copies: bool) -> bool:
    """Tell whether an encode that holds the first frame until its audio is reached would outlast the limit."""
    longest = ask.limits.duration_s.most
    held = (ask.facts.duration_s or Fraction(0)) + gap_s(ask.facts)
    return longest is not None and held > longest and (not copies or "video/size" in ask.errors)


def _encode_at(ask: _Ask, cut: Cut | None, extend: Extend | None, shape: list[Step]) -> Iterator[Step]:
    """Yield an encode of the frames, after all that any encode includes."""
    facts, limits = ask.facts, ask.limits
    yield from _video_repairs(facts, ask.fix_options)
    yield from shape or _whole_pixels(facts, limits)
    if ask.retimes:
        yield Retime(frame_rate_hz=ask.rate, loss="lossy", clears=("video/frame-rate",))
    yield from frame_steps(facts, cut, ask.rate, steady=ask.retimes or bool(facts.frame_rate_constant))
    if extend:
        yield extend
    longest = extend or cut
    length = longest.length_s if longest else facts.duration_s or Fraction(1)
    clears = tuple(sorted(ask.errors & {"video/size", "video/codec", "video/bit-depth", "video/pixel-shape"}))
    bound = bit_rate_that_fits(limits.bytes, length, len(kept_tracks(facts)))
    yield Encode(codec=VIDEO_ENCODER, max_bit_rate=bound, loss="lossy", clears=clears)


def _with_own(limits: VideoLimits, facts: VideoFacts) -> VideoLimits:
    """Allow the clip's own codecs: a warning about them is cleared only on request."""
    codec = msgspec.structs.replace(limits.codec, allowed=(*limits.codec.allowed, facts.codec or ""))
    kept_codecs = (track.codec for track in facts.sounds)
    sound_codec = msgspec.structs.replace(
        limits.sound_codec, allowed=(*limits.sound_codec.allowed, facts.sound_codec or "", *kept_codecs)
    )
    return msgspec.structs.replace(limits, codec=codec, sound_codec=sound_codec)


def _told_anew(facts: VideoFacts, limit: Range, cut: Cut | None, extend: Extend | None) -> Iterator[str]:
    """Yield the duration rules that rewriting clears, unless kept audio outlasts the video."""
    if not (cut or extend) and not limit.blames(facts.duration_s or Fraction(0)):
        yield "video/duration"
    longer = (facts.sound_duration_s or 0) > (facts.duration_s or 0)
    if (cut and HEADER not in cut.clears) or extend or not (longer or gap_s(facts)):
        yield HEADER


def _as_long_as_shown(facts: VideoFacts, limits: VideoLimits, rate: Fraction, *, copies: bool) -> Cut | None:
    """Plan a cut that removes audio behind the last frame, and no frame.

    None where video and audio do not start together, or frames were not counted.
    """
    longer = facts.duration_s and (facts.sound_duration_s or 0) > facts.duration_s
    if not longer or not facts.duration_s or not facts.frames or gap_s(facts) or (facts.fields and copies):
        return None
    length = facts.duration_s if copies else _whole_frames(facts.duration_s, limits.duration_s, rate)
    packets = Packets(0, facts.frames) if copies else None
    return Cut(
        start_s=Fraction(0),
        length_s=length,
        packets=packets,
        loss="lossless" if copies else "lossy",
        clears=(HEADER,),
    )


def _video_repairs(facts: VideoFacts, fix_options: FixOptions) -> Iterator[Step]:
    """Yield repairs that any encode includes."""
    if facts.interlaced:
        yield Deinterlace(
            weave=facts.fields if facts.codec == "hevc" else None, loss="lossy", clears=("video/interlace",)
        )
    if facts.transfer in HDR_TRANSFERS:
        yield ToneMap(loss="lossy", clears=("video/hdr",))
    if facts.aperture:
        width, height = facts.coded_width_px, facts.coded_height_px
        yield Aperture(area=facts.aperture, stored_width_px=width, stored_height_px=height, loss="lossless", clears=())
    if facts.alpha:
        color = ON_FIRST_LAYER if facts.alpha_layer else fix_options.pad_color
        yield Flatten(color=color, loss="lossy", clears=("video/alpha",))
    if facts.rotation_deg or facts.mirrored:
        yield Turn(degrees=facts.rotation_deg, mirrored=facts.mirrored, loss="lossless", clears=())


def _whole_pixels(facts: VideoFacts, limits: VideoLimits) -> Iterator[Step]:
    """Yield the scaling that an encode needs: square pixels if rotated, and even sides.

    The pixel aspect would not rotate with the frame; and 4:2:0 needs even sides (H.264, 6.2).
    """
    turned = facts.rotation_deg in (90, 270) and facts.pixel_aspect != 1
    stored = facts.coded_width_px, facts.coded_height_px
    odd = any(side % 2 for side in ((facts.aperture.width_px, facts.aperture.height_px) if facts.aperture else stored))
    if not (turned or odd):
        return
    frame = frame_of(limits)
    size = even_size(facts.width_px, facts.height_px, frame)
    if size:
        yield Resize(width_px=size[0], height_px=size[1], rounded=not turned, loss="lossy", clears=())


def _shape_steps(
    facts: VideoFacts, errors: frozenset[str], limits: VideoLimits, fix_options: FixOptions
) -> Iterator[Step]:
    """Yield cropping or padding and scaling, if needed."""
    if not (errors & {*SHAPE_RULES, "video/pixel-shape"} or isinstance(fix_options.crop, Area)):
        return
    frame = frame_of(limits)
    if not (errors & set(SHAPE_RULES) or isinstance(fix_options.crop, Area)):
        width_px, height_px = even_size(facts.width_px, facts.height_px, frame) or (facts.width_px, facts.height_px)
        yield Resize(width_px=width_px, height_px=height_px, loss="lossy", clears=("video/pixel-shape",))
        return
    ratio = limits.aspect_ratio if "video/aspect-ratio" in errors else None
    clears = ("video/aspect-ratio",), tuple(rule for rule in SHAPE_RULES[:2] if rule in errors)
    yield from shape_steps((facts.width_px, facts.height_px), ratio, frame, fix_options, clears)


def target_rate(rate: Fraction, limit: Range) -> Fraction:
    """Choose the nearest rate within the limit: the same, an integer fraction, or the bound.

    119.88 fps becomes 59.94, every second frame; 23.976 becomes 24.
    """
    if limit.max is not None and rate > limit.max:
        part = rate / math.ceil(rate / limit.max)
        return part if part >= limit.max * Fraction(9, 10) else limit.max
    return max(rate, limit.least or rate) if limit.broken_by(rate) is not None else rate


def steady_rate(mean: Fraction, limit: Range) -> Fraction:
    """Return the constant rate for frames that come at times of their own: one at which few of them are lost.

    What records a screen or a phone's camera leaves frames out of 30 or 60 a second where nothing changes, so that the
    mean is lower. An encode by the mean alone would have another length than its frames were counted for.
    """
    usual = [Fraction(rate) for rate in USUAL_RATES_HZ if mean <= rate and limit.broken_by(Fraction(rate)) is None]
    near = [rate for rate in usual if mean >= rate * NEARLY]
    common = [rate for rate in usual if rate in RECORDED_HZ]
    return next(iter((*near, *common)), mean)


def video_cut(facts: VideoFacts, limit: Range, rate: Fraction, keep: Keep, window: Window | None) -> Cut | None:
    """Plan a cut at frame boundaries, in whole frames at the new rate; None where nothing is cut.

    A cut within a frame would begin with the next one, and be a frame short.
    """
    whole = facts.duration_s
    if whole is None or rate <= 0:
        return None
    longest = max(whole, facts.header_duration_s or whole)
    cut = kept_part(whole, longest, limit, keep, window)
    if cut is None:
        return None
    length, source = _whole_frames(cut.length_s, limit, rate), facts.frame_rate_hz or rate
    start = Fraction(math.floor(min(cut.start_s, max(whole - length, Fraction(0))) * source)) / source
    clears = () if limit.blames(length) else ("video/duration",)
    return Cut(start_s=start, length_s=length, loss=cut.loss, clears=clears)


def _whole_frames(length: Fraction, limit: Range, rate: Fraction) -> Fraction:
    """Round a duration down to whole frames, one at the least; up where it would become too short."""
    frames = max(math.floor(length * rate), 1)
    if limit.min is not None and frames / rate < limit.min <= length:
        frames = math.ceil(limit.min * rate)
    return frames / rate


def wanted_part(cut: Cut, whole: Fraction, rate: Fraction, keep: Keep, window: Window | None) -> Wanted:
    """Compute the tolerances of a cut between packets.

    Ends that the user marked, or the clip's own, may be missed by a frame; others by as much as keeps most of the
    length.
    """
    picture, free = 1 / rate, cut.length_s * (1 - LOSSLESS_SHARE)
    end = cut.start_s + cut.length_s
    if window is None and keep == "end":
        return Wanted(start_s=whole - cut.length_s, end_s=whole, start_slack_s=free, end_slack_s=picture)
    return Wanted(
        start_s=cut.start_s,
        end_s=end,
        start_slack_s=free if window is None and keep == "middle" else picture,
        end_slack_s=free if window is None else picture,
    )


def _shrinks(facts: VideoFacts, errors: frozenset[str], limits: VideoLimits, cut: Cut) -> bool:
    """Tell whether a cut clip is small enough, by its mean bit rate."""
    room = limits.bytes.warn_above or limits.bytes.max
    if "video/size" not in errors or room is None or not facts.duration_s:
        return True
    return facts.bytes * cut.length_s / facts.duration_s <= room * LOSSLESS_SHARE


def between_packets(
    cut: Cut, wanted: Wanted, points: CutPointFinder, least: Fraction, *, clears: tuple[str, ...]
) -> Cut:
    """Move a cut to cut points, if there are any that keep at least so many seconds; else keep it."""
    cut_point = points(wanted)
    if cut_point is None or cut_point.length_s < least:
        return cut
    return Cut(
        start_s=cut_point.start_s,
        length_s=cut_point.length_s,
        packets=Packets(cut_point.first, cut_point.frames),
        loss="lossless",
        clears=clears,
    )


def video_extend(length: Fraction | None, limit: Range, rate: Fraction, how: Lengthen | None) -> Extend | None:
    """Plan the extension of a clip, in whole frames; None where it is long enough, or not asked for."""
    if how is None or not length or rate <= 0 or limit.min is None or length >= limit.min:
        return None
    whole = Fraction(math.ceil(limit.min * rate)) / rate
    clears = ("video/duration",)
    return Extend(how=how, from_s=length, length_s=whole, frame_rate_hz=rate, loss="creative", clears=clears)


def kept_part(whole: Fraction, longest: Fraction, limit: Range, keep: Keep, window: Window | None) -> Cut | None:
    """Plan the part kept of `whole` seconds: the marked part, or what the limit allows."""
    start, end = (window.start_s, min(window.end_s, whole)) if window else (Fraction(0), whole)
    too_long = limit.max is not None and max(longest if window is None else end - start, end - start) > limit.max
    if window is None and not too_long:
        return None
    room = min(end - start, limit.max) if limit.max is not None else end - start
    start += {"start": Fraction(0), "middle": (end - start - room) / 2, "end": end - start - room}[keep]
    return Cut(start_s=start, length_s=room, loss="lossy", clears=())


def bit_rate_that_fits(limit: Range, length_s: Fraction, tracks: int) -> int | None:
    """Compute the video bit rate, in bit/s, that fills the clip's share of the limit.

    Args:
        limit: on the bytes of the file.
        length_s: duration in seconds.
        tracks: number of audio tracks.
    """
    room = limit.warn_above or limit.max
    if room is None:
        return None
    length, audio = max(length_s, Fraction(1)), AUDIO_BIT_RATE * tracks
    most = room * SHARE_OF_LONG * 8 / length - audio
    return max(int(room * SHARE_OF_LIMIT * 8 / length - audio), min(LEAST_BIT_RATE, int(most)), LEAST_OF_LONG)
