"""Measured footage opened for decoding: a path and its format in, timed frames out.

The file is sniffed again and read by that demuxer alone, from an open file: what changed its format since it was
measured is refused. Damage is passed over, as a player does; judging it is the probe's business.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

from preflight.probe import open_without_waiting
from preflight.probe.channels import unlist
from preflight.probe.container import NO_PROTOCOLS, known_codec, words
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.mpeg_audio import only_frames
from preflight.probe.part import part_of
from preflight.probe.plain import opened_up
from preflight.probe.sniff import Sniffed, sniff
from preflight.probe.video import picture_streams

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

MAX_DAMAGED = 1000
"""Packets that may be damaged before the rest is given up."""
SUPPOSED_RATE_HZ = Fraction(25)
"""Where neither the frames nor the container tell time."""


@contextmanager
def found(path: str, format_name: str) -> Iterator[tuple[BinaryIO, Sniffed]]:
    """Open a file that was measured as a format.

    Raises:
        Unmeasured: it cannot be opened, or is no longer what was measured.
    """
    try:
        stream = open(path, "rb", opener=open_without_waiting)  # noqa: SIM115 - closed below; only opening is excused
    except OSError as error:
        raise Unmeasured(f"cannot be read: {error.strerror or error}") from None
    with stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise Unmeasured("is not a regular file")
        sniffed = sniff(stream)
        if sniffed is None or sniffed.format != format_name:
            raise Unmeasured(f"is no longer the {format_name} that was measured")
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        yield _audio_part(stream, size, sniffed), sniffed


def _audio_part(stream: BinaryIO, size: int, sniffed: Sniffed) -> BinaryIO:
    """Return what of a file a decoder is given: no tag in front, no junk around frames, no header that keeps it out."""
    if sniffed.opener == "wav":
        whole = part_of(stream, sniffed.start, size) if sniffed.start else stream
        return opened_up(whole, size - sniffed.start)
    return part_of(stream, sniffed.start, size) if sniffed.start else only_frames(stream, size, sniffed)


@contextmanager
def pictures(path: str, format_name: str) -> "Iterator[tuple[InputContainer, VideoStream]]":
    """Open a clip for its pictures.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: it holds no pictures that can be decoded.
    """
    with _playing(path, format_name) as container:
        track = next((t for t in picture_streams(container) if known_codec(t)), None)
        if track is None:
            raise Unreadable("holds no pictures that can be decoded")
        track.thread_type = "AUTO"
        yield container, track


@contextmanager
def sound(path: str, format_name: str) -> "Iterator[tuple[InputContainer, AudioStream]]":
    """Open a sound, or a clip for its sound.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: it holds no sound that can be decoded.
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
            raise Unreadable(f"a {format_name} is neither clip nor sound")
        try:
            container = av.open(stream, "r", format=sniffed.opener, options=NO_PROTOCOLS, metadata_errors="replace")
        except (av.FFmpegError, ValueError, OSError) as error:
            raise _fault(f"not a whole {sniffed.opener} file", error) from None
        with container:
            unlist(container, stream, sniffed.opener)
            yield container


def timed(
    container: "InputContainer", track: "VideoStream", before: "Callable[[Packet[Any]], None] | None" = None
) -> "Iterator[tuple[Fraction, VideoFrame]]":
    """Decode pictures from here on, each with its time in seconds by the clock of the file.

    A frame without a time follows the one before by the mean rate.

    Args:
        container: the clip.
        track: its pictures.
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
    """Decode from here to the end, or to where the file breaks off; packets that are damaged give nothing.

    Args:
        container: what is played.
        track: one of its streams.
        before: called with each packet before it is decoded.

    Raises:
        MemoryError: a frame needs more than there is.
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
    """Decode the first packet by itself and return its frame; None where it needs others. Nothing can be decoded then.

    A decoder that is given the next ones, too, holds its first frame back until it has a few.
    """
    import av

    try:
        packet = next((packet for packet in _packets(container, track) if packet.size), None)
        frames = [*packet.decode(), *track.codec_context.decode(None)] if packet else []
    except (av.FFmpegError, ValueError):
        return None
    return next((frame for frame in frames if isinstance(frame, av.VideoFrame)), None)


def _packets(container: "InputContainer", track: "Stream") -> "Iterator[Packet[Stream]]":
    """Yield packets up to where the file breaks off."""
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
    """Return the fault that an error amounts to; running out of memory says nothing about a file."""
    if isinstance(error, MemoryError):
        return Unmeasured("looking into it needs more memory than it may have")
    return Unreadable(f"{what}: {words(error)}")
