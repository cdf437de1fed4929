"""Planning for sounds: findings in, steps out.

What is written is the first of these that fits into the limits: the sound's own format, where that is MP3 or plain PCM;
a WAV of 16 bits, or of 24 where deeper samples are asked for; the same at 48 kHz; that in stereo; an MP3.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from preflight.plan.av import kept_part
from preflight.plan.options import FixOptions
from preflight.plan.steps import Cut, Encode, Extend, Step, Write
from preflight.profiles.schema import AudioLimits
from preflight.values.assets import Window
from preflight.values.choices import Lengthen
from preflight.values.facts import AudioFacts
from preflight.values.limits import Range

PADDING_S = Fraction(1, 10)
"""What an MP3 may store beyond what it plays: priming and padding are at most a few frames of up to 72 ms."""
UNEVEN = Fraction(3, 2)
"""How many times the mean bytes a second a part of an MP3 may take: its rate may vary."""
MP3_BIT_RATE = 320_000
WAV_HEAD_BYTES = 1 << 10
PLAIN_BITS, MOST_BITS = 16, 24
"""What every reader of WAV plays, and the most that is written: no documented service takes more, or floats."""
CODINGS = {16: "pcm_s16le", 24: "pcm_s24le"}
BESIDE = frozenset({"audio/name", "audio/header"})
"""Rules that a sound breaks by what stands beside its samples."""
OWN = {"pcm_u8": 8, "pcm_s16le": 16, "pcm_s24le": 24}
"""Codings of a WAV that may be written as they are, and their bits."""
SIXTEEN = re.compile(r"adpcm_|pcm_(alaw|mulaw|u8|s8)|gsm")
"""Codecs that store no samples of 16 bits, and whose decoders make those and no others."""
HIGHEST_RATE_HZ, STEREO = 48_000, 2
"""What a rate and channels are brought down to where they take too many bytes."""
UNTOLD_CHANNELS = 6
"""How many a sound may turn out to have, where a codec hides them."""


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a sound is to be written."""

    length_s: Fraction
    longer: bool
    """Whether it was too short."""
    late: bool
    """Whether it begins later than its source: an MP3 that does is silent at first, for want of the frames before."""


def audio_steps(
    facts: AudioFacts, errors: frozenset[str], limits: AudioLimits, fix_options: FixOptions, window: Window | None
) -> Iterator[Step]:
    """Yield the steps that clear a sound's errors, least loss first where there is a choice.

    A WAV of plain samples is cut by these, and an MP3 that keeps its beginning by frames, without encoding; everything
    else is written as WAV, or as MP3 where a WAV would not fit. A length that only a header has wrong is put right by
    writing it anew. Deeper samples than 16 bits are kept where that is asked for, or no loss is allowed.

    Args:
        facts: what was measured.
        errors: ids of the rules that found errors.
        limits: what the sound must become.
        fix_options: what a person allows and asks for.
        window: the part to keep, where one was marked.
    """
    whole = facts.duration_s or Fraction(0)
    readings = [whole, facts.stored_duration_s or whole, facts.header_duration_s or whole]
    kept = kept_part(whole, max(readings), limits.duration_s, fix_options.keep, window)
    cut = _cut(kept.start_s, kept.length_s, "audio/duration") if kept else None
    extend = audio_extend(cut.length_s if cut else whole, limits.duration_s, fix_options.extend)
    made = extend or cut
    cleared = ("audio/format", "audio/size", "audio/header", "audio/name", *(() if made else ("audio/duration",)))
    clears = tuple(rule for rule in cleared if rule in errors)
    length, late = made.length_s if made else whole, cut is not None and cut.start_s > 0
    wanted = _Wanted(length_s=length, longer=extend is not None, late=late)
    beside = errors <= BESIDE and not made
    if errors == {"audio/name"} and not made and facts.format == "wav" and facts.codec not in OWN:
        return
    exact = beside or fix_options.bits == "source" or fix_options.allow in ("none", "lossless")
    most_bits = MOST_BITS if exact else PLAIN_BITS
    written = _written(facts, limits, wanted, clears, most_bits)
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
    facts: AudioFacts, limits: AudioLimits, wanted: _Wanted, clears: tuple[str, ...], most_bits: int
) -> tuple[Write] | tuple[Encode, Write]:
    """Return the encode, where one is needed, and the format: a sound made longer is written as WAV, to the sample."""
    room = limits.bytes.warn_above or limits.bytes.max
    kept = (Write(format=facts.format, loss="lossless", clears=clears),)
    stays = facts.format in limits.format.allowed and not wanted.longer and _stays_small(facts, wanted, room, clears)
    if facts.format == "mp3" and stays and not wanted.late:
        return kept
    wav = Write(format="wav", loss="lossless", clears=clears)
    for encode in _codings(facts, most_bits, can_stay=not wanted.longer):
        if _fits(_wav_bytes(facts, wanted.length_s, encode), room):
            return (encode, wav) if encode else (wav,)
        if facts.format == "mp3" and stays:
            return kept
    rate, channels = _brought_down(facts)
    encode = Encode(codec="libmp3lame", max_bit_rate=MP3_BIT_RATE, loss="lossy", clears=clears)
    return _fewer(encode, rate, channels), Write(format="mp3", loss="lossless", clears=())


def _codings(facts: AudioFacts, most_bits: int, *, can_stay: bool) -> Iterator[Encode | None]:
    """Yield the encodes of a WAV, that with the least loss first; None where its own samples stay as they are."""
    own = None if facts.format != "wav" or _is_roomy(facts) else OWN.get(facts.codec or "")
    wanted = min(most_bits, MOST_BITS if _bits(facts) > PLAIN_BITS else PLAIN_BITS)
    if own == wanted and can_stay:
        yield None
    else:
        yield _rounded(facts, wanted)
    if wanted != PLAIN_BITS:
        yield _rounded(facts, PLAIN_BITS)
    if own and own < PLAIN_BITS and can_stay:
        yield None
    rate, channels = _brought_down(facts)
    if rate:
        yield _rounded(facts, PLAIN_BITS, rate=rate)
    if channels:
        yield _rounded(facts, PLAIN_BITS, rate=rate, channels=channels)


def _rounded(
    facts: AudioFacts, bits: int, *, rate: tuple[int, int] | None = None, channels: tuple[int, int] | None = None
) -> Encode:
    """Return the encode to samples of so many bits, at the source's rate and channels, or at fewer."""
    deeper = _bits(facts) > bits
    encode = Encode(
        codec=CODINGS[bits],
        dither=deeper and bits == PLAIN_BITS,
        bits_from=facts.bit_depth if deeper else None,
        loss="lossy" if deeper or rate or channels else "lossless",
        clears=(),
    )
    return _fewer(encode, rate, channels)


def _fewer(encode: Encode, rate: tuple[int, int] | None, channels: tuple[int, int] | None) -> Encode:
    """Return an encode that says what rate and channels were, and what they become."""
    if rate:
        encode = msgspec.structs.replace(encode, rate_from_hz=rate[0], sample_rate_hz=rate[1])
    if channels:
        encode = msgspec.structs.replace(encode, channels_from=channels[0], channels=channels[1])
    return encode


def _bits(facts: AudioFacts) -> int:
    """Return the bits a sample that hold what a source has: floats, and what a codec makes, have more than any."""
    if SIXTEEN.match(facts.codec or ""):
        return PLAIN_BITS
    if own := OWN.get(facts.codec or ""):
        return min(own, facts.bit_depth or own)
    return facts.bit_depth if facts.sample_type == "integer" and facts.bit_depth else 32


def _is_roomy(facts: AudioFacts) -> bool:
    """Tell whether samples are stored in more bits than count."""
    return facts.bit_depth is not None and facts.bit_depth <= OWN.get(facts.codec or "", 0) - 8


def _brought_down(facts: AudioFacts) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Return what rate and channels become where they have to become fewer: before and after, None where they stay."""
    rate, channels = facts.sample_rate_hz or 0, facts.channels or 0
    lower = (rate, HIGHEST_RATE_HZ) if rate > HIGHEST_RATE_HZ else None
    return lower, (channels, STEREO) if channels > STEREO else None


def _stays_small(facts: AudioFacts, wanted: _Wanted, room: Fraction | None, clears: tuple[str, ...]) -> bool:
    """Tell whether an MP3 is small enough when so much of it is written as it is."""
    if "audio/size" not in clears:
        return True
    return _fits(facts.bytes * wanted.length_s * UNEVEN / facts.duration_s, room) if facts.duration_s else False


def _fits(size: Fraction, room: Fraction | None) -> bool:
    return room is None or size <= room


def _wav_bytes(facts: AudioFacts, length_s: Fraction, encode: Encode | None) -> Fraction:
    """Return the size of a WAV, as a coding makes it, or, where there is none, of the source's own samples."""
    bits = next(bits for coding, bits in OWN.items() if coding == (encode.codec if encode else facts.codec))
    rate = (encode and encode.sample_rate_hz) or facts.sample_rate_hz or HIGHEST_RATE_HZ
    channels = (encode and encode.channels) or facts.channels or UNTOLD_CHANNELS
    return length_s * rate * channels * Fraction(bits, 8) + WAV_HEAD_BYTES
