"""The one way in which a container is opened: by an explicit demuxer, from an open file, with every decoder shut out.

libav never sees a name, so no name can be an option, a pattern or a protocol; and it is told the format, so no
content can make it a playlist that reads other files.
"""

from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from preflight.facts import UNKNOWN
from preflight.probe.faults import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

NO_PROTOCOLS = {"protocol_whitelist": "none"}
NO_DECODERS = {"codec_whitelist": "none", **NO_PROTOCOLS}
BUFFER_BYTES = 1 << 16
AAC_FRAME_SAMPLES = 1024
ADTS_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
ADTS_RATE_AT = 3
"""Bytes of an ADTS header up to and with the rate."""
MPEG_SOUND = {"mp1", "mp2", "mp3"}
MAX_PACKETS = 5_000_000
"""A day of sound at 50 packets a second; more is an attack."""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """What walking a stream's packets told."""

    packets: int
    """Packets that are presented: those an edit list hides are not counted."""
    duration_s: Fraction | None
    """End of the last packet minus start of the first, as presented; None without timestamps."""
    stored_s: Fraction
    """All packets' durations together."""
    skipped_samples: int
    """Samples that the container tells a decoder to throw away at either end."""
    corrupt: bool


@contextmanager
def opened(stream: BinaryIO, demuxer: str) -> "Iterator[InputContainer]":
    """Open a container; raise Unreadable for what libav cannot make sense of."""
    import av

    av.logging.set_level(None)
    try:
        container = av.open(
            stream, "r", format=demuxer, options=NO_DECODERS, metadata_errors="replace", buffer_size=BUFFER_BYTES
        )
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(f"not a whole {demuxer} file: {words(error)}") from None
    with container:
        yield container


def walk(container: "InputContainer", stream: "VideoStream | AudioStream") -> Walk:
    """Walk every packet of a stream without decoding; raise Unreadable where the container breaks off."""
    import av

    tally, synced = _Tally(), codec_name(stream) in MPEG_SOUND
    try:
        for packet in container.demux(stream):
            if packet.size and not (synced and _is_junk(packet)):
                tally.add(packet)
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:  # LookupError: streams that begin later on
        raise Unreadable(f"breaks off after {tally.packets} packets: {words(error)}") from None
    return tally.result(stream.time_base or Fraction(1))


def codec_name(stream: "VideoStream | AudioStream") -> str:
    """Return the codec's own name: libav's is the decoder's, such as mp3float or libdav1d."""
    return str(stream.codec_context.codec.canonical_name) if known_codec(stream) else UNKNOWN


def known_codec(stream: "VideoStream | AudioStream") -> bool:
    """Tell whether libav knows the codec at all; PyAV gives no context for one that it does not."""
    context: object = stream.codec_context
    return context is not None


class Picture(msgspec.Struct, frozen=True):
    """What a decoded frame shows of its size."""

    width_px: int
    height_px: int
    pixel_aspect: Fraction | None


def first_picture(stream: BinaryIO, demuxer: str, index: int) -> Picture:
    """Decode one frame for its size: some containers (MPEG-4 part 2, H.263) leave it to the codec.

    Raises:
        Unreadable: no frame can be decoded.
    """
    import av

    try:
        with av.open(stream, "r", format=demuxer, options=NO_PROTOCOLS, metadata_errors="replace") as again:
            track = again.streams[index]
            frame = next(again.decode(track))
            if isinstance(frame, av.VideoFrame) and isinstance(track, av.VideoStream):
                return Picture(frame.width, frame.height, track.codec_context.sample_aspect_ratio)
    except (av.FFmpegError, ValueError, OSError, StopIteration) as error:
        raise Unreadable(f"no picture can be decoded: {words(error)}") from None
    raise Unreadable("its picture stream holds no pictures")


def _is_junk(packet: "Packet[Any]") -> bool:
    """Tell whether a packet of MPEG sound begins no frame: libav hands on what lies between frames, with a length."""
    head = bytes(memoryview(packet)[:2])
    return len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0  # noqa: PLR2004 - sync word


def _adts_ticks(packet: "Packet[Any]") -> int:
    """Return the length of a raw AAC frame, which tells only its rate, in the stream's time base; 0 for others.

    Source: ISO 13818-7: 1024 samples a frame; 6.2.1, the header with the rate's index.
    """
    head = bytes(memoryview(packet)[:ADTS_RATE_AT])
    if len(head) < ADTS_RATE_AT or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - sync
        return 0
    index = head[2] >> 2 & 15
    return (
        round(Fraction(AAC_FRAME_SAMPLES, ADTS_RATES_HZ[index]) / packet.time_base) if index < len(ADTS_RATES_HZ) else 0
    )


class _Tally:
    """Sums over the packets of one stream, in its own time base."""

    def __init__(self) -> None:
        self.packets = 0
        self.first: int | None = None
        self.end: int | None = None
        self.stored = 0
        self.skipped = 0
        self.corrupt = False

    def add(self, packet: "Packet[Any]") -> None:
        if self.packets >= MAX_PACKETS:
            raise Unreadable(f"more than {MAX_PACKETS:,} packets")
        duration = packet.duration or _adts_ticks(packet)
        self.stored += duration
        self.corrupt |= packet.is_corrupt
        self.skipped += sum(_skipped(bytes(side)) for side in packet.iter_sidedata() if "skip" in str(side.data_type))
        if packet.is_discard:
            return
        self.packets += 1
        start = packet.pts if packet.pts is not None else packet.dts
        if start is not None:
            self.first = start if self.first is None else min(self.first, start)
            self.end = start + duration if self.end is None else max(self.end, start + duration)

    def result(self, time_base: Fraction) -> Walk:
        span = None if self.first is None or self.end is None else (self.end - self.first) * time_base
        return Walk(
            packets=self.packets,
            duration_s=span,
            stored_s=self.stored * time_base,
            skipped_samples=self.skipped,
            corrupt=self.corrupt,
        )


def _skipped(side: bytes) -> int:
    """Return the samples to drop that a `skip_samples` record names: start and end, 32-bit little-endian."""
    return int.from_bytes(side[:4], "little") + int.from_bytes(side[4:8], "little")


def words(error: Exception) -> str:
    """Return what libav said, without its error number."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
