"""Cut a clip between packets: chosen packets in, a new file out, nothing decoded or encoded.

ffmpeg's options cut by seconds, and miss frames where decoding order differs from display order; here packets are
counted.
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
from preflight.values.phrase import phrase

HEVC_TAG, DOLBY_TAG = "hvc1", "dvh1"
"""HEVC with parameter sets in the sample entry: ISO 14496-15, 8.4.1; and HEVC that only Dolby Vision shows."""
OPTIONS = {"movflags": "+faststart", "strict": "unofficial"}
"""`unofficial` lets libav write the Dolby Vision record."""
DOLBY_TAGS = {"dvh1", "dvhe"}

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream


class _Part(msgspec.Struct, frozen=True):
    """Part copied, in seconds of the source."""

    begin_s: Fraction
    end_s: Fraction


def cut_between(
    source: Path, packets: Packets, target: Path, muxer: str, *, tracks: "Sequence[int] | None" = None
) -> None:
    """Copy the frames that `packets` counts, and their audio, to a new file.

    Args:
        source: the clip; only read.
        packets: its frames, in stored order.
        target: the new file.
        muxer: libav's name of its format, `mp4` or `mov`.
        tracks: audio tracks kept, in order; the first alone when None.

    Raises:
        FixFailed: the source cannot be read, or the new file not written.
    """
    isolated_or_failed(_cut_between, source, packets, target, muxer, tracks)


def _cut_between(source: Path, packets: Packets, target: Path, muxer: str, tracks: "Sequence[int] | None") -> None:
    """Run `cut_between` in the child."""
    import av

    try:
        with open(source, "rb", opener=open_without_waiting) as stream:
            found = sniff(stream)
            if found is None or found.reader != "av":
                raise FixFailed("it is no clip any more")
            stream.seek(0)
            with opened(stream, found.opener) as container:
                part = _part(container, video_streams(container)[0], packets)
            # Reopened, not sought: a seek to 0 skips the audio that a decoder needs before it.
            stream.seek(0)
            with (
                opened(stream, found.opener) as container,
                av.open(str(target), "w", format=muxer, options=OPTIONS) as made,
            ):
                _copy(container, made, packets, part, _kept(container, tracks))
    except (av.FFmpegError, ValueError, OSError, LookupError, Unreadable) as error:
        raise FixFailed(phrase("cannot be cut without encoding: {q}", q=words(error))) from None


def _kept(container: "InputContainer", tracks: "Sequence[int] | None") -> "list[AudioStream]":
    """Select the audio tracks to copy."""
    there = container.streams.audio
    return [there[place] for place in tracks] if tracks is not None else list(there[:1])


def _copy(
    container: "InputContainer", made: "OutputContainer", packets: Packets, part: _Part, tracks: "list[AudioStream]"
) -> None:
    video = video_streams(container)[0]
    copies = {one.index: made.add_stream_from_template(one) for one in (video, *tracks)}
    for copy in copies.values():
        copy.metadata.clear()
    if codec_name(video) == "hevc":
        only_dolby = str(video.codec_context.codec_tag) in DOLBY_TAGS
        copies[video.index].codec_context.codec_tag = DOLBY_TAG if only_dolby else HEVC_TAG
    for packet in _chosen(container, video, tracks, packets, part):
        index = packet.stream.index
        _move(packet, part.begin_s)
        packet.stream = copies[index]
        made.mux(packet)


def _part(container: "InputContainer", video: "VideoStream", packets: Packets) -> _Part:
    """Compute when the chosen frames are shown; raise FixFailed when they are missing."""
    chosen: list[Packet[Any]] = []
    for place, packet in enumerate(p for p in container.demux(video) if p.size):
        if place >= packets.first + packets.count:
            break
        if place >= packets.first:
            chosen.append(packet)
    if len(chosen) < packets.count or any(packet.pts is None for packet in chosen):
        raise FixFailed("its packets are not those that were planned with")
    starts = [_start(packet) for packet in chosen]
    return _Part(min(starts), max(start + _length(p) for start, p in zip(starts, chosen, strict=True)))


def _chosen(
    container: "InputContainer", video: "VideoStream", tracks: "list[AudioStream]", packets: Packets, part: _Part
) -> "Iterator[Packet[Any]]":
    """Yield the chosen frames, and their audio from one packet before the part.

    A decoder needs the packet before to decode the first one; it is not heard.
    """
    place = -1
    before: dict[int, Packet[Any]] = {}
    for packet in container.demux([video, *tracks]):
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
    """Shift a packet's timestamps to the beginning of the part."""
    ticks = round(begin_s / packet.time_base)
    packet.pts = packet.pts - ticks if packet.pts is not None else None
    packet.dts = packet.dts - ticks if packet.dts is not None else None
