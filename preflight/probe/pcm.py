"""WAV with PCM: its header in, `AudioFacts` out; a decoder is asked only for frames of a codec among samples."""

from typing import BinaryIO

from preflight.probe.disguise import LOOKED_AT_BYTES, coded_within
from preflight.probe.faults import Unreadable
from preflight.probe.played import played_s
from preflight.probe.wave import Layout, Wave, refuse_cut
from preflight.values.facts import AudioFacts

HIDDEN = "sync words among the samples"
"""Evidence for a codec that the header does not name."""
MOST_SILENCE = 64
"""Most blocks of zeros before the content."""


def pcm_facts(stream: BinaryIO, wave: Wave, size: int, *, measure: bool) -> AudioFacts:
    """Measure a PCM WAV.

    Args:
        stream: the file.
        wave: its header.
        size: in bytes.
        measure: whether to check the samples for disguised codecs.

    Raises:
        Unreadable: it is truncated, has no samples, or hides frames that no decoder plays.
    """
    refuse_cut(wave)
    layout, length = wave.layout, wave.present_s()
    if layout is None or not length:
        raise Unreadable("holds no samples")
    hidden = _hidden(stream, wave, layout) if measure else None
    how = "header's layout, bytes there" if measure else "header"
    if hidden:
        length, how = played_s(stream, "wav"), "PyAV, decoded"
    return AudioFacts(
        format="wav",
        bytes=size,
        duration_s=length,
        stored_duration_s=length,
        header_duration_s=wave.claimed_s(),
        header_placeholder=wave.claimed_bytes if wave.streaming else None,
        obstacle=wave.obstacle,
        codec=hidden or layout.codec,
        sample_rate_hz=layout.sample_rate_hz,
        channels=None if hidden else layout.channels,
        sample_type="coded" if hidden else layout.sample_type,
        bit_depth=None if hidden else layout.valid_bits,
        measured_by={
            "duration_s": how,
            "stored_duration_s": how,
            "header_duration_s": "header",
            "codec": HIDDEN if hidden else "header",
            "format": "first bytes",
            "bytes": "file system",
        },
    )


def _hidden(stream: BinaryIO, wave: Wave, layout: Layout) -> str | None:
    """Return the codec disguised as 16-bit samples, or None."""
    if layout.sample_bytes != 2:  # noqa: PLR2004 - in which such streams travel
        return None
    stream.seek(wave.start)
    for _ in range(MOST_SILENCE):
        data = stream.read(min(LOOKED_AT_BYTES, wave.sample_bytes))
        if data.strip(b"\0"):
            return coded_within(data + stream.read(LOOKED_AT_BYTES - len(data.lstrip(b"\0"))))
        if not data:
            break
    return None
