"""Measured files opened for decoding: a path and its format in, timed frames out.

The format is sniffed again, and a changed one refused; only its demuxer opens the file. Damage is skipped as by a
player; the probe reports it.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from preflight.probe import open_without_waiting
from preflight.probe.channels import unlist
from preflight.probe.container import known_codec, to_decode, words
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.mpeg_audio import only_frames
from preflight.probe.part import part_of
from preflight.probe.plain import opened_up
from preflight.probe.sniff import Sniffed, sniff
from preflight.probe.video import video_streams
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_DAMAGED = 1000
"""Damaged packets before decoding stops."""
SUPPOSED_RATE_HZ = Fraction(25)
"""Frame rate where neither frames nor container have times."""


@contextmanager
def found(path: str, format_name: str) -> Iterator[tuple[BinaryIO, Sniffed]]:
    """Open a file of a measured format.

    Raises:
        Unmeasured: it cannot be opened, or changed.
    """
    try:
        stream = open(path, "rb", opener=open_without_waiting)  # noqa: SIM115 - closed below; only opening is excused
    except OSError as error:
        raise Unmeasured(phrase("cannot be read: {rest}", rest=error.strerror or error)) from None
    with stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise Unmeasured("is not a regular file")
        sniffed = sniff(stream)
        if sniffed is None or sniffed.format != format_name:
            raise Unmeasured(phrase("is no longer the {q} that was measured", q=format_name))
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        yield _audio_part(stream, size, sniffed), sniffed


def _audio_part(stream: BinaryIO, size: int, sniffed: Sniffed) -> BinaryIO:
    """Return the decodable part of a file, without leading tags, junk and headers that block decoders."""
    if sniffed.opener == "wav":
        whole = part_of(stream, sniffed.start, size) if sniffed.start else stream
        return opened_up(whole, size - sniffed.start)
    return part_of(stream, sniffed.start, size) if sniffed.start else only_frames(stream, size, sniffed)


@contextmanager
def open_video(path: str, format_name: str) -> "Iterator[tuple[InputContainer, VideoStream]]":
    """Open a clip's video stream.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: it has no video that can be decoded.
    """
    with _playing(path, format_name) as container:
        track = next((t for t in video_streams(container) if known_codec(t)), None)
        if track is None:
            raise Unreadable("holds no pictures that can be decoded")
        track.thread_type = "AUTO"
        yield container, track


@contextmanager
def open_audio(path: str, format_name: str) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Open the audio of a file.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: it has no audio that can be decoded.
    """
    with _playing(path, format_name) as container:
        track = next((t for t in container.streams.audio if known_codec(t)), None)
        if track is None:
            raise Unreadable("holds no sound that can be decoded")
        yield container, track


@contextmanager
def _playing(path: str, format_name: str) -> "Iterator[InputContainer]":
    import av

    av.logging.set_level(None)
    with found(path, format_name) as (stream, sniffed):
        if sniffed.reader != "av":
            raise Unreadable(phrase("a {q} is neither clip nor sound", q=format_name))
        try:
            container = to_decode(stream, sniffed.opener)
        except (av.FFmpegError, ValueError, OSError) as error:
            raise _fault(phrase("not a whole {q} file", q=sniffed.opener), error) from None
        with container:
            unlist(container, stream, sniffed.opener)
            yield container


def timed(
    container: "InputContainer", track: "VideoStream", before: "Callable[[Packet[Any]], None] | None" = None
) -> "Iterator[tuple[Fraction, VideoFrame]]":
    """Decode frames from the current position, with their time in seconds on the file's clock.

    A frame without a time follows at the mean rate.

    Args:
        container: the clip.
        track: its video stream.
        before: called with each packet before it is decoded.
    """
    import av

    apart = 1 / Fraction(track.average_rate or SUPPOSED_RATE_HZ)
    moment = -apart
    for frame in decoded(container, track, before):
        if isinstance(frame, av.VideoFrame):
            told = None if frame.pts is None or not frame.time_base else frame.pts * frame.time_base
            moment = moment + apart if told is None else told
            yield moment, frame


def decoded(
    container: "InputContainer",
    track: "VideoStream | AudioStream",
    before: "Callable[[Packet[Any]], None] | None" = None,
) -> "Iterator[VideoFrame | AudioFrame]":
    """Decode from the current position to the end or a truncation; skip damaged packets.

    Args:
        container: the file.
        track: one of its streams.
        before: called with each packet before it is decoded.

    Raises:
        MemoryError: a frame needs too much memory.
    """
    import av

    damaged = 0
    for packet in _packets(container, track):
        if before:
            before(packet)
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except (av.FFmpegError, ValueError):
            damaged += 1
            if damaged > MAX_DAMAGED:
                return
            continue
        yield from (frame for frame in frames if isinstance(frame, av.VideoFrame | av.AudioFrame))


def lone_frame(container: "InputContainer", track: "VideoStream") -> "VideoFrame | None":
    """Decode the first packet alone; return None where its frame needs others. Afterwards decode nothing.

    A decoder that also gets the next packets delays its first frame.
    """
    import av

    try:
        packet = next((packet for packet in _packets(container, track) if packet.size), None)
        frames = [*packet.decode(), *track.codec_context.decode(None)] if packet else []
    except (av.FFmpegError, ValueError):
        return None
    return next((frame for frame in frames if isinstance(frame, av.VideoFrame)), None)


def _packets(container: "InputContainer", track: "Stream") -> "Iterator[Packet[Stream]]":
    """Yield packets up to a truncation."""
    import av

    packets = container.demux(track)
    while True:
        try:
            packet = next(packets)
        except MemoryError:
            raise
        except (StopIteration, av.FFmpegError, ValueError, OSError, LookupError):
            return
        yield packet


def _fault(what: str, error: Exception) -> Unreadable | Unmeasured:
    """Convert an error to a fault; lack of memory is not the file's fault."""
    if isinstance(error, MemoryError):
        return Unmeasured("looking into it needs more memory than it may have")
    return Unreadable(phrase("{q}: {fault}", q=what, fault=words(error)))
