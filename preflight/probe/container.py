"""Opening of containers: by an explicit demuxer, from an open file, without decoders.

libav gets no name, so that none can be an option, pattern or protocol; and the format is fixed, so that no content
becomes a playlist.
"""

from contextlib import contextmanager, nullcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from preflight.probe.doubt import HEAD_BYTES as DOUBT_BYTES
from preflight.probe.doubt import Doubt
from preflight.probe.faults import Unreadable
from preflight.probe.remote import remote
from preflight.probe.sniff import mpeg_frame_bytes
from preflight.values.facts import UNKNOWN
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from av.audio.stream import AudioStream
    from av.codec.context import CodecContext
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

NO_PROTOCOLS = {"protocol_whitelist": "none"}
NO_DECODERS = {"codec_whitelist": "none", **NO_PROTOCOLS}
NO_PARSERS = {"fflags": "noparse", **NO_DECODERS}
BUFFER_BYTES = 1 << 16
AAC_FRAME_SAMPLES = 1024
ADTS_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
ADTS_RATE_AT = 3
"""Bytes of an ADTS header up to the sample rate."""
COARSE_S = Fraction(1, 4000)
"""Tick length from which packet durations are too coarse to add: Matroska, FLV and ASF use milliseconds."""
NAMING = {"matroska", "avi"}
"""Demuxers of containers whose header names all streams."""
BRIEF_BYTES = 1 << 17
"""Bytes of samples that libav may look into there; without decoders it would always read 5 MB."""
MAX_PACKETS = 5_000_000
"""A day of audio at 50 packets per second."""


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """Results of walking a stream's packets."""

    packets: int
    """Number of displayed packets, without those hidden by an edit list."""
    duration_s: Fraction | None
    """End of the last packet minus start of the first, as presented; None without timestamps."""
    stored_s: Fraction
    """Sum of all packet durations."""
    played_s: Fraction
    """Stored duration without samples to discard at either end."""
    corrupt: bool
    doubtful: bool = False
    """Whether some packets may be no audio, so that only a decoder can tell."""
    decoded: bool = False
    """Whether the lengths come from a decoder."""


@contextmanager
def opened(
    stream: BinaryIO, demuxer: str, *, parsing: bool = True, indexed: bool = False, brief: bool = False
) -> "Iterator[InputContainer]":
    """Open a container; raise Unreadable where libav cannot.

    Args:
        stream: the file.
        demuxer: libav's name of the format.
        parsing: whether to parse sample headers for what the container leaves open.
        indexed: whether its header describes everything, so that samples of a file elsewhere need not be brought.
        brief: whether of a file elsewhere whose header names its streams few samples are enough.
    """
    import av

    far = remote(stream) if indexed else None

    av.logging.set_level(None)
    options = NO_DECODERS if parsing else NO_PARSERS
    if brief and demuxer in NAMING and remote(stream):
        options = options | {"probesize": str(BRIEF_BYTES)}
    try:
        with far.elided() if far else nullcontext():
            container = av.open(
                stream, "r", format=demuxer, options=options, metadata_errors="replace", buffer_size=BUFFER_BYTES
            )
    except (av.FFmpegError, ValueError, OSError) as error:
        raise Unreadable(phrase("not a whole {w} file: {how}", w=demuxer, how=words(error))) from None
    with container:
        yield container


def to_decode(stream: BinaryIO, demuxer: str, options: "Mapping[str, str] | None" = None) -> "InputContainer":
    """Open a container to decode it; what libav raises is worded by whoever decodes.

    Args:
        stream: the file, at its beginning.
        demuxer: libav's name of the format.
        options: libav's, for its decoders.
    """
    import av

    return av.open(stream, "r", format=demuxer, options={**(options or {}), **NO_PROTOCOLS}, metadata_errors="replace")


def walk(container: "InputContainer", stream: "VideoStream | AudioStream") -> Walk:
    """Walk all packets of a stream without decoding; raise Unreadable where the container breaks off."""
    import av

    codec = codec_name(stream)
    counting = codec == "opus" or (stream.time_base or 0) >= COARSE_S
    tally, doubt = _Tally(codec, counting=counting), Doubt(codec, container.format.name)
    try:
        for packet in container.demux(stream):
            if packet.size and not (doubt.looks and _is_junk(doubt, packet)):
                tally.add(packet)
    except (av.FFmpegError, ValueError, OSError, LookupError) as error:  # LookupError: streams that begin later on
        raise Unreadable(phrase("breaks off after {n} packets: {how}", n=tally.packets, how=words(error))) from None
    whole = Fraction(container.duration, 1_000_000) if container.duration else None
    found = tally.result(stream.time_base or Fraction(1), _rate(stream), whole)
    return msgspec.structs.replace(found, doubtful=doubt.found) if doubt.found else found


def _rate(stream: "VideoStream | AudioStream") -> int:
    """Return the sample rate of audio; 0 for video or if unknown."""
    return int(getattr(stream.codec_context, "sample_rate", 0) or 0) if known_codec(stream) else 0


def codec_name(stream: "VideoStream | AudioStream") -> str:
    """Return the codec's name; libav's may be a decoder's, such as mp3float or libdav1d."""
    context: CodecContext | None = stream.codec_context
    return UNKNOWN if context is None else str(context.codec.canonical_name)


def known_codec(stream: "VideoStream | AudioStream") -> bool:
    """Tell whether libav knows the codec; PyAV has no context otherwise."""
    context: object = stream.codec_context
    return context is not None


class FrameSize(msgspec.Struct, frozen=True):
    """Size of a decoded frame."""

    width_px: int
    height_px: int
    pixel_aspect: Fraction | None


def decoded_size(stream: BinaryIO, demuxer: str, index: int) -> FrameSize:
    """Decode one frame for its size, where the container lacks it (MPEG-4 part 2, H.263).

    Raises:
        Unreadable: no frame can be decoded.
    """
    import av

    try:
        with to_decode(stream, demuxer) as again:
            track = again.streams[index]
            frame = next(again.decode(track))
            if isinstance(frame, av.VideoFrame) and isinstance(track, av.VideoStream):
                return FrameSize(frame.width, frame.height, track.codec_context.sample_aspect_ratio)
    except (av.FFmpegError, ValueError, OSError, StopIteration) as error:
        raise Unreadable(phrase("no picture can be decoded: {how}", how=words(error))) from None
    raise Unreadable("its picture stream holds no pictures")


def _is_junk(doubt: Doubt, packet: "Packet[Any]") -> bool:
    """Tell whether an audio packet begins no frame: libav passes on junk between frames, with a duration."""
    return doubt.is_junk(bytes(memoryview(packet)[:DOUBT_BYTES]), packet.size)


def _adts_ticks(packet: "Packet[Any]") -> int:
    """Return the duration of a raw AAC frame in the stream's time base; 0 for others.

    Source: ISO 13818-7: 1024 samples per frame; 6.2.1, the header with the rate's index.
    """
    head = bytes(memoryview(packet)[:ADTS_RATE_AT])
    if len(head) < ADTS_RATE_AT or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - sync
        return 0
    index = head[2] >> 2 & 15
    return (
        round(Fraction(AAC_FRAME_SAMPLES, ADTS_RATES_HZ[index]) / packet.time_base) if index < len(ADTS_RATES_HZ) else 0
    )


class _Tally:
    """Sums over the packets of a stream, in its time base.

    Args:
        codec: its codec.
        counting: whether to count samples in packets, where the codec tells.
    """

    def __init__(self, codec: str, *, counting: bool) -> None:
        self.packets = 0
        self.first: int | None = None
        self.end: int | None = None
        self.stored = 0
        self.samples: int | None = 0 if counting else None
        self.lead = 0
        """Samples at the start that are not played."""
        self.trail = 0
        self.shortened = 0
        """Samples at the end already missing from packet durations."""
        self.corrupt = False
        self._codec = codec
        self._longest = 0
        self._latest: int | None = None
        self._step = 0
        self._first_ticks = 0

    def add(self, packet: "Packet[Any]") -> None:
        if self.packets >= MAX_PACKETS:
            raise Unreadable(phrase("more than {n} packets", n=f"{MAX_PACKETS:,}"))
        duration = packet.duration or _adts_ticks(packet)
        self.stored += duration
        self.corrupt |= packet.is_corrupt
        self._skip(packet, duration)
        self._longest = max(self._longest, duration)
        self._first_ticks = self._first_ticks if self.packets else duration
        if self.samples is not None:
            told = samples_of(self._codec, packet)
            self.samples = self.samples + told if told else None
        if packet.is_discard:
            return
        self.packets += 1
        start = packet.pts if packet.pts is not None else packet.dts
        if start is not None:
            self._note_time(start, duration)

    def _note_time(self, start: int, duration: int) -> None:
        """Note a packet's time; without a duration it gets that of the previous one."""
        self.first = start if self.first is None else min(self.first, start)
        if self._latest is not None and start > self._latest:
            self._step = start - self._latest
        self._latest = start
        self.end = start + duration if self.end is None else max(self.end, start + duration)

    def _skip(self, packet: "Packet[Any]", duration: int) -> None:
        """Count samples to discard at either end of a packet.

        Ogg and Matroska shorten the last packet's duration, and state the discarded samples too.
        """
        for side in packet.iter_sidedata():
            if "skip" not in str(side.data_type):
                continue
            begin, end = (int.from_bytes(bytes(side)[at : at + 4], "little") for at in (0, 4))
            self.lead += begin
            self.trail += end
            ticks = Fraction(end, packet.stream.codec_context.sample_rate or 1) / packet.time_base if end else 0
            if 0 < duration <= self._longest - ticks + 1:
                self.shortened += end

    def result(self, time_base: Fraction, rate: int, whole_s: Fraction | None) -> Walk:
        """Return the result; `whole_s` is the container's duration."""
        span = None if self.first is None or self.end is None else (self.end - self.first) * time_base
        counted = bool(self.samples and rate) and (time_base >= COARSE_S or self.shortened > 0)
        stored = Fraction(self.samples or 0, rate) if counted else self._stored_s(time_base, whole_s)
        skipped = self._leading_samples(time_base, rate) + self.trail - (0 if counted else self.shortened)
        played = max(stored - Fraction(skipped, rate or 1), Fraction(0))
        if time_base >= COARSE_S and not counted:
            played = round(played / time_base) * time_base
        return Walk(packets=self.packets, duration_s=span, stored_s=stored, played_s=played, corrupt=self.corrupt)

    def _leading_samples(self, time_base: Fraction, rate: int) -> int:
        """Return samples before the start: the stated ones, or those before time 0 in Ogg.

        A decoder skips the first Vorbis packet. Source: Vorbis I, 4.3.8.
        """
        if self._codec != "vorbis" or self.lead:
            return self.lead
        return round(max(self._first_ticks, -(self.first or 0)) * time_base * rate)

    def _stored_s(self, time_base: Fraction, whole_s: Fraction | None) -> Fraction:
        """Return the packets' total duration, by timestamps where durations are too coarse."""
        if time_base < COARSE_S or self.first is None or self.end is None or self._latest is None:
            return self.stored * time_base
        if self.end > self._latest:
            return (self.end - self.first) * time_base
        most = (self._latest + self._step) * time_base
        end = whole_s if whole_s and self._latest * time_base < whole_s < most else most
        return end - self.first * time_base


def samples_of(codec: str, packet: "Packet[Any]") -> int | None:
    """Return the samples in a packet of Opus, FLAC or MPEG audio at its own rate; None for others.

    Sources: RFC 6716, 3.1 and 3.2; RFC 9639, 9.1.1; ISO 11172-3, 2.4.1.3.
    """
    count = SAMPLES_OF.get(codec)
    return count(bytes(memoryview(packet)[:MOST_HEAD_BYTES])) if count else None


def _opus_samples(head: bytes) -> int | None:
    """Count at 48 kHz, Opus's only rate."""
    config, frames = head[0] >> 3, (1, 2, 2, head[1] & 63 if len(head) > 1 else 0)[head[0] & 3]
    if config < 12:  # noqa: PLR2004 - SILK
        return frames * (480, 960, 1920, 2880)[config & 3]
    return frames * (480, 960)[config & 1] if config < 16 else frames * 120 << (config & 3)  # noqa: PLR2004 - hybrid


def _flac_samples(head: bytes) -> int | None:
    """Read a FLAC frame's block size."""
    if len(head) < MOST_HEAD_BYTES or head[0] != 0xFF or head[1] & 0xFE != 0xF8:  # noqa: PLR2004 - sync
        return None
    code = head[2] >> 4
    if code in (6, 7):
        at = 4 + max(8 - (~head[4] & 0xFF).bit_length(), 1)  # after a number coded like UTF-8
        return int.from_bytes(head[at : at + code - 5], "big") + 1
    if code < 2:  # noqa: PLR2004 - 0 is reserved
        return 192 if code else None
    return 576 << code - 2 if code < 8 else 256 << code - 8  # noqa: PLR2004 - RFC 9639, table 1


def _mpeg_samples(head: bytes) -> int | None:
    """Count by layer, and for layer III by version."""
    if not mpeg_frame_bytes(head[:4]):
        return None
    layer = 4 - (head[1] >> 1 & 3)
    half = layer == 3 and head[1] >> 3 & 3 != 3  # noqa: PLR2004 - MPEG-1 is 3
    return 384 if layer == 1 else 576 if half else 1152


SAMPLES_OF = {
    "opus": _opus_samples,
    "flac": _flac_samples,
    "mp1": _mpeg_samples,
    "mp2": _mpeg_samples,
    "mp3": _mpeg_samples,
}
MOST_HEAD_BYTES = 16
"""Bytes up to a FLAC frame's block size."""


def words(error: Exception) -> str:
    """Return libav's message, without its error number."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__
