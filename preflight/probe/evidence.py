"""Properties of a clip by its samples, where the container may be wrong: a video stream in, `Evidence` out."""

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.access_points import (
    SELF_DESCRIBED,
    Points,
    Reader,
    changed,
    points_of_index,
    points_of_packets,
    records_of,
    refuse_changes,
    reshaped,
)
from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.parameter_sets import sets_listed
from preflight.probe.container import codec_name, opened
from preflight.probe.movie import Movie, Track
from preflight.probe.sample_format import SampleFormat
from preflight.probe.samples import refuse_foreign
from preflight.probe.trial import Decoded, decode_keyframes

if TYPE_CHECKING:
    from av.video.stream import VideoStream


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Properties by samples; None where not read or not stated."""

    size_px: tuple[int, int] | None = None
    """Coded size after cropping, as of a decoded frame."""
    header: CodecHeader | None = None
    """The active parameter set."""
    pixel_aspect: Fraction | None = None
    """Sample aspect ratio by the codec."""
    formats: tuple[SampleFormat, ...] = ()
    """Sample formats of decoded frames."""


def read_evidence(stream: BinaryIO, video: "VideoStream", movie: Movie) -> Evidence:
    """Read the keyframes of an MP4 or MOV, and decode some.

    Args:
        stream: the file.
        video: the video stream, with a complete index.
        movie: the boxes.

    Raises:
        Unreadable: samples hold no frames, or keyframes cannot be decoded.
        Unmeasured: frames have several sizes.
    """
    return _of_index(stream, video, track_of(movie, video.index), decoding=True)


def foresee(stream: BinaryIO, demuxer: str, video: "VideoStream", movie: Movie | None, *, measure: bool) -> Evidence:
    """Read keyframes before their timing is known.

    In MP4 and MOV only where headers leave the active parameter set open; elsewhere all, and only to measure. Arguments
    and errors as in `read_evidence`.
    """
    if movie is not None:
        track, record = track_of(movie, video.index), bytes(video.codec_context.extradata or b"")
        several = track is not None and len(track.entries) > 1
        if several or (codec_name(video) in SELF_DESCRIBED and sets_listed(codec_name(video), record) != 1):
            return _of_index(stream, video, track, decoding=False)
        return Evidence()
    return _of_packets(stream, demuxer, video) if measure else Evidence()


def _of_packets(stream: BinaryIO, demuxer: str, video: "VideoStream") -> Evidence:
    position = stream.tell()
    stream.seek(0)
    with opened(stream, demuxer) as again:
        own = again.streams.video[video.container.streams.video.index(video)]
        records = [bytes(own.codec_context.extradata or b"")]
        points = points_of_packets(again, own, Reader(codec_name(own), records))
        decoded = decode_keyframes(own, points, records)
    stream.seek(position)
    return _judged(points, decoded)


def _of_index(stream: BinaryIO, video: "VideoStream", track: Track | None, *, decoding: bool) -> Evidence:
    codec, position = codec_name(video), stream.tell()
    records = records_of(track, codec, bytes(video.codec_context.extradata or b""))
    bringing = refuse_foreign(stream, video.index_entries, codec, records[0])
    points = points_of_index(stream, video, Reader(codec, records), track, bringing)
    decoded = decode_keyframes(video, points, records) if decoding else []
    stream.seek(position)
    return _judged(points, decoded)


def track_of(movie: Movie, index: int) -> Track | None:
    """Return a stream's track; tracks and libav's streams have the same order."""
    return movie.tracks[index] if index < len(movie.tracks) else None


def _judged(points: Points, decoded: list[Decoded]) -> Evidence:
    """Refuse several sizes; prefer decoded sizes to parsed ones."""
    refuse_changes(points.found)
    used = points.used
    shown = [one for one in decoded if one.point.shown]
    for one, following in pairwise(shown):
        if one.size_px != following.size_px:
            raise changed(one.size_px, following.size_px, following.point.at_s)
        was, now = one.pixel_aspect, following.pixel_aspect
        if was and now and was != now:
            raise reshaped(was, now, following.point.at_s)
    size = shown[0].size_px if shown else used.size_px if used else None
    header = used.header if used else None
    aspect = (shown[0].pixel_aspect if shown else None) or (header.pixel_aspect if header else None)
    formats = tuple(one.format for one in decoded)
    return Evidence(size_px=size, header=header, pixel_aspect=aspect, formats=formats)
