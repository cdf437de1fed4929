"""Depth full: decode every frame and sample, and say where damage begins.

In: an open container. Out: nothing, or `Unreadable` with the time of the first packet that cannot be decoded whole.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.container import NO_PROTOCOLS, words
from preflight.probe.faults import Unreadable

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

ENOUGH = Fraction(9, 10)
"""The part of the promised pictures that has to come out: decoders keep a few back around cuts."""
STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Make libav's decoders complain where they would rather paint over."""


def refuse_damage(stream: BinaryIO, demuxer: str, frames: int | None = None) -> None:
    """Decode pictures and sound to the end.

    Args:
        stream: the file.
        demuxer: libav's name of its format.
        frames: how many pictures the container promises, where it is a clip.

    Raises:
        Unreadable: something cannot be decoded, with the time where that begins, or too few pictures come out.
    """
    import av

    pictures = 0
    try:
        with av.open(
            stream, "r", format=demuxer, options={**STRICT, **NO_PROTOCOLS}, metadata_errors="replace"
        ) as container:
            streams = _media(container)
            for packet in container.demux(streams):
                decoded = _decode(packet)
                pictures += decoded if packet.stream is streams[0] else 0
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(f"cannot be decoded: {words(error)}") from None
    if frames and pictures < frames * ENOUGH:
        raise Unreadable(f"only {pictures} of its {frames} pictures can be decoded")


def _media(container: "InputContainer") -> "list[Stream]":
    """Return the picture streams that are not cover art, and the sounds."""
    from av.stream import Disposition

    pictures = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return [*pictures, *container.streams.audio]


def _decode(packet: "Packet[Stream]") -> int:
    """Decode a packet and return how many frames came out."""
    import av

    kind = packet.stream.type
    try:
        frames = packet.decode()
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(f"{kind} is damaged from {_time(packet)} on: {words(error)}") from None
    if any(isinstance(frame, av.VideoFrame | av.AudioFrame) and frame.is_corrupt for frame in frames):
        raise Unreadable(f"{kind} is damaged from {_time(packet)} on: a frame is incomplete")
    return len(frames)


def _time(packet: "Packet[Stream]") -> str:
    moment = packet.pts if packet.pts is not None else packet.dts
    if moment is None or packet.time_base is None:
        return "an unknown time"
    return f"{float(Fraction(moment) * packet.time_base):.2f} s"
