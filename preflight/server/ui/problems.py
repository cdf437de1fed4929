"""What is wrong with an asset, as an editor would say it: a finding and the limits in; a short sentence out."""

from collections.abc import Callable
from fractions import Fraction

from preflight.locale import listed, localized
from preflight.profiles.schema import AudioLimits, ImageLimits, Profile, VideoLimits
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import ending_of
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from preflight.values.units import decimal, distinct_decimal, file_size

Limits = ImageLimits | VideoLimits | AudioLimits
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
    if limit.max is not None and value > limit.max:
        return words_of(f"problem.{name}.over", value=distinct_decimal(value, limit.max), limit=decimal(limit.max))
    if limit.min is not None and value < limit.min:
        return words_of(f"problem.{name}.under", value=distinct_decimal(value, limit.min), limit=decimal(limit.min))
    return ""


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
    small = limits.side_px.min is not None and min(facts.width_px, facts.height_px) < limits.side_px.min
    bound = limits.side_px.min if small else limits.side_px.max
    key = "problem.side.under" if small else "problem.side.over"
    return words_of(key, width=facts.width_px, height=facts.height_px, limit=decimal(bound or Fraction(0)))


def _pixels(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if not isinstance(facts, VideoFacts) or not isinstance(limits, VideoLimits):
        return ""
    over = limits.pixels.max is not None and facts.pixels > limits.pixels.max
    key = "problem.pixels.over" if over else "problem.pixels.under"
    return words_of(key, width=facts.width_px, height=facts.height_px)


def _shape(judged: Judged, limits: Limits) -> str:
    facts = judged.facts
    if isinstance(facts, AudioFacts) or isinstance(limits, AudioLimits) or facts is None:
        return ""
    wide = limits.aspect_ratio.max is not None and facts.aspect_ratio > limits.aspect_ratio.max
    bound = limits.aspect_ratio.max if wide else limits.aspect_ratio.min
    key = "problem.shape.wide" if wide else "problem.shape.tall"
    ratio = decimal(bound or Fraction(0))
    return words_of(key, width=facts.width_px, height=facts.height_px, limit=ratio)


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
