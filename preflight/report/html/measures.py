"""Compare facts with limits, one row a quantity.

Without limits, or for quantities of a request, findings tell the bounds.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

import msgspec

from preflight.profiles.schema import AudioLimits, ImageLimits, Profile, VideoLimits
from preflight.values.assets import Kind
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import OneOf, Range, Severity
from preflight.values.phrase import phrase
from preflight.values.units import Unit, decimal, distinct_decimal, file_size, with_unit

State = Severity | None
"""Severity of a value out of bounds; None within."""

Quantity = tuple[str, str, Fraction | int | None, Range, Unit, str]
"""Rule name, title, value, limit, unit, and the fact's name."""
SPAN = re.compile(r"(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?")
"""A range as findings write it."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity of an asset or request."""

    title: str
    value: str
    """With unit."""
    allowed: str = ""
    said: str = ""
    """Relation to the limit: "within", "among them", "5.02 s over"."""
    state: State = None
    scale: "Scale | None" = None
    how: str = ""


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """A number between bounds, for drawing."""

    value: Fraction
    low: Fraction | None = None
    high: Fraction | None = None
    doubtful: Fraction | None = None
    """From here to `high` the sources are ambiguous."""


def measures_of(judged: Judged, limits: Profile | None) -> list[Measure]:
    """List the measured quantities of an asset that have limits.

    Args:
        judged: the asset.
        limits: the profile that judged it, if known.
    """
    facts = judged.facts
    if facts is None or (limits and not limits.takes(judged.kind)):
        return []
    apart = judged.asset.role is not None and judged.asset.role.kind != judged.kind
    if limits is None or apart:
        return list(measures_found(judged.findings))
    severities = {finding.rule: finding.severity for finding in reversed(judged.findings)}
    rows = [*_words(facts, limits, severities), *_numbers(judged.kind, facts, limits, severities)]
    drawn = {row.scale.value for row in rows if row.scale}
    return [*rows, *(row for row in measures_found(judged.findings) if row.scale and row.scale.value not in drawn)]


def measures_found(findings: Iterable[Finding]) -> Iterator[Measure]:
    """Yield a row for each finding with a number and a range."""
    for finding in findings:
        bounds = SPAN.fullmatch(finding.limit or "")
        if bounds and any(bounds.groups()) and isinstance(finding.measured, Fraction | int):
            low, high = (Fraction(bound) if bound else None for bound in bounds.groups())
            scale = Scale(value=Fraction(finding.measured), low=low, high=high)
            title = finding.rule.rpartition("/")[2].replace("-", " ").capitalize()
            yield _row(title, scale, finding.unit, finding.severity, finding.how or "")


def _words(facts: Facts, limits: Profile, severities: dict[str, Severity]) -> Iterator[Measure]:
    """Yield quantities with a list of allowed words: format and codecs."""
    kind = facts.__struct_config__.tag
    yield _word("Format", facts.format, getattr(limits, str(kind)).format, severities.get(f"{kind}/format"))
    if isinstance(facts, VideoFacts):
        if facts.codec:
            yield _word("Pictures", facts.codec, limits.video.codec, severities.get("video/codec"))
        if facts.sound_codec:
            yield _word("Sound", facts.sound_codec, limits.video.sound_codec, severities.get("video/sound-codec"))


def _word(title: str, word: str, limit: OneOf, severity: State) -> Measure:
    state = None if word in limit.allowed else severity or limit.severity
    said = "among them" if state is None else "not among them"
    return Measure(title=title, value=word, allowed=limit.words(), said=said, state=state)


def _numbers(kind: Kind, facts: Facts, limits: Profile, severities: dict[str, Severity]) -> Iterator[Measure]:
    """Yield quantities with bounds; what the documents leave open has none."""
    for rule, title, value, limit, unit, field in _quantities(facts, limits):
        if limit.lowest is None and limit.highest is None:
            continue
        how = "file system" if field == "bytes" else facts.measured_by.get(field, "")
        if value is None:
            yield Measure(title=title, value="could not be measured", allowed=limit.words(unit), state="error")
            continue
        scale = Scale(value=Fraction(value), low=limit.lowest, high=limit.highest, doubtful=limit.warn_above)
        yield _row(title, scale, unit, severities.get(f"{kind}/{rule}") or limit.weight, how, limit=limit)


def _quantities(facts: Facts, limits: Profile) -> Iterator[Quantity]:
    """Yield every number of an asset that has a limit, most wanted first."""
    kinds: dict[type[Facts], ImageLimits | VideoLimits | AudioLimits]
    kinds = {ImageFacts: limits.image, VideoFacts: limits.video, AudioFacts: limits.audio}
    own = kinds[type(facts)]
    if isinstance(own, VideoLimits | AudioLimits) and not isinstance(facts, ImageFacts):
        yield "duration", "Duration", facts.duration_s, own.duration_s, "s", "duration_s"
    if isinstance(own, VideoLimits | ImageLimits) and not isinstance(facts, AudioFacts):
        yield "side", "Width", facts.width_px, own.side_px, "px", "width_px"
        yield "side", "Height", facts.height_px, own.side_px, "px", "height_px"
    if isinstance(own, VideoLimits) and isinstance(facts, VideoFacts):
        yield "pixels", "Width times height", facts.pixels, own.pixels, "pixels", "width_px"
    if isinstance(own, VideoLimits | ImageLimits) and not isinstance(facts, AudioFacts):
        yield "aspect-ratio", "Width over height", facts.aspect_ratio, own.aspect_ratio, "ratio", "width_px"
    if isinstance(own, VideoLimits) and isinstance(facts, VideoFacts):
        yield "frame-rate", "Frame rate", facts.frame_rate_hz, own.frame_rate_hz, "fps", "frame_rate_hz"
    yield "size", "Size", facts.bytes, own.bytes, "bytes", "bytes"


def _row(  # noqa: PLR0913 - what a row shows, each by its name
    title: str, scale: Scale, unit: Unit, severity: Severity, how: str, *, limit: Range | None = None
) -> Measure:
    """Build the row of a number: within, in doubt, under or over."""
    value, low, high = scale.value, scale.low, scale.high
    broken = low if low is not None and value < low else high if high is not None and value > high else None
    broken = limit.broken_by(value) if limit else broken
    said: str = "within"
    state: State = None
    if broken is not None and value == broken:
        said, state = "the bound itself", severity
    elif broken is not None:
        away = with_unit(distinct_decimal(abs(value - broken), 0), unit)
        said, state = phrase("{away} under" if value < broken else "{away} over", away=away), severity
    elif scale.doubtful is not None and value > scale.doubtful:
        stricter = with_unit(decimal(scale.doubtful), unit)
        said, state = phrase("above {limit}, the stricter reading", limit=stricter), "warning"
    near = broken if broken is not None else value
    words = file_size(int(value)) if unit == "bytes" else with_unit(distinct_decimal(value, near), unit)
    allowed = limit.words(unit) if limit else _allowed(scale, unit)
    return Measure(title=title, value=words, allowed=allowed, said=said, state=state, scale=scale, how=how)


def _allowed(scale: Scale, unit: Unit) -> str:
    """Format bounds as limits do."""
    low, high = scale.low, scale.high
    if low is not None and high is not None:
        if low == high:
            return with_unit(decimal(low), unit)
        return phrase("{n} to {most}", n=decimal(low), most=with_unit(decimal(high), unit))
    if low is not None:
        return phrase("at least {least}", least=with_unit(decimal(low), unit))
    return phrase("at most {most}", most=with_unit(decimal(high), unit)) if high is not None else "anything"
