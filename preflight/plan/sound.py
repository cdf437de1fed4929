"""Planning for sounds: findings in, steps out.

What is written is the first of these that fits into the limits: the sound's own format, a WAV of every sample, a WAV of
16 bits, an MP3.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from preflight.assets import Window
from preflight.facts import AudioFacts
from preflight.limits import Range
from preflight.plan.av import kept_part
from preflight.plan.steps import Cut, Encode, Extend, Step, Write
from preflight.plan.wishes import Lengthen, Wishes
from preflight.profiles.schema import AudioLimits

PADDING_S = Fraction(1, 10)
"""What an MP3 may store beyond what it plays: priming and padding are at most a few frames of up to 72 ms."""
UNEVEN = Fraction(3, 2)
"""How many times the mean bytes a second a part of an MP3 may take: its rate may vary."""
MP3_BIT_RATE = 320_000
WAV_HEAD_BYTES = 1 << 10
SHALLOW = "pcm_s16le"
HOLDING = {
    "integer": ((16, SHALLOW), (24, "pcm_s24le"), (32, "pcm_s32le")),
    "float": ((32, "pcm_f32le"), (64, "pcm_f64le")),
    "coded": ((32, "pcm_f32le"),),
}
"""What samples are stored as → the codings of a WAV that hold so many bits of each. What is not stored as samples is
decoded to floats of 32 bits, or to fewer."""
SAMPLE_BITS = re.compile(r"\d+")


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a sound is to be written."""

    length_s: Fraction
    longer: bool
    """Whether it was too short."""
    late: bool
    """Whether it begins later than its source: an MP3 that does is silent at first, for want of the frames before."""


def audio_steps(
    facts: AudioFacts, errors: frozenset[str], limits: AudioLimits, wishes: Wishes, window: Window | None
) -> Iterator[Step]:
    """Yield the steps that clear a sound's errors, least loss first where there is a choice.

    A WAV is cut by samples, and an MP3 that keeps its beginning by frames, without encoding; everything else is written
    as WAV, or as MP3 where a WAV would not fit. A length that only a header has wrong is put right by writing it anew.

    Args:
        facts: what was measured.
        errors: ids of the rules that found errors.
        limits: what the sound must become.
        wishes: what a person allows and asks for.
        window: the part to keep, where one was marked.
    """
    whole = facts.duration_s or Fraction(0)
    readings = [whole, facts.stored_duration_s or whole, facts.header_duration_s or whole]
    kept = kept_part(whole, max(readings), limits.duration_s, wishes.keep, window)
    cut = _cut(kept.start_s, kept.length_s, "audio/duration") if kept else None
    extend = audio_extend(cut.length_s if cut else whole, limits.duration_s, wishes.extend)
    made = extend or cut
    cleared = ("audio/format", "audio/size", *(() if made else ("audio/duration",)))
    clears = tuple(rule for rule in cleared if rule in errors)
    length, late = made.length_s if made else whole, cut is not None and cut.start_s > 0
    wanted = _Wanted(length_s=length, longer=extend is not None, late=late)
    written = _written(facts, limits, wanted, clears)
    if written[-1].format == "mp3":
        cut = _padded(cut, whole, limits.duration_s, encoded=len(written) > 1)
    if cut:
        yield cut
    if extend:
        yield extend
    yield from written


def audio_extend(length: Fraction, limit: Range, how: Lengthen | None) -> Extend | None:
    """Return what makes a sound of this length long enough; what is frozen of a sound is its silence."""
    if how is None or length <= 0 or limit.min is None or length >= limit.min:
        return None
    way = "silence" if how == "freeze" else how
    return Extend(how=way, from_s=length, length_s=limit.min, loss="creative", clears=("audio/duration",))


def wav_coding(facts: AudioFacts) -> str | None:
    """Return libav's name of the coding by which a WAV keeps every sample; None where the samples are not known."""
    if facts.format == "wav" and (facts.codec or "").startswith("pcm_"):
        return facts.codec
    holding = HOLDING.get(facts.sample_type or "", ())
    return next((coding for bits, coding in holding if (facts.bit_depth or 0) <= bits), None)


def _padded(cut: Cut | None, whole: Fraction, limit: Range, *, encoded: bool) -> Cut | None:
    """Return the cut that leaves an MP3 room for its padding; what is already an MP3 and not cut has its own."""
    if limit.max is None or not (cut or encoded):
        return cut
    most = limit.max - PADDING_S
    if (cut.length_s if cut else whole) <= most:
        return cut
    return _cut(cut.start_s, most, *cut.clears) if cut else _cut(Fraction(0), most)


def _cut(start_s: Fraction, length_s: Fraction, *clears: str) -> Cut:
    return Cut(start_s=start_s, length_s=length_s, loss="lossless", clears=clears)


def _written(
    facts: AudioFacts, limits: AudioLimits, wanted: _Wanted, clears: tuple[str, ...]
) -> tuple[Write] | tuple[Encode, Write]:
    """Return the encode, where one is needed, and the format: a sound made longer is written as WAV, to the sample."""
    room = limits.bytes.warn_above or limits.bytes.max
    kept = (Write(format=facts.format, loss="lossless", clears=clears),)
    stays = facts.format in limits.format.allowed and not wanted.longer and _stays_small(facts, wanted, room, clears)
    if stays and not (wanted.late and facts.format == "mp3"):
        return kept
    coding, wav = wav_coding(facts), Write(format="wav", loss="lossless", clears=clears)
    if coding and _fits(_wav_bytes(facts, wanted.length_s, coding), room):
        return Encode(codec=coding, loss="lossless", clears=()), wav
    if stays:
        return kept
    if _fits(_wav_bytes(facts, wanted.length_s, SHALLOW), room):
        return Encode(codec=SHALLOW, dither=True, loss="lossy", clears=()), wav
    encode = Encode(codec="libmp3lame", max_bit_rate=MP3_BIT_RATE, loss="lossy", clears=clears)
    return encode, Write(format="mp3", loss="lossless", clears=())


def _stays_small(facts: AudioFacts, wanted: _Wanted, room: Fraction | None, clears: tuple[str, ...]) -> bool:
    """Tell whether a sound is small enough when so much of it is written in its own format."""
    if "audio/size" not in clears:
        return True
    coding = wav_coding(facts) if facts.format == "wav" else None
    if coding:
        return _fits(_wav_bytes(facts, wanted.length_s, coding), room)
    return _fits(facts.bytes * wanted.length_s * UNEVEN / facts.duration_s, room) if facts.duration_s else False


def _fits(size: Fraction, room: Fraction | None) -> bool:
    return room is None or size <= room


def _wav_bytes(facts: AudioFacts, length_s: Fraction, coding: str) -> Fraction:
    """Return the size of a WAV; A-law and its like take a byte a sample."""
    bits = SAMPLE_BITS.search(coding)
    sample = Fraction(int(bits[0]) if bits else 8, 8)
    return length_s * (facts.sample_rate_hz or 48_000) * (facts.channels or 2) * sample + WAV_HEAD_BYTES
