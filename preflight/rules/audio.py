"""Rules for sounds."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.facts import AudioFacts
from preflight.findings import Finding
from preflight.probe import Probed
from preflight.profiles.schema import Profile
from preflight.rules.common import disagreement, name, readable, sides, unjudged, unmeasured, wrong_kind
from preflight.rules.rule import Reading, Rule, beyond, not_among, rule
from preflight.units import file_size

FRAME_S = Fraction(1, 10)
"""What counts as a frame where sound has none of a fixed length: the longest MPEG audio frame lasts 72 ms."""


def _facts(probed: Probed) -> AudioFacts | None:
    return probed.facts if isinstance(probed.facts, AudioFacts) else None


@rule("audio/format", "audio.format")
def format_(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The sound's format, by content, is not one that the service takes.

    Why: It is judged by content: an M4A called .mp3 is refused with "audio format ... is not valid".

    Fix: Convert it to WAV, as deep as it is, so that every sample is kept.
    """
    limit = profile.audio.format
    if facts := _facts(probed):
        message = f"{facts.format} content; {limit.words()} allowed"
        yield from not_among("audio/format", facts.format, limit, message, fix="lossy")
    elif probed.facts:
        message = f"is no sound ({probed.facts.format} content); {limit.words()} allowed"
        yield wrong_kind("audio/format", probed.facts.format, limit, message)


@rule("audio/duration", "audio.duration_s")
def duration(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The sound is shorter or longer than allowed.

    Why: An MP3 stores more than it plays: encoders pad both ends. Nobody knows which length the service reads, so
    what is played, what is stored and what the header claims all have to be within the limit.

    Fix: Cut it: `--keep start|middle|end` or `--keep FILE=3.0-9.5` says which part stays. A sound that is too short can
    only be repeated, filled up with silence or slowed down: `--extend loop|freeze|slow` says how.
    """
    if facts := _facts(probed):
        limit = profile.audio.duration_s
        if facts.duration_s is None:
            yield unmeasured("audio", "its length could not be measured: its packets carry no times")
            return
        yield from sides("audio/duration", facts, facts.duration_s, limit, "it plays")


@rule("audio/size", "audio.bytes")
def size(probed: Probed, profile: Profile) -> Iterator[Finding]:
    """The file is larger than allowed.

    Why: The document says "15 MB" and not whether that is 10^6 or 2^20 bytes each: above the larger reading is an
    error, between the two a warning.

    Fix: Cut it, round its samples to 16 bits, or encode it as MP3 at a high rate.
    """
    if facts := _facts(probed):
        reading = Reading(facts.bytes, "file system", file_size(facts.bytes))
        yield from beyond("audio/size", reading, profile.audio.bytes, "bytes", fix="lossy")


@rule("audio/header")
def header(probed: Probed, _profile: Profile) -> Iterator[Finding]:
    """The header's claimed length differs from the samples that are there.

    Why: A recording that was streamed or cut carries a false length; tools that believe it see another sound.

    Fix: Write the container anew.
    """
    if facts := _facts(probed):
        yield from disagreement("audio/header", facts, FRAME_S)


RULES: tuple[Rule[Probed], ...] = (
    readable("audio"),
    unjudged("audio"),
    format_,
    duration,
    size,
    header,
    name("audio"),
)
