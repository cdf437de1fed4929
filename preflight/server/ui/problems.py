"""What is wrong with an asset, as an editor would say it: a finding and the limits in; a short sentence out."""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from preflight.locale import listed, localized
from preflight.profiles.schema import AudioLimits, ImageLimits, Profile, VideoLimits
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import ending_of
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from preflight.values.units import decimal, distinct_decimal, file_size

Limits = ImageLimits | VideoLimits | AudioLimits
Broken = tuple[Literal["over", "under"], Fraction]
"""On which side a value lies beyond a bound, and the bound."""
Say = Callable[[Judged, Limits], str]


def problem(finding: Finding, judged: Judged, profile: Profile) -> str:
    """Word a finding briefly, or by its own message."""
    say = SAYINGS.get(finding.rule.partition("/")[2])
    limits = limits_of(judged, profile)
    said = say(judged, limits) if say and limits and judged.facts else ""
    words = localized(finding.message)
    return said or f"{words[:1].upper()}{words[1:]}"


def limits_of(judged: Judged, profile: Profile) -> Limits | None:
    """Choose the limits on assets of its kind."""
    kinds: dict[str, Limits] = {"image": profile.image, "video": profile.video, "audio": profile.audio}
    return kinds.get(judged.kind)


def _duration(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if isinstance(limits, ImageLimits) or isinstance(facts, ImageFacts) or facts is None or facts.duration_s is None:
        return ""
    return _beyond("duration", facts.duration_s, limits.duration_s)


def _beyond(name: str, value: Fraction, limit: Range) -> str:
    """Say that a value is above or below its limit."""
    found = _broken(value, limit)
    if found is None:
        return ""
    side, bound = found
    return words_of(f"problem.{name}.{side}", value=distinct_decimal(value, bound), limit=decimal(bound))


def _broken(value: Fraction, limit: Range) -> Broken | None:
    """Find the bound that a value breaks; None for one that is itself refused: these words call a bound allowed."""
    return _over(value, limit) or _under(value, limit)


def _over(value: Fraction, limit: Range) -> Broken | None:
    return ("over", limit.max) if limit.max is not None and value > limit.max else None


def _under(value: Fraction, limit: Range) -> Broken | None:
    return ("under", limit.min) if limit.min is not None and value < limit.min else None


def _size(judged: Judged, limits: Limits) -> str:
    most = limits.bytes.max
    if judged.facts is None or most is None or judged.facts.bytes <= most:
        return ""
    return words_of(
        "problem.size.over", value=localized(file_size(judged.facts.bytes)), limit=localized(file_size(int(most)))
    )


def _side(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if isinstance(facts, AudioFacts) or isinstance(limits, AudioLimits) or facts is None:
        return ""
    sides = Fraction(min(facts.width_px, facts.height_px)), Fraction(max(facts.width_px, facts.height_px))
    found = _under(sides[0], limits.side_px) or _over(sides[1], limits.side_px)
    if found is None:
        return ""
    return words_of(f"problem.side.{found[0]}", width=facts.width_px, height=facts.height_px, limit=decimal(found[1]))


def _pixels(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if not isinstance(facts, VideoFacts) or not isinstance(limits, VideoLimits):
        return ""
    found = _broken(Fraction(facts.pixels), limits.pixels)
    return words_of(f"problem.pixels.{found[0]}", width=facts.width_px, height=facts.height_px) if found else ""


def _shape(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if isinstance(facts, AudioFacts) or isinstance(limits, AudioLimits) or facts is None:
        return ""
    found = _broken(facts.aspect_ratio, limits.aspect_ratio)
    if found is None:
        return ""
    key = "problem.shape.wide" if found[0] == "over" else "problem.shape.tall"
    return words_of(key, width=facts.width_px, height=facts.height_px, limit=decimal(found[1]))


def _rate(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if not isinstance(facts, VideoFacts) or not isinstance(limits, VideoLimits) or facts.frame_rate_hz is None:
        return ""
    return _beyond("rate", facts.frame_rate_hz, limits.frame_rate_hz)


def _format(judged: Judged, limits: Limits) -> str:
    found = ending_of(judged.facts.format) if judged.facts else ""
    return words_of("problem.format", value=found.upper(), limit=_either(limits.format.allowed))


def _either(words: tuple[str, ...]) -> str:
    *some, last = (word.upper() for word in words)
    return words_of("list.or", some=listed(some), last=last) if some else last


def _fixed_words(key: str) -> Say:
    return lambda _judged, _limits: WORDS[key]


SAYINGS: dict[str, Say] = {
    "duration": _duration,
    "size": _size,
    "side": _side,
    "pixels": _pixels,
    "aspect-ratio": _shape,
    "frame-rate": _rate,
    "format": _format,
    "location": _fixed_words("problem.location"),
    "alpha": _fixed_words("problem.alpha"),
    "hdr": _fixed_words("problem.hdr"),
    "animation": _fixed_words("problem.animation"),
    "interlace": _fixed_words("problem.interlace"),
    "bit-depth": _fixed_words("problem.bit-depth"),
}
"""Last part of a rule → what is said."""
