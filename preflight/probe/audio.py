"""Sounds: an open file in, `AudioFacts` out, by PyAV's packets and mutagen's reading of the header.

What is played and what is stored differ in an MP3: an encoder pads at both ends. Both are facts, and both are judged.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.facts import AudioFacts
from preflight.probe.container import Walk, codec_name, known_codec, opened, walk
from preflight.probe.faults import Unreadable
from preflight.probe.sniff import Sniffed
from preflight.probe.wave import read_wave, refuse_cut

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the header of a WAV or MP3 says, without libav."""

    claimed_s: Fraction | None = None
    """The length it claims; None when it claims none."""
    likely_s: Fraction | None = None
    """The claim, or else what the bytes at its rate make."""
    codec: str | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None


def probe_audio(stream: BinaryIO, size: int, sniffed: Sniffed, *, measure: bool) -> AudioFacts:
    """Measure a sound.

    Raises:
        Unreadable: the container is broken, cut short, or holds no sound.
    """
    header = _read_header(stream, size, sniffed)
    if not measure and header.likely_s and header.codec:
        return _believed(header, sniffed, size)
    stream.seek(0)
    with opened(stream, sniffed.opener) as container:
        if not container.streams.audio:
            raise Unreadable("holds no sound")
        sound = container.streams.audio[0]
        if not known_codec(sound):
            raise Unreadable("its sound is in a codec that is not known here")
        if not measure:
            return _facts(sound, sniffed, size, header.claimed_s, _claim(container, sound, header.claimed_s))
        walked = walk(container, sound)
        if not walked.packets:
            raise Unreadable("holds no samples")
        return _facts(sound, sniffed, size, header.claimed_s, walked)


def _believed(header: Header, sniffed: Sniffed, size: int) -> AudioFacts:
    return AudioFacts(
        format=sniffed.format,
        bytes=size,
        duration_s=header.likely_s,
        stored_duration_s=header.likely_s,
        header_duration_s=header.claimed_s,
        codec=header.codec,
        sample_rate_hz=header.sample_rate_hz,
        channels=header.channels,
        measured_by=dict.fromkeys(("duration_s", "stored_duration_s", "header_duration_s"), "header")
        | {"format": "first bytes", "bytes": "file system"},
    )


def _claim(container: "InputContainer", sound: "AudioStream", header: Fraction | None) -> Walk:
    """Believe the header, or else what libav estimates from it."""
    base = sound.time_base or Fraction(1)
    claimed = header or (sound.duration * base if sound.duration else None)
    claimed = claimed or (Fraction(container.duration, 1_000_000) if container.duration else None)
    return Walk(packets=0, duration_s=claimed, stored_s=claimed or Fraction(0), skipped_samples=0, corrupt=False)


def _facts(sound: "AudioStream", sniffed: Sniffed, size: int, header: Fraction | None, walked: Walk) -> AudioFacts:
    rate = sound.codec_context.sample_rate or 0
    skipped = Fraction(walked.skipped_samples, rate) if rate else Fraction(0)
    stored = walked.stored_s or walked.duration_s
    how = "PyAV, every packet" if walked.packets else "header"
    return AudioFacts(
        format=sniffed.format,
        bytes=size,
        duration_s=max(stored - skipped, Fraction(0)) if stored is not None else None,
        stored_duration_s=stored,
        header_duration_s=header,
        codec=codec_name(sound),
        sample_rate_hz=rate or None,
        channels=sound.codec_context.channels or None,
        measured_by={
            "duration_s": how + (", less declared priming and padding" if skipped else ""),
            "stored_duration_s": how,
            "header_duration_s": "mutagen, header",
            "format": "first bytes",
            "bytes": "file system",
        },
    )


def _read_header(stream: BinaryIO, size: int, sniffed: Sniffed) -> Header:
    """Read the header of a WAV or MP3; of other formats libav tells all there is."""
    if sniffed.format == "wav":
        return _wave_header(stream, size)
    return _mp3_header(stream) if sniffed.format == "mp3" else Header()


def _wave_header(stream: BinaryIO, size: int) -> Header:
    wave = read_wave(stream, size)
    if wave is None or wave.layout is None:
        return Header()
    refuse_cut(wave)
    claimed, layout = wave.claimed_s(), wave.layout
    return Header(
        claimed_s=claimed,
        likely_s=claimed or wave.present_s(),
        codec=layout.codec,
        sample_rate_hz=layout.sample_rate_hz,
        channels=layout.channels,
    )


def _mp3_header(stream: BinaryIO) -> Header:
    """Read a Xing, Info or VBRI header; without one, what tools print is a guess from the first frame's bit rate."""
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
