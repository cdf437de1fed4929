"""Plan audio files: findings in, steps out.

Written is the first that fits the limits: the own format, if MP3 or PCM; WAV of 16 bits, or 24 where asked for; the
same at 48 kHz; that in stereo; MP3.
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
"""Seconds that an MP3 may store beyond its audio: priming and padding are a few frames of up to 72 ms."""
UNEVEN = Fraction(3, 2)
"""Factor by which a part of an MP3 may exceed the mean bit rate, which may vary."""
MP3_BIT_RATE = 320_000
WAV_HEAD_BYTES = 1 << 10
PLAIN_BITS, MOST_BITS = 16, 24
"""Bits that every WAV reader plays, and the most written: no documented service takes more, or floats."""
CODINGS = {16: "pcm_s16le", 24: "pcm_s24le"}
BESIDE = frozenset({"audio/name", "audio/header", "audio/location"})
"""Rules about data beside the samples."""
CLEARED_BY_WRITING = ("audio/format", "audio/codec", "audio/size", "audio/header", "audio/location", "audio/name")
OWN = {"pcm_u8": 8, "pcm_s16le": 16, "pcm_s24le": 24}
"""WAV codecs that may be kept, and their bits."""
SIXTEEN = re.compile(r"adpcm_|pcm_(alaw|mulaw|u8|s8)|gsm")
"""Codecs that decode to exactly 16 bits, but do not store them."""
HIGHEST_RATE_HZ, STEREO = 48_000, 2
"""Reduced rate and channels where the file is too large."""
UNKNOWN_CHANNELS = 6
"""Channels assumed where a codec hides them."""


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The audio to write."""

    length_s: Fraction
    longer: bool
    """Whether it is extended."""
    late: bool
    """Whether its start is cut: an MP3 then begins with silence, since earlier frames are missing."""


def audio_steps(
    facts: AudioFacts, errors: frozenset[str], limits: AudioLimits, fix_options: FixOptions, window: Window | None
) -> Iterator[Step]:
    """Yield the steps that clear an audio file's errors, least loss first.

    PCM WAV is cut by samples, and an MP3 that keeps its beginning by frames, without encoding; all else becomes WAV, or
    MP3 where WAV does not fit. A wrong duration in the header is cleared by rewriting. More than 16 bits are kept where
    asked for, or where no loss is allowed.

    Args:
        facts: facts of the file.
        errors: ids of the broken rules.
        limits: limits for the result.
        fix_options: what the user allows and asks for.
        window: the part to keep, if marked.
    """
    whole = facts.duration_s or Fraction(0)
    readings = [whole, facts.stored_duration_s or whole, facts.header_duration_s or whole]
    kept = kept_part(whole, max(readings), limits.duration_s, fix_options.keep, window)
    clearing = () if kept and limits.duration_s.blames(kept.length_s) else ("audio/duration",)
    cut = _cut(kept.start_s, kept.length_s, *clearing) if kept else None
    extend = audio_extend(cut.length_s if cut else whole, limits.duration_s, fix_options.extend)
    made = extend or cut
    cleared = (*CLEARED_BY_WRITING, *(() if made or limits.duration_s.blames(whole) else ("audio/duration",)))
    clears = tuple(rule for rule in cleared if rule in errors)
    length, late = made.length_s if made else whole, cut is not None and cut.start_s > 0
    wanted = _Wanted(length_s=length, longer=extend is not None, late=late)
    beside = errors <= BESIDE and not made
    if errors == {"audio/name"} and not made and facts.format == "wav" and facts.codec not in OWN:
        return
    if beside and "audio/location" in errors and _is_copied(facts):
        yield Write(format="wav", loss="lossless", clears=clears)
        return
    beside = beside or (errors <= {*BESIDE, "audio/codec"} and not made and (facts.codec or "").startswith("pcm_"))
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
    """Plan the extension of audio; "freeze" adds silence."""
    if how is None or length <= 0 or limit.min is None or length >= limit.min:
        return None
    way = "silence" if how == "freeze" else how
    return Extend(how=way, from_s=length, length_s=limit.min, loss="creative", clears=("audio/duration",))


def _padded(cut: Cut | None, whole: Fraction, limit: Range, *, encoded: bool) -> Cut | None:
    """Shorten the cut so that an MP3's padding fits; an uncut MP3 has its own."""
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
    """Choose encoder and format; extended audio becomes WAV, exact to the sample."""
    room = limits.bytes.warn_above or limits.bytes.max
    kept = (Write(format=facts.format, loss="lossless", clears=clears),)
    stays = facts.format in limits.format.allowed and not wanted.longer and _stays_small(facts, wanted, room, clears)
    if facts.format == "mp3" and stays and not wanted.late:
        return kept
    wav = Write(format="wav", loss="lossless", clears=clears)
    for encode in _codings(facts, most_bits, can_stay=not wanted.longer) if "wav" in limits.format.allowed else ():
        if _fits(_wav_bytes(facts, wanted.length_s, encode), room):
            return (encode, wav) if encode else (wav,)
        if facts.format == "mp3" and stays:
            return kept
    rate, channels = _brought_down(facts)
    encode = Encode(codec="libmp3lame", max_bit_rate=MP3_BIT_RATE, loss="lossy", clears=clears)
    return _fewer(encode, rate, channels), Write(format="mp3", loss="lossless", clears=())


def _codings(facts: AudioFacts, most_bits: int, *, can_stay: bool) -> Iterator[Encode | None]:
    """Yield the encoders for WAV, least loss first; None where samples stay."""
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
    """Build the encode to some bits, at the source's rate and channels or fewer."""
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
    """Add reduced rate and channels to an encode."""
    if rate:
        encode = msgspec.structs.replace(encode, rate_from_hz=rate[0], sample_rate_hz=rate[1])
    if channels:
        encode = msgspec.structs.replace(encode, channels_from=channels[0], channels=channels[1])
    return encode


def _bits(facts: AudioFacts) -> int:
    """Compute the bits that hold a source's samples; floats and decoded audio count as 32."""
    if SIXTEEN.match(facts.codec or ""):
        return PLAIN_BITS
    if own := OWN.get(facts.codec or ""):
        return min(own, facts.bit_depth or own)
    return facts.bit_depth if facts.sample_type == "integer" and facts.bit_depth else 32


def _is_roomy(facts: AudioFacts) -> bool:
    """Tell whether samples are stored in more bits than they have."""
    return facts.bit_depth is not None and facts.bit_depth <= OWN.get(facts.codec or "", 0) - 8


def _is_copied(facts: AudioFacts) -> bool:
    """Tell whether a WAV's samples, as many bits as they have, can stand under a header that tells nothing else."""
    known = facts.sample_type in ("integer", "float") and (facts.codec or "").startswith("pcm_")
    return facts.format == "wav" and known and not _is_roomy(facts)


def _brought_down(facts: AudioFacts) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Compute reduced rate and channels, each as before and after; None where they stay."""
    rate, channels = facts.sample_rate_hz or 0, facts.channels or 0
    lower = (rate, HIGHEST_RATE_HZ) if rate > HIGHEST_RATE_HZ else None
    return lower, (channels, STEREO) if channels > STEREO else None


def _stays_small(facts: AudioFacts, wanted: _Wanted, room: Fraction | None, clears: tuple[str, ...]) -> bool:
    """Tell whether the wanted part of an MP3 fits as it is."""
    if "audio/size" not in clears:
        return True
    return _fits(facts.bytes * wanted.length_s * UNEVEN / facts.duration_s, room) if facts.duration_s else False


def _fits(size: Fraction, room: Fraction | None) -> bool:
    return room is None or size <= room


def _wav_bytes(facts: AudioFacts, length_s: Fraction, encode: Encode | None) -> Fraction:
    """Estimate the size of a WAV, encoded or of the source's own samples."""
    bits = next(bits for coding, bits in OWN.items() if coding == (encode.codec if encode else facts.codec))
    rate = (encode and encode.sample_rate_hz) or facts.sample_rate_hz or HIGHEST_RATE_HZ
    channels = (encode and encode.channels) or facts.channels or UNKNOWN_CHANNELS
    return length_s * rate * channels * Fraction(bits, 8) + WAV_HEAD_BYTES
