"""Played duration of audio by full decoding, where packets do not tell."""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.container import to_decode, words
from preflight.probe.faults import Unreadable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.packet import Packet

LONGEST_S = 3_600
"""Durations beyond this are not decoded: too long in any case."""


def played_s(stream: BinaryIO, demuxer: str) -> Fraction:
    """Decode a file's first audio track and return its seconds; skip damaged packets.

    Raises:
        Unreadable: nothing can be decoded.
        MemoryError: there is too little memory.
    """
    import av

    stream.seek(0)
    played: dict[int, int] = {}
    try:
        with to_decode(stream, demuxer) as container:
            for packet in container.demux(container.streams.audio[0]):
                for rate, samples in _decoded(packet):
                    played[rate] = played.get(rate, 0) + samples
                if any(samples > LONGEST_S * rate for rate, samples in played.items()):
                    break
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:
        if not played:
            raise Unreadable(phrase("no sound can be decoded: {how}", how=words(error))) from None
    if not played:
        raise Unreadable("no sound can be decoded")
    return sum((Fraction(samples, rate) for rate, samples in played.items()), Fraction(0))


def _decoded(packet: "Packet[AudioStream]") -> "list[tuple[int, int]]":
    """Return rate and samples of each frame in a packet; none for a damaged one."""
    import av

    try:
        frames = packet.decode()
    except (av.FFmpegError, ValueError):
        return []
    return [(frame.sample_rate, frame.samples) for frame in frames]
