"""Depth full: decode every frame and sample, and say where damage begins.

In: an open container. Out: nothing, or `Unreadable` with the time of the first packet that cannot be decoded whole, or
`Unmeasured` where the pictures have more than one size.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.channels import unlist
from preflight.probe.container import NO_PROTOCOLS, known_codec, words
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.facts import VideoFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.container import InputContainer
    from av.frame import Frame
    from av.packet import Packet
    from av.stream import Stream

ENOUGH = Fraction(9, 10)
"""The part of the promised pictures that has to come out: decoders keep a few back around cuts."""
STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Make libav's decoders complain where they would rather paint over."""


def refuse_damage(stream: BinaryIO, demuxer: str, clip: VideoFacts | None = None) -> None:
    """Decode pictures and sound to the end.

    Args:
        stream: the file.
        demuxer: libav's name of its format.
        clip: what is known of it, where it is one: how many pictures there are to be, and their size.

    Raises:
        Unreadable: something cannot be decoded, with the time where that begins, or too few pictures come out.
        Unmeasured: the pictures change their size on the way, or are of another than is known.
    """
    import av

    pictures, frames = 0, clip.frames if clip else None
    size = (clip.coded_width_px, clip.coded_height_px) if clip else None
    fields = (clip.coded_width_px, clip.coded_height_px // 2) if clip and clip.fields else None
    try:
        with av.open(
            stream, "r", format=demuxer, options={**STRICT, **NO_PROTOCOLS}, metadata_errors="replace"
        ) as container:
            unlist(container, stream, demuxer)
            streams = _media(container)
            for packet in container.demux(streams):
                decoded = _decode(packet)
                if packet.stream is streams[0]:
                    pictures += len(decoded)
                    size = _one_size(size, [frame for frame in decoded if _size(frame) != fields], packet)
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(f"cannot be decoded: {words(error)}") from None
    if frames and pictures < frames * ENOUGH:
        raise Unreadable(f"only {pictures} of its {frames} pictures can be decoded")


def _media(container: "InputContainer") -> "list[Stream]":
    """Return the picture streams that are not cover art, and the sounds."""
    from av.stream import Disposition

    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return [*pictures, *(sound for sound in container.streams.audio if known_codec(sound))]


def _one_size(
    size: tuple[int, int] | None, frames: "Sequence[Frame]", packet: "Packet[Stream]"
) -> tuple[int, int] | None:
    """Return the size of the pictures so far, in pixels as stored; refuse a second one."""
    for frame in frames:
        now = _size(frame)
        if size is not None and now is not None and now != size:
            change = f"from {size[0]} x {size[1]} to {now[0]} x {now[1]} px"
            raise Unmeasured(f"its pictures change {change} at {_time(packet)}: they have no one size to judge")
        size = now or size
    return size


def _size(frame: "Frame") -> tuple[int, int] | None:
    """Return width and height of a picture."""
    import av

    return (frame.width, frame.height) if isinstance(frame, av.VideoFrame) else None


def _decode(packet: "Packet[Stream]") -> "Sequence[Frame]":
    """Decode a packet and return the frames that came out."""
    import av

    kind = packet.stream.type
    try:
        frames = packet.decode()
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(f"{kind} is damaged from {_time(packet)} on: {words(error)}") from None
    if any(isinstance(frame, av.VideoFrame | av.AudioFrame) and frame.is_corrupt for frame in frames):
        raise Unreadable(f"{kind} is damaged from {_time(packet)} on: a frame is incomplete")
    return [frame for frame in frames if isinstance(frame, av.VideoFrame | av.AudioFrame)]


def _time(packet: "Packet[Stream]") -> str:
    moment = packet.pts if packet.pts is not None else packet.dts
    if moment is None or packet.time_base is None:
        return "an unknown time"
    return f"{float(Fraction(moment) * packet.time_base):.2f} s"
