"""Whether a clip can be decoded at all: its keyframes in, their decoded sizes or `Unreadable` out.

The first, a middle and the last keyframe are decoded, each by itself and strictly: a few milliseconds, and what shows
nothing, or breaks off into gray, does not pass. What lies between is for depth full.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.probe.access_points import Point, Points
from preflight.probe.container import words
from preflight.probe.faults import Unreadable
from preflight.probe.sample_format import SampleFormat, sample_format

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

STRICT = {"err_detect": "crccheck+bitstream+buffer+explode", "skip_loop_filter": "all"}
"""Make libav's decoders complain where they would rather paint over; how smooth a frame is, is not looked at."""
FOLLOWING = 16
"""Samples behind a keyframe within which a frame comes out: its second field, or a frame that is shown later."""
BLIND = 64
"""Samples within which a stream without a keyframe of its own has to show something: its pictures build up."""


class Decoded(msgspec.Struct, frozen=True):
    """A keyframe that was decoded."""

    point: Point
    size_px: tuple[int, int]
    pixel_aspect: Fraction | None
    """As the codec tells it; None where it does not."""
    format: SampleFormat


def decode_keyframes(picture: "VideoStream", points: Points, records: list[bytes]) -> list[Decoded]:
    """Decode the first, a middle and the last keyframe.

    Args:
        picture: the video stream, opened without decoders.
        points: its keyframes.
        records: the codec's configuration in each sample entry.

    Raises:
        Unreadable: one of them cannot be decoded, with its time.
        MemoryError: there is too little memory to tell.
    """
    decoders = _Decoders(picture, records)
    own = [point for point in points.found if point.random_access]
    if not own:
        first = points.found[0] if points.found else Point(sample=0, at_s=None, random_access=False)
        return [_blindly(decoders, points, first)] if points.samples else []
    chosen = dict.fromkeys((0, len(own) // 2, len(own) - 1))
    decoded = [_strictly(decoders, points, own[place]) for place in chosen]
    if not any(decoded) and points.fetch(own[0].sample, 1):
        raise _undecodable(own[0])
    return [found for found in decoded if found]


class _Decoders:
    """The decoders of a stream: one for each sample entry, made when it is needed.

    Args:
        picture: the video stream.
        records: the codec's configuration in each sample entry.
    """

    def __init__(self, picture: "VideoStream", records: list[bytes]) -> None:
        self._picture = picture
        self._records = records
        self._made: dict[int, VideoCodecContext] = {}

    def of(self, entry: int) -> "VideoCodecContext":
        """Return the decoder of a sample entry, ready to begin anew."""
        if entry not in self._made:
            self._made[entry] = self._make(entry)
        return self._made[entry]

    def _make(self, entry: int) -> "VideoCodecContext":
        import av

        context = self._picture.codec_context
        if 1 < entry <= len(self._records):
            context = av.VideoCodecContext.create(context.codec.name, "r")  # type: ignore[assignment] # it makes its own kind
            context.extradata = self._records[entry - 1]
        context.thread_count, context.thread_type = 1, "NONE"
        context.options = STRICT
        return context


def _strictly(decoders: _Decoders, points: Points, point: Point) -> Decoded | None:
    """Decode a keyframe by itself, and with what follows it where nothing came out.

    Returns:
        None where it was not kept, or is one by the container's word alone and shows nothing: a place that an encoder
        left empty.
    """
    import av

    try:
        for count in (1, FOLLOWING):
            packets = points.fetch(point.sample, count)
            context = decoders.of(point.entry)
            frame = _first_frame(context, packets)
            if frame is not None or not packets:
                return _decoded(point, frame, context, packets) if frame is not None else None
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(f"its keyframe at {_time(point)} cannot be decoded: {words(error)}") from None
    if point.size_px is not None:
        raise _undecodable(point)
    return None


def _undecodable(point: Point) -> Unreadable:
    return Unreadable(f"its keyframe at {_time(point)} cannot be decoded: no frame comes out")


def _blindly(decoders: _Decoders, points: Points, point: Point) -> Decoded:
    """Decode from a sample on that is no keyframe by its own words, until a frame comes out."""
    packets = points.fetch(point.sample, BLIND)
    context = decoders.of(point.entry)
    context.options = {}
    frame = _first_frame(context, packets, tolerant=True)
    if frame is None:
        raise Unreadable(f"no frame can be decoded: of its first {len(packets)} samples none shows anything")
    return _decoded(point, frame, context, packets)


def _decoded(point: Point, frame: "VideoFrame", context: "VideoCodecContext", packets: "list[Packet[Any]]") -> Decoded:
    kept = sample_format(frame, str(context.codec.canonical_name), packets[0])
    return Decoded(point, (frame.width, frame.height), context.sample_aspect_ratio or None, kept)


def _first_frame(
    context: "VideoCodecContext", packets: "list[Packet[Any]]", *, tolerant: bool = False
) -> "VideoFrame | None":
    """Return the first frame that comes out of some packets; the decoder can begin anew afterwards."""
    import av

    try:
        for packet in (*packets, None):
            try:
                frames = context.decode(packet)
            except MemoryError:
                raise
            except (av.FFmpegError, ValueError):
                if not tolerant:
                    raise
                frames = []
            if frames:
                return frames[0]
    finally:
        if context.is_open:
            context.flush_buffers()
    return None


def _time(point: Point) -> str:
    return "an unknown time" if point.at_s is None else f"{point.at_s:.2f} s"
