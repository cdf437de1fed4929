"""Channel count of audio, without PyAV's channel layouts.

PyAV 18.1 frees a layout's channel list twice: reading `.layout` or `.channels`, and decoding, abort the program where
the demuxer made its own list, as those of MOV and AIFF do for unusual orders, mostly of eight channels and more.
"""

import os
import re
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from preflight.probe.boxes import top_tracks
from preflight.probe.sniff import Sniffed

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

LISTING = {"mov", "aiff"}
"""Demuxers that may make channel lists; others only count channels or name a usual layout."""
AS_LISTED = re.compile(r"pcm_|alac|flac")
"""Codecs whose decoders keep the container's list."""
AUDIO_HANDLER = re.compile(rb"hdlr.{8}soun", re.DOTALL)
AAC_CHANNELS = (0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8)
"""channelConfiguration → channels, ISO 14496-3, table 1.19; 0 for a program config element."""
MAX_CHUNKS = 1000
MOST_CHANNELS = 1024


def channels_of(stream: BinaryIO, size: int, sniffed: Sniffed, audio: "AudioStream") -> int | None:
    """Return the channel count of a file's first audio track, or None.

    Args:
        stream: the file; its position is kept.
        size: in bytes.
        sniffed: its format.
        audio: the audio stream.
    """
    if sniffed.opener not in LISTING:
        return audio.codec_context.channels or None
    codec = str(audio.codec_context.codec.canonical_name)
    found = _recorded(codec, bytes(audio.codec_context.extradata or b""))
    found = found or next(iter(_container_channels(stream, size, sniffed.opener)), None)
    return found if found and 0 < found <= MOST_CHANNELS else None


def unlist(container: "InputContainer", stream: BinaryIO, demuxer: str) -> None:
    """Replace channel lists by counts, so that audio can be decoded.

    Args:
        container: the opened file, before decoding.
        stream: the file; its position is kept.
        demuxer: libav's name of the format.
    """
    if demuxer not in LISTING:
        return
    place = stream.tell()
    size = stream.seek(0, os.SEEK_END)
    stream.seek(place)
    for audio, count in zip(container.streams.audio, _container_channels(stream, size, demuxer), strict=False):
        known: object = audio.codec_context
        if known is not None and AS_LISTED.match(audio.codec_context.codec.canonical_name) and count > 0:
            audio.codec_context.layout = f"{min(count, MOST_CHANNELS)} channels"


def _container_channels(stream: BinaryIO, size: int, demuxer: str) -> list[int]:
    """Return the channel count of each audio track by the container."""
    place = stream.tell()
    told = _aiff(stream) if demuxer == "aiff" else _entries(stream, size)
    found = list(told)
    stream.seek(place)
    return found


def _recorded(codec: str, record: bytes) -> int | None:
    """Read the channel count of a codec configuration.

    Sources: ISO 14496-3, 1.6.2.1; RFC 7845, 5.1; RFC 9639, 8.2; ALAC, "alac".
    """
    if codec == "aac" and len(record) > 1:
        config = int.from_bytes(record[:2], "big") >> 3 & 15
        plain = record[0] >> 3 != 31 and (int.from_bytes(record[:2], "big") >> 7 & 15) != 15  # noqa: PLR2004 - escapes
        return AAC_CHANNELS[config] or None if plain and config < len(AAC_CHANNELS) else None
    at, shift = {"opus": (9, 0), "flac": (12, 1), "alac": (21, 0)}.get(codec, (len(record), 0))
    if at >= len(record):
        return None
    return (record[at] >> shift & 7) + 1 if codec == "flac" else record[at]


def _aiff(stream: BinaryIO) -> Iterator[int]:
    """Read an AIFF's COMM chunk."""
    stream.seek(12)
    for _ in range(MAX_CHUNKS):
        head = stream.read(10)
        if len(head) < 10:  # noqa: PLR2004 - name, length and the first field
            return
        name, length, count = struct.unpack(">4sIh", head)
        if name == b"COMM":
            yield int(count)
            return
        stream.seek(length + length % 2 - 2, os.SEEK_CUR)


def _entries(stream: BinaryIO, size: int) -> Iterator[int]:
    """Read the sample entry of each audio track of an MP4 or MOV; 0 if unknown.

    Sources: ISO 14496-12, 12.2.3; QuickTime File Format, "Sound Sample Description (Version 2)".
    """
    for track in top_tracks(stream, size):
        if not AUDIO_HANDLER.search(track):
            continue
        at = track.find(b"stsd") + 12
        if at < 12 or len(track) < at + 52:  # noqa: PLR2004 - as far as version 2 tells
            yield 0
            continue
        version, count = struct.unpack_from(">H6xH", track, at + 16)
        yield int(struct.unpack_from(">I", track, at + 48)[0] if version == 2 else count)  # noqa: PLR2004 - QuickTime's
