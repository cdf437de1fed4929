"""A clip cut between its packets: chosen packets in, a new file out, nothing decoded and nothing encoded.

ffmpeg's own options cut by seconds, and where pictures are stored in another order than they are shown in, that misses
by as many; here the packets are counted.
"""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.apply.isolated import isolated_or_failed
from preflight.errors import FixFailed
from preflight.plan.steps import Packets
from preflight.probe import open_without_waiting
from preflight.probe.container import codec_name, opened, words
from preflight.probe.faults import Unreadable
from preflight.probe.sniff import sniff
from preflight.probe.video import video_streams

HEVC_TAG, DOLBY_TAG = "hvc1", "dvh1"
"""Of HEVC whose parameter sets stand in the sample entry: ISO 14496-15, 8.4.1; and where only Dolby Vision shows it."""
OPTIONS = {"movflags": "+faststart", "strict": "unofficial"}
"""A record of Dolby Vision is written, too."""
DOLBY_TAGS = {"dvh1", "dvhe"}

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream


class _Part(msgspec.Struct, frozen=True):
    """What is copied, in seconds as the source counts them."""

    begin_s: Fraction
    end_s: Fraction


def cut_between(
    source: Path, packets: Packets, target: Path, muxer: str, *, sounds: "Sequence[int] | None" = None
) -> None:
    """Write the pictures that `packets` counts, and the sound beneath them, to a new file.

    Args:
        source: the clip; it is only read.
        packets: which of its pictures, as they lie in it.
        target: the new file.
        muxer: libav's name of its format, `mp4` or `mov`.
        sounds: which sound tracks are kept, and in which order; the first alone when None.

    Raises:
        FixFailed: the source cannot be read, or the new file not be written.
    """
    isolated_or_failed(_cut_between, source, packets, target, muxer, sounds)


def _cut_between(source: Path, packets: Packets, target: Path, muxer: str, sounds: "Sequence[int] | None") -> None:
    """Do as `cut_between`, in a child."""
    import av

    try:
        with open(source, "rb", opener=open_without_waiting) as stream:
            found = sniff(stream)
            if found is None or found.reader != "av":
                raise FixFailed("it is no clip any more")
            stream.seek(0)
            with opened(stream, found.opener) as container:
                part = _part(container, video_streams(container)[0], packets)
            # Opened anew, not sought: a seek to 0 passes over the sound that a decoder needs before it.
            stream.seek(0)
            with (
                opened(stream, found.opener) as container,
                av.open(str(target), "w", format=muxer, options=OPTIONS) as made,
            ):
                _copy(container, made, packets, part, _kept(container, sounds))
    except (av.FFmpegError, ValueError, OSError, LookupError, Unreadable) as error:
        raise FixFailed(f"cannot be cut without encoding: {words(error)}") from None


def _kept(container: "InputContainer", sounds: "Sequence[int] | None") -> "list[AudioStream]":
    """Return the sound tracks to copy."""
    there = container.streams.audio
    return [there[place] for place in sounds] if sounds is not None else list(there[:1])


def _copy(
    container: "InputContainer", made: "OutputContainer", packets: Packets, part: _Part, sounds: "list[AudioStream]"
) -> None:
    picture = video_streams(container)[0]
    copies = {one.index: made.add_stream_from_template(one) for one in (picture, *sounds)}
    for copy in copies.values():
        copy.metadata.clear()
    if codec_name(picture) == "hevc":
        only_dolby = str(picture.codec_context.codec_tag) in DOLBY_TAGS
        copies[picture.index].codec_context.codec_tag = DOLBY_TAG if only_dolby else HEVC_TAG
    for packet in _chosen(container, picture, sounds, packets, part):
        index = packet.stream.index
        _move(packet, part.begin_s)
        packet.stream = copies[index]
        made.mux(packet)


def _part(container: "InputContainer", picture: "VideoStream", packets: Packets) -> _Part:
    """Return when the chosen pictures are shown; raise FixFailed when they are not there."""
    chosen: list[Packet[Any]] = []
    for place, packet in enumerate(p for p in container.demux(picture) if p.size):
        if place >= packets.first + packets.count:
            break
        if place >= packets.first:
            chosen.append(packet)
    if len(chosen) < packets.count or any(packet.pts is None for packet in chosen):
        raise FixFailed("its packets are not those that were planned with")
    starts = [_start(packet) for packet in chosen]
    return _Part(min(starts), max(start + _length(p) for start, p in zip(starts, chosen, strict=True)))


def _chosen(
    container: "InputContainer", picture: "VideoStream", sounds: "list[AudioStream]", packets: Packets, part: _Part
) -> "Iterator[Packet[Any]]":
    """Yield the chosen pictures, and of each sound the packets from the one before the first of them to their end.

    A decoder needs the packet before to bring the first one to life; nobody hears it.
    """
    place = -1
    before: dict[int, Packet[Any]] = {}
    for packet in container.demux([picture, *sounds]):
        if not packet.size or packet.pts is None:
            continue
        if packet.stream.type == "video":
            place += 1
            if packets.first <= place < packets.first + packets.count:
                yield packet
        elif _start(packet) < part.begin_s:
            before[packet.stream.index] = packet
        elif _start(packet) + _length(packet) <= part.end_s:
            if packet.stream.index in before:
                yield before.pop(packet.stream.index)
            yield packet


def _start(packet: "Packet[Any]") -> Fraction:
    return (packet.pts or 0) * packet.time_base


def _length(packet: "Packet[Any]") -> Fraction:
    return (packet.duration or 0) * packet.time_base


def _move(packet: "Packet[Any]", begin_s: Fraction) -> None:
    """Let a packet's time count from the beginning of the part."""
    ticks = round(begin_s / packet.time_base)
    packet.pts = packet.pts - ticks if packet.pts is not None else None
    packet.dts = packet.dts - ticks if packet.dts is not None else None
