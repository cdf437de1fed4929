"""Depth full: decode every frame and sample, and locate damage.

In: an open container. Out: nothing, or `Unreadable` with the time of the first damaged packet, or `Unmeasured` where
frames have several sizes.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.access_points import changed, moment, reshaped, time_of
from preflight.probe.channels import unlist
from preflight.probe.container import known_codec, to_decode, words
from preflight.probe.faults import Unreadable
from preflight.values.facts import VideoFacts
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.container import InputContainer
    from av.frame import Frame
    from av.packet import Packet
    from av.stream import Stream

ENOUGH = Fraction(9, 10)
"""Part of the promised frames that must be decoded: decoders hold a few back around cuts."""
DAMAGED = {
    "video": "video is damaged from {when} on: {how}",
    "audio": "audio is damaged from {when} on: {how}",
}
"""Type of a stream → words for damage in it."""
STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Make libav's decoders report damage instead of concealing it."""


def refuse_damage(stream: BinaryIO, demuxer: str, clip: VideoFacts | None = None) -> None:
    """Decode video and audio to the end.

    Args:
        stream: the file.
        demuxer: libav's name of the format.
        clip: the facts of a clip: number and size of frames.

    Raises:
        Unreadable: something cannot be decoded, with its time, or frames are missing.
        Unmeasured: the frame size changes, or differs from the facts.
    """
    import av

    decoded_frames, frames = 0, clip.frames if clip else None
    aspect: Fraction | None = None
    size = (clip.coded_width_px, clip.coded_height_px) if clip else None
    fields = (clip.coded_width_px, clip.coded_height_px // 2) if clip and clip.fields else None
    try:
        with to_decode(stream, demuxer, STRICT) as container:
            unlist(container, stream, demuxer)
            streams = _media(container)
            for video in container.streams.video:
                video.thread_type = "NONE"  # by slices, libav's VP9 decoder takes what is damaged for whole
            for packet in container.demux(streams):
                decoded = _decode(packet)
                if packet.stream is streams[0]:
                    decoded_frames += len(decoded)
                    size = _one_size(size, [frame for frame in decoded if _size(frame) != fields], packet)
                    aspect = _one_aspect(aspect, packet) if decoded else aspect
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(phrase("cannot be decoded: {how}", how=words(error))) from None
    if frames and decoded_frames < frames * ENOUGH:
        raise Unreadable(phrase("only {n1} of its {n2} pictures can be decoded", n1=decoded_frames, n2=frames))


def _media(container: "InputContainer") -> "list[Stream]":
    """Return the video streams without cover art, and the audio streams."""
    from av.stream import Disposition

    videos = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return [*videos, *(audio for audio in container.streams.audio if known_codec(audio))]


def _one_size(
    size: tuple[int, int] | None, frames: "Sequence[Frame]", packet: "Packet[Stream]"
) -> tuple[int, int] | None:
    """Find the frame size so far, as stored; refuse a second one."""
    for frame in frames:
        now = _size(frame)
        if size is not None and now is not None and now != size:
            raise changed(size, now, time_of(packet))
        size = now or size
    return size


def _one_aspect(aspect: Fraction | None, packet: "Packet[Stream]") -> Fraction | None:
    """Return the sample aspect ratio so far, by the codec; refuse a second one."""
    import av

    context = packet.stream.codec_context
    now = context.sample_aspect_ratio if isinstance(context, av.VideoCodecContext) else None
    if aspect and now and now != aspect:
        raise reshaped(aspect, now, time_of(packet))
    return now or aspect


def _size(frame: "Frame") -> tuple[int, int] | None:
    """Return a frame's width and height."""
    import av

    return (frame.width, frame.height) if isinstance(frame, av.VideoFrame) else None


def _decode(packet: "Packet[Stream]") -> "Sequence[Frame]":
    """Decode a packet to frames."""
    import av

    kind = packet.stream.type
    try:
        frames = packet.decode()
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(phrase(DAMAGED[kind], when=moment(time_of(packet)), how=words(error))) from None
    if any(isinstance(frame, av.VideoFrame | av.AudioFrame) and frame.is_corrupt for frame in frames):
        raise Unreadable(phrase(DAMAGED[kind], when=moment(time_of(packet)), how="a frame is incomplete"))
    return [frame for frame in frames if isinstance(frame, av.VideoFrame | av.AudioFrame)]
