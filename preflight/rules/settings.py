"""Rules for the settings of a request: its model, its fields, and how they depend on each other and on the assets."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from preflight.profiles import nearest
from preflight.profiles.schema import Profile
from preflight.profiles.settings import Case, Field, OutputLength, Together
from preflight.rules.fields import given, holds, unknown, value_of, words
from preflight.rules.nested import nested
from preflight.rules.rule import Reading, beyond, filled_by_n, rule
from preflight.rules.whole import WholeRequest
from preflight.values.assets import printable
from preflight.values.findings import Finding
from preflight.values.limits import Range, Sourced
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal, distinct_decimal

OWN_RULES = ("duration", "quality", "aspect_ratio")
"""Fields that have a rule of their own."""
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list, tuple),
    "map": (dict,),
}


@rule("request/model")
def model(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The model asked for is none of those that the edition describes.

    Why: What an edition does not describe cannot be judged by it. One edition alone refuses such a request outright;
    this is said where several are compared.

    Fix: Judge by an edition that describes the model, or name another model: `preflight profiles NAME` lists them.
    """
    asked = whole.spec.model
    if asked is not None and asked not in profile.models:
        known = tuple(profile.models)
        message = phrase(
            "model {q} asked for; {w} describes {l}", q=repr(printable(asked)), w=profile.name, l=joined(known)
        )
        source = "; ".join(dict.fromkeys(one.source for one in profile.models.values()))
        yield _setting("request/model", printable(asked), known, message, source)


@rule("request/duration", "request.duration_s")
def duration(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The length asked for is outside what the model makes.

    Why: The service refuses the request. What is allowed may depend on the quality, or on the clips that are sent.

    Fix: Ask for a whole number of seconds within the range.
    """
    limit, asked = profile.request.duration_s, whole.spec.duration
    if limit and asked is not None and not limit.takes(asked):
        yield from _length("request/duration", asked, limit)
        return
    yield from _dependent("request/duration", "duration", whole, profile)


def _length(rule_id: str, asked: int | str, limit: OutputLength) -> Iterator[Finding]:
    if isinstance(asked, int) and not limit.allowed and not limit.special:
        low, high = (None if one is None else Fraction(one) for one in (limit.min, limit.max))
        about: dict[str, Any] = {name: getattr(limit, name) for name in Sourced.__struct_fields__}
        reading = Reading(asked, "the request", filled_by_n("{n} s asked for"))
        yield from beyond(rule_id, reading, Range(min=low, max=high, **about), "s", fix="none")
        return
    known = [str(one) for one in (*limit.allowed, *limit.special)]
    if limit.min is not None or limit.max is not None:
        known.insert(0, f"{limit.min or ''}..{limit.max or ''}")
    message = phrase("duration {w} asked for; {l} allowed", w=printable(str(asked)), l=joined(known, " or "))
    yield _broken(rule_id, asked, known, message, limit)


@rule("request/clips-and-duration", "request.against_clips")
def clips_and_duration(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The length asked for does not fit the length of the clips that are sent.

    Why: Some models limit clips and video together; one that continues a clip counts the clip in the video's length.

    Fix: Ask for another length, or cut the clip.
    """
    yield from _too_long_here(whole, profile)
    limit, asked = profile.request.against_clips, value_of("duration", whole.spec, profile)
    clips = [clip.duration_s or Fraction(0) for clip in whole.clips("video")]
    special = profile.request.duration_s.special if profile.request.duration_s else ()
    if not limit or not clips or not isinstance(asked, int) or asked in special:
        return
    if not holds(limit.when, whole.spec, profile):
        return
    together, longest = sum(clips, Fraction(asked)), max(clips)
    if limit.together_max_s is not None and together > limit.together_max_s:
        most = decimal(limit.together_max_s)
        message = phrase(
            "clips and the {n1} s asked for are {n2} s together; at most {n3} s allowed",
            n1=asked,
            n2=distinct_decimal(together, limit.together_max_s),
            n3=most,
        )
        yield _broken("request/clips-and-duration", together, [f"..{most}"], message, limit)
    if limit.not_below and asked < longest:
        message = phrase(
            "{n1} s asked for; the clip's {n2} s are part of it, so no less is allowed",
            n1=asked,
            n2=distinct_decimal(longest, asked),
        )
        yield _broken("request/clips-and-duration", asked, [f"{decimal(longest)}.."], message, limit)


def _too_long_here(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """Yield a finding for the longest clip where the settings of the request allow less than the edition does."""
    longest = max((clip.duration_s or Fraction(0) for clip in whole.clips("video")), default=Fraction(0))
    for limit in profile.request.clip_lengths.values():
        if longest > limit.max_s and holds(limit.when, whole.spec, profile):
            message = phrase(
                "a clip is {n1} s long; {when} at most {n2} s allowed",
                n1=distinct_decimal(longest, limit.max_s),
                when=words(limit.when),
                n2=decimal(limit.max_s),
            )
            yield _broken("request/clips-and-duration", longest, [f"..{decimal(limit.max_s)}"], message, limit)


@rule("request/quality", "request.quality")
def quality(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The quality asked for is not one that the model makes.

    Why: The service refuses the request. Which qualities there are depends on the model and the edition.

    Fix: Ask for one of those named.
    """
    name = whole.spec.model or profile.default_model
    known, asked = profile.models.get(name), whole.spec.quality
    if known and known.quality and asked is not None and asked not in known.quality:
        message = phrase(
            "quality {q} asked for; {w} makes {l}", q=repr(printable(asked)), w=name, l=joined(known.quality, " or ")
        )
        yield _broken("request/quality", asked, known.quality, message, known)
        return
    yield from _dependent("request/quality", "quality", whole, profile)


@rule("request/aspect-ratio", "request.aspect_ratio")
def aspect_ratio(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The shape asked for is not one that the model makes.

    Why: The service refuses the request.

    Fix: Ask for one of those named.
    """
    limit, asked = profile.request.aspect_ratio, whole.spec.aspect_ratio
    if limit and asked is not None and asked not in limit.allowed:
        message = phrase(
            "aspect ratio {q} asked for; one of {l} allowed", q=repr(printable(asked)), l=joined(limit.allowed)
        )
        yield _broken("request/aspect-ratio", asked, limit.allowed, message, limit)
        return
    yield from _dependent("request/aspect-ratio", "aspect_ratio", whole, profile)


@rule("request/together", "request.together")
def together(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """Too many of several things are sent together, or none of those of which at least one is needed.

    Why: Each may be within its own count, and the service still refuse them together; or no single one is needed, but
    some one of them is.

    Fix: Leave some out, or add one.
    """
    for limit in profile.request.together.values():
        if holds(limit.when, whole.spec, profile):
            yield from _counted(limit, whole)


def _counted(limit: Together, whole: WholeRequest) -> Iterator[Finding]:
    sent = given(whole.spec)
    counts = {name: _many(sent.get(name)) for name in limit.of}
    total, found = sum(counts.values()), joined(f"{name} {count}" for name, count in counts.items())
    where = words(limit.when)
    said = phrase("{n} sent together ({l})", n=total, l=found)
    if where:
        said = phrase("{n} sent together ({l}) {when}", n=total, l=found, when=where)
    if limit.max is not None and total > limit.max:
        message = phrase("{said}; at most {n} allowed", said=said, n=limit.max)
        yield _broken("request/together", total, [f"{limit.min}..{limit.max}"], message, limit)
    elif total < limit.min:
        least = "at least one" if limit.min == 1 else phrase("at least {n}", n=limit.min)
        if not total:
            of = joined(limit.of, " or ")
            said = phrase("none of {l} sent {when}", l=of, when=where) if where else phrase("none of {l} sent", l=of)
        message = phrase("{said}; {least} needed", said=said, least=least)
        yield _broken("request/together", total, [f"{limit.min}..{limit.max or ''}"], message, limit)


def _many(value: object) -> int:
    """Return how many things a field holds."""
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int):
        return value
    return len(value) if isinstance(value, list | tuple | dict) else 1


# ---- every other field ---------------------------------------------------------------------------------------------


@rule("request/field", "request.fields")
def field(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """A field of the request is missing, is refused by the model, is none of its fields, or holds what it may not.

    Why: The service refuses the request, or passes over what was meant. What is allowed may depend on other fields.

    Fix: See the message: add it, leave it out, or give one of the values that are named.
    """
    sent = given(whole.spec)
    for name in unknown(whole.spec, profile):
        yield _none_such(name, profile)
    for name, limit in profile.request.fields.items():
        if limit.required and name not in sent and not (name == "prompt" and whole.spec.model is None):
            yield _broken(
                "request/field",
                "none",
                ["given"],
                phrase("{w} is missing; {q} needs it", w=name, q=profile.name),
                limit,
            )
        elif name in sent and name not in OWN_RULES and (name != "prompt" or limit.refused):
            yield from _held(name, sent[name], limit)
    for wrong in nested(whole, profile):
        yield _broken("request/field", wrong.measured, [wrong.allowed], wrong.message, wrong.limit)
    names = dict.fromkeys(case.field for case in profile.request.cases.values())
    for name in names:
        if name not in OWN_RULES:
            yield from _dependent("request/field", name, whole, profile)


def _none_such(name: str, profile: Profile) -> Finding:
    """Return the finding that the edition has no such field, and those that are most like it."""
    known = profile.fields()
    near = nearest(name, known) or known[:3]
    strict = profile.request.strict
    return Finding(
        rule="request/field",
        severity="error",
        message=phrase("{q}: {w} has no such field; nearest: {l}", q=printable(name), w=profile.name, l=joined(near)),
        measured=printable(name),
        source=strict.source if strict else None,
    )


def _held(name: str, value: Any, limit: Field) -> Iterator[Finding]:  # noqa: ANN401 - whatever a request may hold
    """Yield what is wrong with the value of a field."""
    shown = printable(str(value))[:80]
    if limit.refused:
        yield _broken("request/field", name, ["none"], phrase("{w} is refused by this model", w=name), limit)
    elif limit.kind is None and not _is_of(value, limit):
        yield _broken(
            "request/field",
            shown,
            [limit.type],
            phrase("{w}: expected {w2}, got {q}", w=name, w2=limit.type, q=repr(shown)),
            limit,
        )
    elif limit.allowed and value not in limit.allowed:
        allowed = [str(one) for one in limit.allowed]
        yield _broken(
            "request/field",
            shown,
            allowed,
            phrase("{w} {q}; {l} allowed", w=name, q=shown, l=joined(allowed, " or ")),
            limit,
        )
    elif limit.max_characters is not None and isinstance(value, str) and len(value) > limit.max_characters:
        said = phrase(
            "{w} has {n1} characters; at most {n2} allowed",
            w=name,
            n1=f"{len(value):,}",
            n2=f"{limit.max_characters:,}",
        )
        yield _broken("request/field", len(value), [f"..{limit.max_characters}"], said, limit)
    elif isinstance(value, int | float) and not isinstance(value, bool) and not _within(value, limit.min, limit.max):
        span = f"{_number(limit.min)}..{_number(limit.max)}"
        yield _broken("request/field", shown, [span], phrase("{w} {q}; {l} allowed", w=name, q=shown, l=span), limit)


def _is_of(value: object, limit: Field) -> bool:
    return isinstance(value, TYPES[limit.type]) and (limit.type == "boolean" or not isinstance(value, bool))


def _within(value: float, low: Fraction | int | None, high: Fraction | int | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _number(value: Fraction | None) -> str:
    return "" if value is None else decimal(value).replace(",", "")


# ---- what depends on what ------------------------------------------------------------------------------------------


def _dependent(rule_id: str, name: str, whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """Yield what the cases that are met say of a field."""
    sent = given(whole.spec)
    for case in profile.request.cases.values():
        if case.field == name and holds(case.when, whole.spec, profile):
            if case.required and name not in sent:
                yield _broken(
                    rule_id,
                    "none",
                    ["given"],
                    phrase("{w} is missing; it is needed {when}", w=name, when=words(case.when)),
                    case,
                )
            elif name in sent:
                yield from _judged(rule_id, name, sent[name], case)


def _judged(rule_id: str, name: str, value: Any, case: Case) -> Iterator[Finding]:  # noqa: ANN401 - as above
    where, shown = words(case.when) or "here", printable(str(value))
    if case.refused:
        yield _broken(rule_id, shown, ["none"], phrase("{w} is refused {when}", w=name, when=where), case)
    elif case.ignored:
        yield Finding(
            rule=rule_id,
            severity="warning",
            message=case.told(phrase("{w} has no effect {when}", w=name, when=where)),
            source=case.source,
        )
    elif case.allowed and value not in case.allowed:
        allowed = [str(one) for one in case.allowed]
        yield _broken(
            rule_id,
            shown,
            allowed,
            phrase("{w} {q} asked for; {when} {l} allowed", w=name, q=shown, when=where, l=joined(allowed, " or ")),
            case,
        )
    elif isinstance(value, int | float) and not isinstance(value, bool) and not _within(value, case.min, case.max):
        span = f"{'' if case.min is None else case.min}..{'' if case.max is None else case.max}"
        yield _broken(
            rule_id,
            value if isinstance(value, int) else shown,
            [span],
            phrase("{w} {q} asked for; {when} {l} allowed", w=name, q=shown, when=where, l=span),
            case,
        )


def _broken(rule_id: str, measured: Any, allowed: Iterable[str], message: str, limit: Sourced) -> Finding:  # noqa: ANN401 - as above
    return Finding(
        rule=rule_id,
        severity=limit.weight,
        message=limit.told(message),
        measured=measured,
        limit="|".join(allowed),
        source=limit.source,
        doubtful=limit.doubtful,
    )


def _setting(rule_id: str, asked: str, allowed: tuple[str, ...], message: str, source: str) -> Finding:
    return Finding(
        rule=rule_id, severity="error", message=message, measured=asked, limit="|".join(allowed), source=source
    )
