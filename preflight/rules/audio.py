"""Rules for audio files."""

import re
from collections.abc import Iterator
from fractions import Fraction

from preflight.profiles.schema import Profile
from preflight.rules.common import disagreement, name, readable, sides, unjudged, unmeasured, wrong_kind
from preflight.rules.rule import Reading, Rule, beyond, not_among, rule
from preflight.values.facts import AudioFacts
from preflight.values.findings import Finding
from preflight.values.limits import OneOf
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.units import decimal, file_size

STORED = re.compile(r"pcm_s(\d+)le")
FRAME_S = Fraction(1, 10)
"""Frame length assumed where frames vary: the longest MPEG audio frame lasts 72 ms."""
CARELESS_S = Fraction(1, 100)
"""What a WAV's header may claim too much: some programs count themselves, or a block."""


def _facts(probed: Probed) -> AudioFacts | None:
    return probed.facts if isinstance(probed.facts, AudioFacts) else None


@rule("audio/format", "audio.format")
def format_(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The sound's format, by content, is not one that the service takes.

    Why: It is judged by content: an M4A called .mp3 is refused with "audio format ... is not valid".

    Fix: Convert it to WAV: of 16 bits a sample, or, where that is asked for, of up to 24 where the source is deeper.
    """
    limit = profile.audio.format
    if facts := _facts(probed):
        message = phrase("{w} content; {l} allowed", w=facts.format, l=limit.words())
        yield from not_among("audio/format", facts.format, limit, message, fix="lossy")
        if facts.lead_bytes:
            yield _misplaced(facts, limit)
    elif probed.facts:
        message = phrase("is no sound ({w} content); {l} allowed", w=probed.facts.format, l=limit.words())
        yield wrong_kind("audio/format", probed.facts.format, limit, message)


def _misplaced(facts: AudioFacts, limit: OneOf) -> Finding:
    """Report an ID3v2 tag before a WAV."""
    lead = phrase("{n} bytes of an ID3v2 tag stand before its RIFF header", n=f"{facts.lead_bytes:,}")
    return Finding(
        rule="audio/format",
        severity=limit.weight,
        message=phrase("{lead}: newer readers do not open it", lead=lead),
        measured=facts.lead_bytes,
        limit="..0",
        unit="bytes",
        how=facts.measured_by.get("format"),
        source=limit.source,
        fix="lossless",
    )


@rule("audio/codec", "audio.codec")
def codec(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """What lies in the WAV is no plain PCM that every reader plays.

    Why: A WAV may hold any codec, and a header may say PCM where frames of DTS or AC-3 stand: a reader that takes WAV
    for samples refuses the first, and plays the second as noise. Integers stored in more bytes than they need, such as
    24 bits in 32, are taken for floats by readers built on ffmpeg, which then play noise as well.

    Fix: Write it as a WAV of PCM.
    """
    facts, limit = _facts(probed), profile.audio.codec
    if limit is None or facts is None or facts.format != "wav" or facts.codec is None:
        return
    from preflight.probe.pcm import HIDDEN

    said = phrase("holds {w}, no PCM: not every reader plays it", w=facts.codec)
    if facts.measured_by.get("codec") == HIDDEN:
        said = phrase(
            "frames of {w} stand where its header says PCM: a reader that believes it plays noise", w=facts.codec
        )
    yield from not_among("audio/codec", facts.codec, limit, said, fix="lossy")
    stored = STORED.fullmatch(facts.codec)
    if stored and facts.bit_depth and facts.bit_depth <= int(stored[1]) - 8:
        yield Finding(
            rule="audio/codec",
            severity=limit.weight,
            message=phrase(
                "{n} bits a sample stored in {n2}: readers built on ffmpeg hear noise", n=facts.bit_depth, n2=stored[1]
            ),
            measured=facts.bit_depth,
            how=facts.measured_by.get("codec"),
            source=limit.source,
            fix="lossless",
        )


@rule("audio/duration", "audio.duration_s")
def duration(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The sound is shorter or longer than allowed.

    Why: An MP3 stores more than it plays: encoders pad both ends. Nobody knows which length the service reads, so
    what is played, what is stored and what the header claims all have to be within the limit.

    Fix: Cut it, to the part that is marked or to its start, middle or end. A sound that is too short can
    only be repeated, filled up with silence or slowed down, where one of these is asked for.
    """
    if facts := _facts(probed):
        limit = profile.audio.duration_s
        if facts.duration_s is None:
            yield unmeasured("audio", "its length could not be measured: its packets carry no times")
            return
        yield from sides("audio/duration", facts, facts.duration_s, limit)


@rule("audio/size", "audio.bytes")
def size(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The file is larger than allowed.

    Why: The document says "15 MB" and not whether that is 10^6 or 2^20 bytes each: above the larger reading is an
    error, between the two a warning.

    Fix: Cut it, round its samples to 16 bits, or encode it as MP3 at a high rate.
    """
    if facts := _facts(probed):
        reading = Reading(facts.bytes, "file system", lambda _: phrase("{size}", size=file_size(facts.bytes)))
        yield from beyond("audio/size", reading, profile.audio.bytes, "bytes", fix="lossy")


@rule("audio/header")
def header(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The header's claimed length differs from the samples that are there.

    Why: A recording that was streamed or cut carries a false length, or a number that stands in for one; tools that
    believe it see another sound, or none. Where common readers do not play it for its header, it is an error.

    Fix: Write the container anew.
    """
    if facts := _facts(probed):
        counted = facts.format == "wav" and facts.sample_type in ("integer", "float")
        yield from disagreement("audio/header", facts, CARELESS_S if counted else FRAME_S)
        if facts.obstacle is not None:
            yield _unopened(facts, facts.obstacle)
        elif facts.header_placeholder is not None:
            yield _placeholder(facts, facts.header_placeholder)


def _unopened(facts: AudioFacts, obstacle: str) -> Finding:
    """Report a header that readers cannot open, though its samples are intact."""
    return Finding(
        rule="audio/header",
        severity="error",
        message=obstacle,
        how=facts.measured_by.get("header_duration_s"),
        fix="lossless",
    )


def _placeholder(facts: AudioFacts, claimed: int) -> Finding:
    """Report a header whose length was never filled in."""
    length = facts.duration_s
    unknown = phrase(
        "its header claims {n} bytes of samples, which stands for a length that was not known", n=f"{claimed:,}"
    )
    return Finding(
        rule="audio/header",
        severity="warning",
        message=unknown if length is None else phrase("{said}; {n} s are there", said=unknown, n=decimal(length)),
        measured=claimed,
        unit="bytes",
        how=facts.measured_by.get("header_duration_s"),
        fix="lossless",
    )


@rule("audio/location")
def location(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The metadata tells where the sound was recorded.

    Why: The file is uploaded as it is, to a URL that anybody who has it can open.

    Fix: Strip the metadata, which is done whenever a new file is written.
    """
    if (facts := _facts(probed)) and facts.location:
        message = "its metadata holds a place, which is uploaded with it"
        yield Finding(rule="audio/location", severity="warning", message=message, fix="lossless")


RULES: tuple[Rule[Probed], ...] = (
    readable("audio"),
    unjudged("audio"),
    format_,
    codec,
    duration,
    size,
    header,
    location,
    name("audio"),
)
