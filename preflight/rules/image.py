"""Rules for images."""

from collections.abc import Iterator

from preflight.profiles.schema import Profile
from preflight.rules.common import edges, name, readable, unjudged, wrong_kind
from preflight.rules.rule import Reading, Rule, beyond, filled_by_n, not_among, rule, shape
from preflight.values.facts import ImageFacts
from preflight.values.findings import Finding
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.units import file_size

EIGHT_BITS = 8
HDR_TRANSFERS = {"smpte2084": "PQ", "arib-std-b67": "HLG"}

WITH_ALPHA = ("RGBA", "RGBa", "LA", "La", "PA")
"""Pillow's modes that have a channel for transparency."""


def _facts(probed: Probed) -> ImageFacts | None:
    return probed.facts if isinstance(probed.facts, ImageFacts) else None


@rule("image/format", "image.format")
def format_(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The picture's format, by content, is not one that the service takes.

    Why: HEIC, AVIF and TIFF have been seen refused. A HEIC named .jpg is still a HEIC.

    Fix: Convert it: to PNG, or to JPEG of high quality where a PNG might be too large.
    """
    limit = profile.image.format
    if facts := _facts(probed):
        content = phrase("{w} content", w=facts.format)
        if facts.obstacle:
            content = phrase("{w} content ({why})", w=facts.format, why=facts.obstacle)
        message = phrase("{said}; {l} allowed", said=content, l=limit.words())
        yield from not_among("image/format", facts.format, limit, message, fix="lossy")
    elif probed.facts:
        message = phrase("is no picture ({w} content); {l} allowed", w=probed.facts.format, l=limit.words())
        yield wrong_kind("image/format", probed.facts.format, limit, message)


@rule("image/side", "image.side_px")
def side(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """A side of the picture, as displayed, is shorter or longer than allowed.

    Why: The service answers "Height must be between 300px and 6000px" and means the picture after its EXIF
    orientation is applied.

    Fix: Scale it. Enlarging a small picture adds no detail; a larger original is better where there is one.
    """
    if facts := _facts(probed):
        for words, value in (("{n} px wide", facts.width_px), ("{n} px high", facts.height_px)):
            reading = Reading(value, facts.measured_by.get("width_px", ""), filled_by_n(words))
            yield from beyond("image/side", reading, profile.image.side_px, "px", fix="lossy")
        yield from edges("image/side", facts, profile.image)


@rule("image/dimensions", "image.dimensions")
def dimensions(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The picture, as displayed, is not exactly of one of the sizes that the model takes.

    Why: Some models begin with the picture as it is, and refuse one that is not of the size of the video to be made.

    Fix: Scale or crop it to one of those named.
    """
    limit = profile.image.dimensions
    if limit and (facts := _facts(probed)):
        size = f"{facts.width_px}x{facts.height_px}"
        yield from not_among(
            "image/dimensions", size, limit, phrase("{w} px; exactly {l} allowed", w=size, l=limit.words()), fix="none"
        )


@rule("image/aspect-ratio", "image.aspect_ratio")
def aspect_ratio(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The picture, as displayed, is too wide or too tall for its other side.

    Why: Beyond these ratios the service refuses the picture.

    Fix: Crop or pad it; both change what is shown, so it is done only where it is asked for by name, or
    where any creative step is allowed.
    """
    if facts := _facts(probed):
        limit = profile.image.aspect_ratio
        reading = shape(facts.width_px, facts.height_px, facts.measured_by.get("width_px", ""))
        yield from beyond("image/aspect-ratio", reading, limit, "ratio", fix="creative")


@rule("image/size", "image.bytes")
def size(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The file is larger than allowed.

    Why: The document says "30 MB" and not whether that is 10^6 or 2^20 bytes each: above the larger reading is an
    error, between the two a warning.

    Fix: Encode it again, or scale it down.
    """
    if facts := _facts(probed):
        reading = Reading(facts.bytes, "file system", lambda _: phrase("{size}", size=file_size(facts.bytes)))
        yield from beyond("image/size", reading, profile.image.bytes, "bytes", fix="lossy")


@rule("image/animation")
def animation(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The picture has more than one frame.

    Why: The documents speak of pictures; which frame of an animation the service takes is not said.

    Fix: Save the frame that is meant as a picture of its own, or send the animation as a clip.
    """
    if (facts := _facts(probed)) and facts.frames > 1:
        message = phrase("animated, {n} frames; which one is used is not documented", n=facts.frames)
        yield Finding(rule="image/animation", severity="warning", message=message, measured=facts.frames, fix="lossy")


@rule("image/alpha", "image.opaque")
def alpha(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The picture has transparency.

    Why: What the service puts behind transparent parts is not documented; black is common. Some models refuse a format
    with transparency, which is an error.

    Fix: Put the picture on the background that is meant.
    """
    limit, facts = profile.image.opaque, _facts(probed)
    if facts and not facts.alpha and limit and facts.format in limit.allowed and facts.mode in WITH_ALPHA:
        yield Finding(
            rule="image/alpha",
            severity="warning",
            message=phrase(
                "{w} with an alpha channel in which nothing is transparent; whether that is allowed where"
                " transparency is not, nobody says",
                w=facts.format,
            ),
            measured=facts.mode,
            source=limit.source,
            fix="lossy",
            doubtful=True,
        )
    if facts and facts.alpha:
        if limit and facts.format in limit.allowed:
            yield Finding(
                rule="image/alpha",
                severity=limit.weight,
                message=limit.told(phrase("{w} with transparency; none is allowed", w=facts.format)),
                measured=facts.mode,
                source=limit.source,
                fix="lossy",
                doubtful=limit.doubtful,
            )
            return
        message = "has transparency; what is put behind it is not documented"
        yield Finding(rule="image/alpha", severity="warning", message=message, measured=facts.mode, fix="lossy")


@rule("image/color")
def color(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The picture's samples are CMYK or deeper than eight bits.

    Why: Decoders differ on both: colors may come out inverted or clipped.

    Fix: Convert it to eight-bit RGB.
    """
    if (facts := _facts(probed)) and (facts.mode == "CMYK" or facts.bit_depth > EIGHT_BITS):
        words = "CMYK colors" if facts.mode == "CMYK" else phrase("{n} bits a sample", n=facts.bit_depth)
        message = phrase("has {words}, which decoders read differently", words=words)
        yield Finding(rule="image/color", severity="warning", message=message, measured=facts.mode, fix="lossy")


@rule("image/coding")
def coding(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The picture is coded in a way that few decoders know, or that newer ones refuse.

    Why: JPEG has lossless, hierarchical, arithmetic and 12-bit coding, but browsers and most libraries cannot decode
    them; whether the service can is not documented. A PNG with damaged EXIF data is refused as a whole by newer
    readers, which is an error.

    Fix: Save it again as an ordinary JPEG, or as a PNG.
    """
    if (facts := _facts(probed)) and facts.obstacle and facts.format == "png":
        yield Finding(rule="image/coding", severity="error", message=facts.obstacle, fix="lossless")
    if (facts := _facts(probed)) and facts.coding:
        message = phrase("is coded in a way that few decoders know: {how}", how=facts.coding)
        yield Finding(rule="image/coding", severity="warning", message=message, measured=facts.coding, fix="lossy")


@rule("image/hdr")
def hdr(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The picture is in high dynamic range.

    Why: A decoder that does not know it shows it gray and flat, and the model learns those colors.

    Fix: Map the tones to standard range, which is done whenever such a picture is written anew.
    """
    if (facts := _facts(probed)) and facts.transfer in HDR_TRANSFERS:
        message = phrase(
            "high dynamic range, {q}; colors may be read as gray and flat", q=HDR_TRANSFERS[facts.transfer]
        )
        yield Finding(rule="image/hdr", severity="warning", message=message, measured=facts.transfer, fix="lossy")


@rule("image/location")
def location(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The metadata tells where the picture was taken, or the serial number of the camera.

    Why: The file is uploaded as it is, to a URL that anybody who has it can open.

    Fix: Strip the metadata, which is done whenever a new file is written.
    """
    if (facts := _facts(probed)) and facts.location:
        message = "its metadata holds a place or a device's serial number, which are uploaded with it"
        yield Finding(rule="image/location", severity="warning", message=message, fix="lossless")


RULES: tuple[Rule[Probed], ...] = (
    readable("image"),
    unjudged("image"),
    format_,
    side,
    dimensions,
    aspect_ratio,
    size,
    animation,
    alpha,
    color,
    coding,
    hdr,
    location,
    name("image"),
)
