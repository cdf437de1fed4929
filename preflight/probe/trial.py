"""Trial decoding of a clip: its keyframes in, their decoded sizes or `Unreadable` out.

The first, a middle and the last keyframe are decoded alone and strictly, in a few milliseconds; one that shows nothing
or breaks off fails. Depth full decodes the rest.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.probe.access_points import Point, Points
from preflight.probe.container import words
from preflight.probe.faults import Unreadable
from preflight.probe.sample_format import SampleFormat, sample_format
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

STRICT = {"err_detect": "crccheck+bitstream+buffer+explode", "skip_loop_filter": "all"}
"""Make libav's decoders report damage instead of concealing it; skip deblocking."""
FOLLOWING = 16
"""Samples after a keyframe within which a frame must appear: its second field, or a reordered frame."""
BLIND = 64
"""Samples within which a stream without keyframes must show a frame: it builds up gradually."""


class Decoded(msgspec.Struct, frozen=True):
    """A decoded keyframe."""

    point: Point
    size_px: tuple[int, int]
    pixel_aspect: Fraction | None
    """By the codec, or None."""
    format: SampleFormat


def decode_keyframes(video: "VideoStream", points: Points, records: list[bytes]) -> list[Decoded]:
    """Decode the first, a middle and the last keyframe.

    Args:
        video: the video stream, opened without decoders.
        points: its keyframes.
        records: codec configurations, one per sample entry.

    Raises:
        Unreadable: one cannot be decoded, with its time.
        MemoryError: there is too little memory.
    """
    decoders = _Decoders(video, records)
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
    """Decoders of a stream, one per sample entry, made on demand.

    Args:
        video: the video stream.
        records: codec configurations, one per sample entry.
    """

    def __init__(self, video: "VideoStream", records: list[bytes]) -> None:
        self._video = video
        self._records = records
        self._made: dict[int, VideoCodecContext] = {}

    def of(self, entry: int) -> "VideoCodecContext":
        """Return a sample entry's decoder, reset."""
        if entry not in self._made:
            self._made[entry] = self._make(entry)
        return self._made[entry]

    def _make(self, entry: int) -> "VideoCodecContext":
        import av

        context = self._video.codec_context
        if 1 < entry <= len(self._records):
            context = av.VideoCodecContext.create(context.codec.name, "r")  # type: ignore[assignment] # it makes its own kind
            context.extradata = self._records[entry - 1]
        context.thread_count, context.thread_type = 1, "NONE"
        context.options = STRICT
        return context


def _strictly(decoders: _Decoders, points: Points, point: Point) -> Decoded | None:
    """Decode a keyframe alone, or with later samples if no frame appears.

    Returns None where it was not kept, or is a keyframe by the container only and shows nothing, as encoders leave some
    empty.
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
        raise Unreadable(
            phrase("its keyframe at {when} cannot be decoded: {how}", when=_time(point), how=words(error))
        ) from None
    if point.size_px is not None:
        raise _undecodable(point)
    return None


def _undecodable(point: Point) -> Unreadable:
    return Unreadable(
        phrase("its keyframe at {when} cannot be decoded: {how}", when=_time(point), how="no frame comes out")
    )


def _blindly(decoders: _Decoders, points: Points, point: Point) -> Decoded:
    """Decode from a sample that is no keyframe until a frame appears."""
    packets = points.fetch(point.sample, BLIND)
    context = decoders.of(point.entry)
    context.options = {}
    frame = _first_frame(context, packets, tolerant=True)
    if frame is None:
        raise Unreadable(
            phrase("no frame can be decoded: of its first {n} samples none shows anything", n=len(packets))
        )
    return _decoded(point, frame, context, packets)


def _decoded(point: Point, frame: "VideoFrame", context: "VideoCodecContext", packets: "list[Packet[Any]]") -> Decoded:
    kept = sample_format(frame, str(context.codec.canonical_name), packets[0])
    return Decoded(point, (frame.width, frame.height), context.sample_aspect_ratio or None, kept)


def _first_frame(
    context: "VideoCodecContext", packets: "list[Packet[Any]]", *, tolerant: bool = False
) -> "VideoFrame | None":
    """Return the first frame from packets; the decoder is reset afterwards."""
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
    return "an unknown time" if point.at_s is None else phrase("{n} s", n=f"{point.at_s:.2f}")
