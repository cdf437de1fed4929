"""Audio tracks of a clip: an open container in, `AudioTrack` values out, without decoding."""

from typing import TYPE_CHECKING, Any

from preflight.probe.container import codec_name, known_codec
from preflight.values.facts import AudioTrack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

DEFAULT = 1
"""libav's flag of the default stream."""
PCM_BYTES = {"u8": 1, "s8": 1, "s16": 2, "s24": 3, "s32": 4, "f32": 4}
"""Bytes per sample, by the end of a PCM codec's name without byte order."""


def audio_tracks(container: "InputContainer", *, indexed: bool, measure: bool) -> tuple[AudioTrack, ...]:
    """Return the audio tracks in file order.

    Args:
        container: the clip; its position changes if packets are read.
        indexed: whether its index lists every packet.
        measure: whether to read packets.
    """
    streams = container.streams.audio
    firsts = [_first(container, stream, indexed=indexed) if measure else None for stream in streams]
    told = len(streams) > 1
    return tuple(
        AudioTrack(
            place=place,
            codec=codec_name(stream),
            channels=_pcm_channels(first) if told and first else None,
            sample_rate_hz=stream.codec_context.sample_rate or None if known_codec(stream) else None,
            default=_is_default(stream),
            empty=measure and first is None and _is_empty(stream, indexed=indexed),
        )
        for place, (stream, first) in enumerate(zip(streams, firsts, strict=True))
    )


def heard(tracks: "Sequence[AudioTrack]") -> AudioTrack | None:
    """Select the track that players play: the first default one with samples, else the first with samples.

    Tracks with a decoder come first.
    """
    held = [track for track in tracks if not track.empty]
    return min(held, key=lambda track: (not track.known, not track.default, track.place), default=None)


def _first(container: "InputContainer", stream: "AudioStream", *, indexed: bool) -> "Packet[Any] | None":
    """Return a stream's first packet; None without one, or where the codec's name is enough."""
    import av

    if not known_codec(stream) or (indexed and not codec_name(stream).startswith("pcm_")):
        return None
    try:
        container.seek(0)
        return next((packet for packet in container.demux(stream) if packet.size), None)
    except (av.FFmpegError, ValueError, OSError, LookupError):
        return None


def _is_empty(stream: "AudioStream", *, indexed: bool) -> bool:
    """Tell whether a stream without a packet is empty."""
    return not len(stream.index_entries) if indexed else known_codec(stream)


def _pcm_channels(packet: "Packet[Any]") -> int | None:
    """Return the channels of a PCM packet; PyAV's own count crashes at eight."""
    stream = packet.stream
    name = codec_name(stream).removeprefix("pcm_").removesuffix("le").removesuffix("be")
    width, rate = PCM_BYTES.get(name), stream.codec_context.sample_rate
    if not width or not rate or not packet.duration or packet.time_base is None:
        return None
    frames = packet.duration * packet.time_base * rate
    return round(packet.size / (width * frames)) or None


def _is_default(stream: "AudioStream") -> bool:
    return bool(stream.disposition.value & DEFAULT)
