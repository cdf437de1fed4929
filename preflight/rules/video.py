"""Rules for clips."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from preflight.profiles.schema import Profile
from preflight.rules.common import disagreement, edges, name, readable, sides, taken, unjudged, unmeasured, wrong_kind
from preflight.rules.rule import Reading, Rule, beyond, filled_by_n, not_among, rule, shape
from preflight.values.facts import VideoFacts
from preflight.values.findings import Finding
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.units import decimal, file_size

HDR_TRANSFERS = {"smpte2084": "PQ (HDR10)", "arib-std-b67": "HLG"}
EIGHT_BITS = 8
NTSC_DENOMINATOR = 1001
"""Greatest denominator of a rate printed as a fraction: 24000/1001."""


def _facts(probed: Probed) -> VideoFacts | None:
    return probed.facts if isinstance(probed.facts, VideoFacts) else None


@rule("video/format", "video.format")
def format_(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The clip's container, by content, is not one that the service takes.

    Why: MKV, WEBM and AVI are refused whatever they are called.

    Fix: Put the same pictures and sound into an MP4, without encoding where their codecs allow it.
    """
    limit = profile.video.format
    if facts := _facts(probed):
        keeps = facts.codec in profile.video.codec.allowed
        message = phrase("{w} content; {l} allowed", w=facts.format, l=limit.words())
        yield from not_among("video/format", facts.format, limit, message, fix="lossless" if keeps else "lossy")
    elif probed.facts:
        message = phrase(
            "holds no moving pictures ({w} content); {l} with pictures allowed", w=probed.facts.format, l=limit.words()
        )
        yield wrong_kind("video/format", probed.facts.format, limit, message)


@rule("video/duration", "video.duration_s")
def duration(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The clip is shorter or longer than allowed.

    Why: The length that counts is that of the pictures, first frame's start to last frame's end. Where the container
    claims another, nobody knows which one the service reads, so both have to be within the limit.

    Fix: Cut it, to the part that is marked or to its start, middle or end. A clip that is too short
    can only be looped, frozen or slowed down, which changes what is shown, where one of these is asked for.
    """
    if facts := _facts(probed):
        limit = profile.video.duration_s
        if facts.duration_s is None:
            yield unmeasured("video", "its length could not be measured: its packets carry no times")
            return
        yield from sides("video/duration", facts, facts.duration_s, limit)


@rule("video/pixels", "video.pixels")
def pixels(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The frame has too few or too many pixels.

    Why: "480p to 720p" is a pixel count, width times height as displayed: 640 x 480 is too small, 854 x 480 is not.

    Fix: Scale it to the size within the range that is nearest to its own shape.
    """
    if facts := _facts(probed):
        size = partial(phrase, "{n1} x {n2} = {n3} pixels", n1=facts.width_px, n2=facts.height_px)
        reading = Reading(facts.pixels, facts.measured_by.get("width_px", ""), lambda n: size(n3=n))
        yield from beyond("video/pixels", reading, profile.video.pixels, "pixels", fix="lossy")


@rule("video/side", "video.side_px")
def side(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """A side of the frame, as displayed, is shorter or longer than allowed.

    Why: Rotation and pixel shape count: a phone's 1920 x 1080 may be shown as 1080 x 1920.

    Fix: Scale it.
    """
    if facts := _facts(probed):
        for words, value in (("{n} px wide", facts.width_px), ("{n} px high", facts.height_px)):
            reading = Reading(value, facts.measured_by.get("width_px", ""), filled_by_n(words))
            yield from beyond("video/side", reading, profile.video.side_px, "px", fix="lossy")
        yield from edges("video/side", facts, profile.video)


@rule("video/aspect-ratio", "video.aspect_ratio")
def aspect_ratio(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The frame, as displayed, is too wide or too tall for its other side.

    Why: The service has been seen to enforce 2.5.

    Fix: Crop or pad it; both change what is shown, so it is done only where it is asked for by name, or
    where any creative step is allowed.
    """
    if facts := _facts(probed):
        limit = profile.video.aspect_ratio
        reading = shape(facts.width_px, facts.height_px, facts.measured_by.get("width_px", ""))
        yield from beyond("video/aspect-ratio", reading, limit, "ratio", fix="creative")


@rule("video/frame-rate", "video.frame_rate_hz")
def frame_rate(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The clip's mean frame rate is outside the allowed range.

    Why: The mean, frames over time, is what a decoder delivers; the nominal rate in a header is often another number.
    23.976 fps (24000/1001) is below 24.

    Fix: Convert it to a constant rate within the range.
    """
    if facts := _facts(probed):
        limit, rate = profile.video.frame_rate_hz, facts.frame_rate_hz
        if rate is None:
            yield unmeasured("video", "its frame rate could not be measured")
            return
        words = (
            partial(phrase, "{rate} fps ({w})", w=rate)
            if 1 < rate.denominator <= NTSC_DENOMINATOR
            else partial(phrase, "{rate} fps")
        )
        reading = Reading(rate, facts.measured_by.get("frame_rate_hz", ""), lambda n: words(rate=n))
        yield from beyond("video/frame-rate", reading, limit, "fps", fix="lossy")


@rule("video/size", "video.bytes")
def size(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The file is larger than allowed.

    Why: The document says "50 MB" and not whether that is 10^6 or 2^20 bytes each: above the larger reading is an
    error, between the two a warning.

    Fix: Encode it at a lower rate.
    """
    if facts := _facts(probed):
        reading = Reading(facts.bytes, "file system", lambda _: phrase("{size}", size=file_size(facts.bytes)))
        yield from beyond("video/size", reading, profile.video.bytes, "bytes", fix="lossy")


@rule("video/codec", "video.codec")
def codec(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The pictures are in a codec that the service has not been seen to take.

    Why: Most documents name containers only; H.264 and H.265 are what has been seen accepted. Where a document names
    the codecs, another is an error.

    Fix: Encode the pictures as H.264.
    """
    if (facts := _facts(probed)) and facts.codec:
        limit = profile.video.codec
        message = phrase("pictures in {w}; {taken}", w=facts.codec, taken=taken(limit))
        yield from not_among("video/codec", facts.codec, limit, message, fix="lossy")


@rule("video/sound-codec", "video.sound_codec")
def sound_codec(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The clip's sound is in a codec that the service has not been seen to take.

    Why: Most documents name containers only; AAC and MP3 are what has been seen accepted. Where a document names the
    codecs, another is an error.

    Fix: Encode the sound as AAC; the pictures stay as they are.
    """
    if (facts := _facts(probed)) and facts.sound_codec:
        limit = profile.video.sound_codec
        message = phrase("sound in {codec}; {taken}", codec=facts.sound_codec, taken=taken(limit))
        yield from not_among("video/sound-codec", facts.sound_codec, limit, message, fix="lossy")


@rule("video/header")
def header(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The container's claimed length differs from the measured one by more than a frame.

    Why: Sound that runs on, an edit list, or a false field: tools that read only the header see another clip.

    Fix: Write the container anew, or cut the sound to the pictures.
    """
    if (facts := _facts(probed)) and facts.frame_rate_hz:
        yield from disagreement("video/header", facts, 1 / facts.frame_rate_hz)


@rule("video/streams")
def streams(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The clip holds several picture streams (cover art is not counted).

    Why: Which one the service takes is not documented; the first one was judged.

    Fix: Keep the one that is meant.
    """
    if (facts := _facts(probed)) and facts.video_streams > 1:
        message = phrase("holds {n} picture streams; the first was judged", n=facts.video_streams)
        yield Finding(
            rule="video/streams", severity="warning", message=message, measured=facts.video_streams, fix="lossless"
        )


@rule("video/hdr")
def hdr(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The pictures are in high dynamic range.

    Why: A decoder that does not know it shows them gray and flat, and the model learns those colors.

    Fix: Map the tones to standard range.
    """
    facts = _facts(probed)
    if facts and facts.only_dolby_vision:
        profile = facts.dolby_vision
        message = phrase(
            "high dynamic range, Dolby Vision profile {n} alone; other decoders show wrong colors", n=profile
        )
        yield Finding(rule="video/hdr", severity="warning", message=message, measured=f"dolby-vision-{profile}")
    elif facts and facts.transfer in HDR_TRANSFERS:
        message = phrase(
            "high dynamic range, {q}; colors may be read as gray and flat", q=HDR_TRANSFERS[facts.transfer]
        )
        yield Finding(rule="video/hdr", severity="warning", message=message, measured=facts.transfer, fix="lossy")


@rule("video/bit-depth")
def bit_depth(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The pictures have more than eight bits a sample.

    Why: Many decoders, those in browsers first, refuse or misread them.

    Fix: Encode them with eight bits.
    """
    if (facts := _facts(probed)) and facts.bit_depth and facts.bit_depth > EIGHT_BITS:
        message = phrase("{n} bits a sample; decoders that expect 8 may refuse it", n=facts.bit_depth)
        yield Finding(
            rule="video/bit-depth", severity="warning", message=message, measured=facts.bit_depth, fix="lossy"
        )


@rule("video/interlace")
def interlace(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The pictures are coded in a way that allows interlace.

    Why: Half-frames show as combs, and the model takes them for texture.

    Fix: Deinterlace it.
    """
    if (facts := _facts(probed)) and facts.interlaced:
        yield Finding(rule="video/interlace", severity="warning", message="may hold interlaced pictures", fix="lossy")


@rule("video/alpha")
def alpha(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The pictures have transparency.

    Why: What the service puts behind transparent parts is not documented.

    Fix: Put the clip on the background that is meant.
    """
    if (facts := _facts(probed)) and facts.alpha:
        message = "can hold transparency; what is put behind it is not documented"
        yield Finding(rule="video/alpha", severity="warning", message=message, measured=facts.codec, fix="lossy")


@rule("video/location")
def location(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The metadata tells where the clip was taken.

    Why: The file is uploaded as it is, to a URL that anybody who has it can open.

    Fix: Strip the metadata, which is done whenever a new file is written.
    """
    if (facts := _facts(probed)) and facts.location:
        message = "its metadata holds a place, which is uploaded with it"
        yield Finding(rule="video/location", severity="warning", message=message, fix="lossless")


@rule("video/pixel-shape")
def pixel_shape(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The pixels are not square, and the stored size would be judged otherwise than the displayed one.

    Why: This tool judges what a viewer sees. A service that reads the stored size sees another picture.

    Fix: Scale the clip to square pixels.
    """
    if (facts := _facts(probed)) and facts.pixel_aspect != Fraction(1):
        stored = facts.coded_width_px * facts.coded_height_px
        if _kept(profile, facts.coded_width_px, facts.coded_height_px) != _kept(
            profile, facts.width_px, facts.height_px
        ):
            message = phrase(
                "pixel shape {n}: shown {n1} x {n2}, stored {n3} x {n4}; only one of the two is within the limits",
                n=decimal(facts.pixel_aspect),
                n1=facts.width_px,
                n2=facts.height_px,
                n3=facts.coded_width_px,
                n4=facts.coded_height_px,
            )
            yield Finding(
                rule="video/pixel-shape",
                severity="warning",
                message=message,
                measured=stored,
                unit="pixels",
                fix="lossy",
            )


def _kept(profile: Profile, width_px: int, height_px: int) -> list[bool]:
    """Test each size limit: pixels, aspect ratio, both sides and both edges."""
    limits, ratio = profile.video, Fraction(width_px, height_px)
    measured = (
        (limits.pixels, width_px * height_px),
        (limits.aspect_ratio, ratio),
        (limits.side_px, min(width_px, height_px)),
        (limits.side_px, max(width_px, height_px)),
        (limits.short_edge_px, min(width_px, height_px)),
        (limits.long_edge_px, max(width_px, height_px)),
    )
    return [limit.broken_by(value) is None for limit, value in measured if limit]


RULES: tuple[Rule[Probed], ...] = (
    readable("video"),
    unjudged("video"),
    format_,
    duration,
    pixels,
    side,
    aspect_ratio,
    frame_rate,
    size,
    codec,
    sound_codec,
    header,
    streams,
    hdr,
    bit_depth,
    interlace,
    alpha,
    pixel_shape,
    location,
    name("video"),
)
