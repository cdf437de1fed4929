"""The end of a clip that was cut off: an open file in, how many of its packets can be decoded out.

Transport streams, FLV and NUT do not say how long they are: one that was cut off ends within a frame, which a copy
would keep.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec

from preflight.probe.container import known_codec, to_decode, words
from preflight.probe.faults import Unreadable
from preflight.probe.trial import STRICT
from preflight.probe.video import video_streams
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

LAST = 4
"""Packets at the end in which damage is sought: a cut damages the last one."""
LEAD = 32
"""Fewest packets decoded before those: frames after a keyframe may need the keyframe before."""


class Intact(msgspec.Struct, frozen=True):
    """What can be decoded of a clip's end."""

    packets: int
    """Video packets."""
    first: int
    """Number of them, as stored, before the first damaged one of the last `LAST`; all where none is."""
    heard_s: Fraction | None = None
    """When the first damaged one of the last audio packets is heard, from the first frame on; None where none is."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return self.first == self.packets and self.heard_s is None


def intact_part(stream: BinaryIO, demuxer: str) -> Intact:
    """Decode the end of a clip strictly.

    Args:
        stream: the file.
        demuxer: libav's name of the format.

    Raises:
        Unreadable: the container breaks off.
    """
    import av

    try:
        with _container(stream, demuxer) as container:
            stored = [_Stored.of(packet) for packet in _packets(container, video_streams(container)[:1])]
        begin = max((at for at, one in enumerate(stored[: -LAST - LEAD]) if one.is_key), default=0)
        with _container(stream, demuxer) as container:
            video = video_streams(container)[0]
            audio = [track for track in container.streams.audio if known_codec(track)]
            frames, *heard = _decoded(container, video, audio, begin)
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:
        raise Unreadable(phrase("cannot be decoded: {how}", how=words(error))) from None
    damaged = (begin + at for at, one in enumerate(frames) if not one.is_decoded)
    start = min((one.start_s for one in stored if one.start_s is not None), default=Fraction(0))
    late = (one for track in heard for one in track[-LAST:] if not one.is_decoded)
    return Intact(
        packets=len(stored),
        first=min((at for at in damaged if at >= len(stored) - LAST), default=len(stored)),
        heard_s=min((one.start_s - start for one in late if one.start_s is not None), default=None),
    )


class _Stored(NamedTuple):
    """A packet: its time, whether it is marked as a keyframe, and whether it can be decoded."""

    start_s: Fraction | None
    is_key: bool
    is_decoded: bool = True

    @staticmethod
    def of(packet: "Packet[Any]", *, is_decoded: bool = True) -> "_Stored":
        start_s = None if packet.pts is None else packet.pts * packet.time_base
        return _Stored(start_s, packet.is_keyframe, is_decoded)


def _container(stream: BinaryIO, demuxer: str) -> "InputContainer":
    stream.seek(0)
    return to_decode(stream, demuxer)


def _packets(container: "InputContainer", streams: "Sequence[VideoStream | AudioStream]") -> "Iterator[Packet[Any]]":
    return (packet for packet in container.demux(list(streams)) if packet.size)


def _decoded(
    container: "InputContainer", video: "VideoStream", audio: "Sequence[AudioStream]", begin: int
) -> list[list[_Stored]]:
    """Decode the packets of streams, in lists of their own, from the video packet `begin` on."""
    for track in (video, *audio):
        context = track.codec_context
        context.thread_count, context.thread_type = 1, "NONE"
        context.options = STRICT
    seen: dict[int, list[_Stored]] = {track.index: [] for track in (video, *audio)}
    place = -1
    for packet in _packets(container, (video, *audio)):
        place += packet.stream.index == video.index
        if place >= begin:
            seen[packet.stream.index].append(_Stored.of(packet, is_decoded=_is_decoded(packet)))
    return list(seen.values())


def _is_decoded(packet: "Packet[Any]") -> bool:
    """Tell whether a packet is whole and can be decoded."""
    import av

    try:
        packet.decode()  # raises as soon as a packet's own data end early, whichever frame comes out
    except MemoryError:
        raise
    except (av.FFmpegError, ValueError):
        return False
    return not packet.is_corrupt
