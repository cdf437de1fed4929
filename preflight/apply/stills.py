"""Frames of a clip by two decoders: moments in, small images out, as a viewer sees them.

PyAV's libav, with our own aperture, rotation, pixel aspect and colour ── own_stills ──► Frame
the ffmpeg program, with its own ──────────────────────────────────────── second_stills ──► Still
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from preflight.apply.addresses import address
from preflight.apply.av import DEMUXERS, NOT_SOUGHT
from preflight.apply.ffmpeg import run
from preflight.apply.start_offset import begins_here, start_offset_here
from preflight.errors import NotDone
from preflight.probe.faults import Unreadable
from preflight.values.facts import VideoFacts
from preflight.values.phrase import error_words, phrase

if TYPE_CHECKING:
    from av import VideoFrame
    from PIL import Image

    from preflight.media.reading import Colors
    from preflight.media.reel import Reel

SIDE_PX = 256
"""Longer side of a compared image."""
SUPPOSED_RATE_HZ = Fraction(30)
"""Rate assumed where none could be measured."""
LATE, EARLY = Fraction(1, 4), Fraction(1, 2)
"""Parts of a frame by which a moment is missed on purpose, `LATE` for the frame shown then, `EARLY` for the first frame
behind it: container times are rounded."""
SOUGHT_EARLY_S = Fraction(3, 23)
"""Seconds by which ffmpeg seeks earlier where the index is in decoding order."""
HEADER = re.compile(rb"P6\s(\d+)\s(\d+)\s255\s")
"""Header of netpbm's PPM as ffmpeg writes it."""
LIMIT_S = 120


class Still(msgspec.Struct, frozen=True, kw_only=True):
    """A small RGB image of eight bits."""

    width_px: int
    height_px: int
    rgb: bytes

    def image(self) -> "Image.Image":
        """Convert to a Pillow image."""
        from PIL import Image

        return Image.frombytes("RGB", (self.width_px, self.height_px), self.rgb)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A displayed frame."""

    shown: Still
    plain: Still | None = None
    """Lightness of its samples, where decoders may read the colours differently."""
    flat: Still | None = None
    """The frame on a color, where it may have transparent parts."""
    at_s: Fraction = Fraction(0)
    """Start of the frame, in seconds since the first frame is shown."""


class Viewer:
    """Frames of an open clip by PyAV, in rising order.

    Args:
        reel: the clip.
        facts: its facts.
        told: primaries, transfer and matrix of the container, before a decoder overwrites them.
        ground: color behind transparent parts; None to keep them.
    """

    def __init__(self, reel: "Reel", facts: VideoFacts, told: tuple[int, int, int], ground: str | None = None) -> None:
        self._reel, self._facts, self._told, self._ground = reel, facts, told, ground
        self._colors: Colors | None = None
        self._late = LATE / (facts.frame_rate_hz or SUPPOSED_RATE_HZ)

    def shown(self, moments_s: Iterable[Fraction]) -> dict[Fraction, Frame]:
        """Decode the frame of each moment, in seconds since the first frame; none before the last call's."""
        return {moment: self._frame(moment) for moment in sorted(set(moments_s))}

    def keyframe(self, until_s: Fraction, since_s: Fraction) -> Fraction | None:
        """Wind to the last keyframe between two moments ahead and return its time; None where there is none."""
        return self._reel.keyframe(until_s, since_s)

    def _frame(self, moment_s: Fraction) -> Frame:
        from preflight.media.reading import ODD, colors_of, drawn
        from preflight.media.view import as_seen

        at_s, frame = self._reel.at(moment_s + self._late)
        colors = self._colors = self._colors or colors_of(frame, self._told, self._facts.transfer)
        shown = _kept(as_seen(frame, self._facts, SIDE_PX, partial(drawn, frame, colors)))
        flat = None
        if self._ground is not None and any(part.is_alpha for part in frame.format.components):
            flat = _kept(as_seen(frame, self._facts, SIDE_PX, partial(_drawn_on, self._ground, frame, colors)))
        if not colors.high and colors.matrix not in ODD:
            return Frame(shown=shown, flat=flat, at_s=at_s)
        plain = _kept(as_seen(frame, self._facts, SIDE_PX, partial(drawn, frame, colors, plain=True)))
        return Frame(shown=shown, plain=plain, flat=flat, at_s=at_s)


def _drawn_on(ground: str, frame: "VideoFrame", colors: "Colors", size_px: tuple[int, int]) -> "Image.Image":
    """Draw a frame at a size, transparent parts on a color."""
    import av
    from PIL import Image

    from preflight.media.reading import drawn

    shown = drawn(frame, colors, size_px)
    try:
        clear = frame.reformat(*size_px, "rgba", interpolation="AREA").to_ndarray()[..., 3]
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(phrase("a frame cannot be scaled: {why}", why=error_words(error))) from None
    return Image.composite(shown, Image.new("RGB", shown.size, ground), Image.fromarray(clear))


@contextmanager
def viewed(path: str, facts: VideoFacts, ground: str | None = None) -> Iterator[Viewer]:
    """Open a clip to view its frames.

    Args:
        path: the clip.
        facts: its facts.
        ground: color behind transparent parts; None to keep them.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    from preflight.media.footage import open_video
    from preflight.media.reel import Reel

    with open_video(path, facts.format) as (container, track):
        context = track.codec_context
        told = int(context.color_primaries), int(context.color_trc), int(context.colorspace)
        yield Viewer(Reel(container, track), facts, told, ground)


def own_stills(path: str, facts: VideoFacts, moments_s: Sequence[Fraction]) -> tuple[Frame, ...]:
    """Decode the frames shown at some moments, by PyAV.

    Args:
        path: the clip.
        facts: its facts.
        moments_s: seconds since the first frame.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    with viewed(path, facts) as viewer:
        found = viewer.shown(moments_s)
    return tuple(found[moment] for moment in moments_s)


def _kept(image: "Image.Image") -> Still:
    return Still(width_px=image.width, height_px=image.height, rgb=image.convert("RGB").tobytes())


class Seek(msgspec.Struct, frozen=True, kw_only=True):
    """Seek position of a moment, for ffmpeg."""

    at_s: Fraction
    """Seconds since the container's start; no seek at 0 or less."""
    indexed: bool
    """Whether the demuxer may seek; else all before it is decoded."""


def sought_early_s(facts: VideoFacts) -> Fraction:
    """Estimate by how many seconds ffmpeg seeks too early."""
    return Fraction(0) if DEMUXERS.get(facts.format, facts.format) == "mov" else SOUGHT_EARLY_S


def seeks(path: str, facts: VideoFacts, moments_s: Sequence[Fraction]) -> tuple[Seek, ...]:
    """Find the seek positions of some moments; opens the clip in this process.

    Args:
        path: the clip.
        facts: its facts.
        moments_s: seconds since the first frame.
    """
    demuxer = DEMUXERS.get(facts.format, facts.format)
    begin, early = start_offset_here(path, demuxer), EARLY / (facts.frame_rate_hz or SUPPOSED_RATE_HZ)
    found = []
    for moment in moments_s:
        at = begin + moment - early if moment > 0 else Fraction(0)
        indexed = demuxer not in NOT_SOUGHT and (at <= 0 or begins_here(path, demuxer, at))
        found.append(Seek(at_s=at, indexed=indexed))
    return tuple(found)


def second_stills(
    ffmpeg: str, path: str, facts: VideoFacts, places: Sequence[Seek], *, plain: bool
) -> tuple[Still, ...] | None:
    """Decode some frames by an ffmpeg program; None where it fails.

    Args:
        ffmpeg: the program.
        path: the clip.
        facts: its facts.
        places: positions of the frames.
        plain: show lightness, not colours.
    """
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        targets = [Path(folder) / f"{number}.ppm" for number in range(len(places))]
        given: list[str] = []
        made: list[str] = []
        for number, (place, target) in enumerate(zip(places, targets, strict=True)):
            seek = ["-ss", f"{float(place.at_s):.6f}"] if place.at_s > 0 else []
            given += [*(seek if place.indexed else []), "-f", DEMUXERS.get(facts.format, facts.format)]
            given += ["-protocol_whitelist", "file", "-i", address(Path(path))]
            made += [*([] if place.indexed else seek), "-map", f"{number}:V:0", "-frames:v", "1"]
            made += ["-vf", _small(plain=plain), "-c:v", "ppm", "-f", "image2", "-update", "1", address(target)]
        try:
            run(ffmpeg, [*given, *made], limit_s=LIMIT_S)
        except NotDone:
            return None
        found = [_read(target) for target in targets]
    return tuple(one for one in found if one) if all(found) else None


def _small(*, plain: bool) -> str:
    """Build the filters to a small image of square pixels, gray if `plain`."""
    factor = rf"min(1\,{SIDE_PX}/max(iw*sar\,ih))"
    size = f"w=max(1\\,round(iw*sar*{factor})):h=max(1\\,round(ih*{factor}))"
    return f"scale={size}:flags=area,{'format=gray,' if plain else ''}format=rgb24"


def _read(path: Path) -> Still | None:
    """Read a PPM; None where it is none."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    header = HEADER.match(content)
    if header is None:
        return None
    width, height = int(header[1]), int(header[2])
    rgb = content[header.end() :]
    return Still(width_px=width, height_px=height, rgb=rgb) if len(rgb) == 3 * width * height else None


def shape(still: Still) -> float:
    """Compute width over height."""
    return still.width_px / still.height_px
