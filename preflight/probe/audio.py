"""Audio files: an open file in, `AudioFacts` out, by PyAV's packets and mutagen's headers.

Played and stored duration of an MP3 differ by the encoder's padding. Both are facts, and both are judged.
"""

import re
from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.audio_tags import audio_fields
from preflight.probe.channels import channels_of
from preflight.probe.container import Walk, codec_name, known_codec, opened, walk
from preflight.probe.faults import Unreadable
from preflight.probe.location import tells_place
from preflight.probe.mpeg_audio import frames_in, of_frames
from preflight.probe.pcm import pcm_facts
from preflight.probe.played import played_s
from preflight.probe.sniff import Sniffed
from preflight.probe.wave import SHARE, read_wave, refuse_cut
from preflight.probe.wave import TOLERATED_S as MISSED_S
from preflight.values.facts import AudioFacts, SampleType
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

PCM = re.compile(r"pcm_([suf])(\d+)(?:be|le)?(?:_planar)?")
"""libav's names of PCM: signed, unsigned or float, and bits."""
TOLERATED_S = Fraction(1, 100)
FLAC_DEPTH_AT, ALAC_DEPTH_AT = 12, 17
"""Offset of bits per sample in STREAMINFO, and in Apple's cookie with its box: RFC 9639, 8.2; ALAC, "alac"."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """An MP3's header, read without libav."""

    claimed_s: Fraction | None = None
    """Claimed duration, or None."""
    likely_s: Fraction | None = None
    """Claimed duration, or else bytes over bit rate."""
    codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None


def probe_audio(stream: BinaryIO, size: int, sniffed: Sniffed, *, measure: bool) -> AudioFacts:
    """Measure an audio file.

    Raises:
        Unreadable: the container is broken, truncated, or without audio.
    """
    found = _measured(stream, size, sniffed, measure=measure)
    if found.location or not tells_place(audio_fields(stream, size, sniffed)):
        return found
    return msgspec.structs.replace(found, location=True)


def _measured(stream: BinaryIO, size: int, sniffed: Sniffed, *, measure: bool) -> AudioFacts:
    wave = read_wave(stream, size) if sniffed.format == "wav" else None
    if wave and wave.layout:
        return pcm_facts(stream, wave, size, measure=measure)
    if wave:
        refuse_cut(wave)
    header = _mp3_header(stream) if sniffed.format == "mp3" else Header()
    if not measure and header.likely_s and header.codec:
        return _believed(header, sniffed, size)
    frames = frames_in(stream, size) if measure and sniffed.opener == "mp3" else None
    source = of_frames(stream, frames) if frames else _from_start(stream)
    with opened(source, sniffed.opener) as container:
        if not container.streams.audio:
            raise Unreadable("holds no sound" if len(container.streams) else "holds no frames")
        audio = container.streams.audio[0]
        if not known_codec(audio):
            raise Unreadable("its sound is in a codec that is not known here")
        channels = wave.channels if wave else channels_of(stream, size, sniffed, audio)
        walked = walk(container, audio) if measure else _claim(container, audio, header.claimed_s)
        if measure and not walked.packets:
            raise Unreadable("holds no samples")
        coded = wave is not None or (frames is not None and (frames.junk or not frames.alike))
        if measure and (coded or walked.doubtful or _is_interrupted(audio, sniffed, walked)):
            walked = _decoded(source, sniffed, walked)
        if measure:
            _refuse_cut(_told_s(audio, sniffed), walked.stored_s)
        found = _facts(audio, sniffed, size, header.claimed_s, walked)
        stands_in = wave.claimed_bytes if wave and wave.streaming else None
        return msgspec.structs.replace(
            found,
            channels=channels,
            header_placeholder=stands_in,
            obstacle=wave.obstacle if wave else None,
            location=tells_place((*container.metadata.items(), *audio.metadata.items())),
        )


def _is_interrupted(audio: "AudioStream", sniffed: Sniffed, walked: Walk) -> bool:
    """Tell whether a FLAC's packets differ from the length in its header, as in an incomplete file."""
    told = _told_s(audio, sniffed) if sniffed.opener == "flac" else None
    return told is not None and abs(told - walked.stored_s) > TOLERATED_S


def _told_s(audio: "AudioStream", sniffed: Sniffed) -> Fraction | None:
    """Return the length by a FLAC's or AIFF's own header, which counts samples; None without one."""
    counts = sniffed.opener == "flac" or (sniffed.opener == "aiff" and codec_name(audio).startswith("pcm_"))
    return audio.duration * (audio.time_base or Fraction(1)) if counts and audio.duration else None


def _refuse_cut(told_s: Fraction | None, there_s: Fraction) -> None:
    """Raise Unreadable when fewer samples are there than counted; a count beyond all measure stands for none."""
    if told_s is not None and told_s - there_s > MISSED_S and told_s < there_s * SHARE:
        seconds = {"n1": f"{float(told_s):.2f}", "n2": f"{float(there_s):.2f}"}
        raise Unreadable(
            phrase("cut short: {how}", how=phrase("the header promises {n1} s, {n2} s are there", **seconds))
        )


def _decoded(stream: BinaryIO, sniffed: Sniffed, walked: Walk) -> Walk:
    """Replace the packets' length by that of a decoder."""
    played = played_s(stream, sniffed.opener)
    stored = played + max(walked.stored_s - walked.played_s, Fraction(0)) if walked.stored_s else played
    return msgspec.structs.replace(walked, duration_s=played, played_s=played, stored_s=stored, decoded=True)


def _from_start(stream: BinaryIO) -> BinaryIO:
    stream.seek(0)
    return stream


def _believed(header: Header, sniffed: Sniffed, size: int) -> AudioFacts:
    sample_type, bit_depth = stored_as(header.codec or "", lossy=header.codec == "mp3", record=b"")
    return AudioFacts(
        format=sniffed.format,
        bytes=size,
        duration_s=header.likely_s,
        stored_duration_s=header.likely_s,
        header_duration_s=header.claimed_s,
        codec=header.codec,
        sample_rate_hz=header.sample_rate_hz,
        channels=header.channels,
        sample_type=sample_type,
        bit_depth=bit_depth,
        measured_by=dict.fromkeys(("duration_s", "stored_duration_s", "header_duration_s"), "header")
        | {"format": "first bytes", "bytes": "file system"},
    )


def _claim(container: "InputContainer", audio: "AudioStream", header: Fraction | None) -> Walk:
    """Use the header's length, or libav's estimate."""
    base = audio.time_base or Fraction(1)
    claimed = header or (audio.duration * base if audio.duration else None)
    claimed = claimed or (Fraction(container.duration, 1_000_000) if container.duration else None)
    length = claimed or Fraction(0)
    return Walk(packets=0, duration_s=claimed, stored_s=length, played_s=length, corrupt=False)


def _facts(audio: "AudioStream", sniffed: Sniffed, size: int, header: Fraction | None, walked: Walk) -> AudioFacts:
    rate = audio.codec_context.sample_rate or 0
    stored = walked.stored_s or walked.duration_s
    played = walked.played_s if walked.stored_s else stored
    how = "PyAV, every packet" if walked.packets else "header"
    how = "PyAV, decoded" if walked.decoded else how
    codec, record = audio.codec_context.codec, bytes(audio.codec_context.extradata or b"")
    sample_type, bit_depth = stored_as(codec_name(audio), lossy=codec.lossy and not codec.lossless, record=record)
    return AudioFacts(
        format=sniffed.format,
        bytes=size,
        duration_s=played,
        stored_duration_s=stored,
        header_duration_s=header,
        codec=codec_name(audio),
        sample_rate_hz=rate or None,
        sample_type=sample_type,
        bit_depth=bit_depth,
        measured_by={
            "duration_s": how + (", less declared priming and padding" if played != stored else ""),
            "stored_duration_s": how,
            "header_duration_s": "mutagen, header",
            "format": "first bytes",
            "bytes": "file system",
        },
    )


def stored_as(codec: str, *, lossy: bool, record: bytes) -> tuple[SampleType | None, int | None]:
    """Return type and bits of the stored samples, without a decoder.

    Args:
        codec: its name in libav.
        lossy: whether decoding restores the samples only approximately.
        record: the codec's configuration.
    """
    if plain := PCM.fullmatch(codec):
        return "float" if plain[1] == "f" else "integer", int(plain[2])
    if lossy:
        return "coded", None
    depth = {"flac": _flac_depth, "alac": _alac_depth}.get(codec, lambda _: None)(record)
    return ("integer", depth) if depth else (None, None)


def _flac_depth(record: bytes) -> int | None:
    """Read bits per sample, stored in five bits less one."""
    here = record[FLAC_DEPTH_AT : FLAC_DEPTH_AT + 2]
    return (int.from_bytes(here, "big") >> 4 & 31) + 1 if len(here) == 2 else None  # noqa: PLR2004 - they lie in two bytes


def _alac_depth(record: bytes) -> int | None:
    return record[ALAC_DEPTH_AT] if record[4:8] == b"alac" and len(record) > ALAC_DEPTH_AT else None


def _mp3_header(stream: BinaryIO) -> Header:
    """Read a Xing, Info or VBRI header; without one, tools estimate from the first frame's bit rate."""
    from mutagen import MutagenError
    from mutagen.mp3 import BitrateMode, MPEGInfo

    stream.seek(0)
    try:
        info = MPEGInfo(stream)
    except (MutagenError, ValueError, ArithmeticError, LookupError, OSError):
        return Header()
    likely = Fraction(info.length).limit_denominator(1_000_000)
    return Header(
        claimed_s=likely if info.bitrate_mode != BitrateMode.UNKNOWN or info.encoder_info else None,
        likely_s=None if info.sketchy else likely,
        codec="mp3",
        sample_rate_hz=info.sample_rate,
        channels=info.channels,
    )
