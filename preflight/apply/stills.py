"""Frames of a clip by two decoders: moments in, small pictures out, as a viewer sees them.

PyAV's libav, with our own reading of part, turn, pixel shape and colour ── own_stills ──► Frame
the ffmpeg program, with its own ────────────────────────────────────────── second_stills ──► Picture
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

if TYPE_CHECKING:
    from av import VideoFrame
    from PIL import Image

    from preflight.media.reading import Colors
    from preflight.media.reel import Reel

SIDE_PX = 256
"""The longer side of a picture that is compared."""
SUPPOSED_RATE_HZ = Fraction(30)
"""Of a clip whose rate could not be told."""
LATE, EARLY = Fraction(1, 4), Fraction(1, 2)
"""By which part of a frame a moment is missed on purpose, where the frame is taken that is shown then, or the first one
behind it: times of containers are rounded."""
SOUGHT_EARLY_S = Fraction(3, 23)
"""How much earlier than it is told an ffmpeg seeks where a container's index goes by the time of decoding."""
HEADER = re.compile(rb"P6\s(\d+)\s(\d+)\s255\s")
"""Of a picture as ffmpeg writes it: netpbm's PPM."""
LIMIT_S = 120


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A small picture in red, green and blue of eight bits."""

    width_px: int
    height_px: int
    rgb: bytes

    def image(self) -> "Image.Image":
        """Return it as Pillow has it."""
        from PIL import Image

        return Image.frombytes("RGB", (self.width_px, self.height_px), self.rgb)


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame as it is shown."""

    shown: Picture
    plain: Picture | None = None
    """How light its samples are, where two decoders may read their colours differently."""
    flat: Picture | None = None
    """What is shown once its transparent parts lie on a color, where it may have some."""


class Viewer:
    """Shows the frames of an open clip by our own reading, one moment after the other.

    Args:
        reel: the clip.
        facts: what was measured of it.
        told: primaries, transfer and matrix by the container, before a decoder wrote its own word over it.
        ground: the color that transparent parts are put on; None where they stay.
    """

    def __init__(self, reel: "Reel", facts: VideoFacts, told: tuple[int, int, int], ground: str | None = None) -> None:
        self._reel, self._facts, self._told, self._ground = reel, facts, told, ground
        self._colors: Colors | None = None
        self._late = LATE / (facts.frame_rate_hz or SUPPOSED_RATE_HZ)

    def shown(self, moments_s: Iterable[Fraction]) -> dict[Fraction, Frame]:
        """Return the frame of each moment, in seconds since the first frame is shown; none lies before the last one."""
        return {moment: self._frame(moment) for moment in sorted(set(moments_s))}

    def keyframe(self, until_s: Fraction, since_s: Fraction) -> Fraction | None:
        """Wind to the last keyframe between two moments, both ahead, and return its time; None where none is found."""
        return self._reel.keyframe(until_s, since_s)

    def _frame(self, moment_s: Fraction) -> Frame:
        from preflight.media.reading import ODD, colors_of, drawn
        from preflight.media.view import as_seen

        frame = self._reel.at(moment_s + self._late)[1]
        colors = self._colors = self._colors or colors_of(frame, self._told)
        shown = _kept(as_seen(frame, self._facts, SIDE_PX, partial(drawn, frame, colors)))
        flat = None
        if self._ground is not None and any(part.is_alpha for part in frame.format.components):
            flat = _kept(as_seen(frame, self._facts, SIDE_PX, partial(_drawn_on, self._ground, frame, colors)))
        if not colors.high and colors.matrix not in ODD:
            return Frame(shown=shown, flat=flat)
        plain = _kept(as_seen(frame, self._facts, SIDE_PX, partial(drawn, frame, colors, plain=True)))
        return Frame(shown=shown, plain=plain, flat=flat)


def _drawn_on(ground: str, frame: "VideoFrame", colors: "Colors", size_px: tuple[int, int]) -> "Image.Image":
    """Return a frame in this size, its transparent parts on a color."""
    import av
    from PIL import Image

    from preflight.media.reading import drawn

    shown = drawn(frame, colors, size_px)
    try:
        clear = frame.reformat(*size_px, "rgba", interpolation="AREA").to_ndarray()[..., 3]
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(f"a frame cannot be scaled: {error}") from None
    return Image.composite(shown, Image.new("RGB", shown.size, ground), Image.fromarray(clear))


@contextmanager
def viewed(path: str, facts: VideoFacts, ground: str | None = None) -> Iterator[Viewer]:
    """Open a clip to see its frames by our own reading.

    Args:
        path: the clip.
        facts: what was measured of it.
        ground: the color that transparent parts are put on; None where they stay.

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
    """Return the frames shown at some moments, by our own reading.

    Args:
        path: the clip.
        facts: what was measured of it.
        moments_s: seconds since the first frame is shown.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    with viewed(path, facts) as viewer:
        found = viewer.shown(moments_s)
    return tuple(found[moment] for moment in moments_s)


def _kept(image: "Image.Image") -> Picture:
    return Picture(width_px=image.width, height_px=image.height, rgb=image.convert("RGB").tobytes())


class Seek(msgspec.Struct, frozen=True, kw_only=True):
    """Where an ffmpeg finds a moment."""

    at_s: Fraction
    """Seconds since the container begins; nothing is sought where they are not more than none."""
    indexed: bool
    """Whether it may be sought; else all before it is decoded."""


def sought_early_s(facts: VideoFacts) -> Fraction:
    """Return how much earlier than it is told an ffmpeg seeks in a clip."""
    return Fraction(0) if DEMUXERS.get(facts.format) == "mov" else SOUGHT_EARLY_S


def seeks(path: str, facts: VideoFacts, moments_s: Sequence[Fraction]) -> tuple[Seek, ...]:
    """Return where an ffmpeg finds the frames of some moments; the clip is opened in this process.

    Args:
        path: the clip.
        facts: what was measured of it.
        moments_s: seconds since the first frame is shown.
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
) -> tuple[Picture, ...] | None:
    """Return some frames as an ffmpeg shows them by itself; None where it shows none.

    Args:
        ffmpeg: the program.
        path: the clip.
        facts: what was measured of it.
        places: where the frames are.
        plain: show how light the samples are, and not what colours they mean.
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
    """Return the filters that make a frame small, of square pixels, and gray where that is asked for."""
    factor = rf"min(1\,{SIDE_PX}/max(iw*sar\,ih))"
    size = f"w=max(1\\,round(iw*sar*{factor})):h=max(1\\,round(ih*{factor}))"
    return f"scale={size}:flags=area,{'format=gray,' if plain else ''}format=rgb24"


def _read(path: Path) -> Picture | None:
    """Read what an ffmpeg wrote; None where it is no picture."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    header = HEADER.match(content)
    if header is None:
        return None
    width, height = int(header[1]), int(header[2])
    rgb = content[header.end() :]
    return Picture(width_px=width, height_px=height, rgb=rgb) if len(rgb) == 3 * width * height else None


def shape(picture: Picture) -> float:
    """Return width over height."""
    return picture.width_px / picture.height_px
