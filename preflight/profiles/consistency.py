"""What a profile says that contradicts itself: the place, and what was expected there.

In: a profile of the right shape. Out: nothing, or a `TableError` whose message begins with the place.
"""

from collections.abc import Iterable, Iterator

from preflight.files.toml import TableError
from preflight.profiles.schema import ARRAYS, Profile
from preflight.profiles.settings import Case, Condition, Field, OutputLength, Scalar
from preflight.values.phrase import joined, phrase

KINDS = tuple(ARRAYS)


def refuse_inconsistent(profile: Profile) -> None:
    """Raise TableError for the first thing that nothing can satisfy, or that names what is not there."""
    for place, words in inconsistencies(profile):
        raise TableError(phrase("{q}: {fault}", q=place, fault=words))


def inconsistencies(profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield every place of a profile that contradicts another, with what was expected."""
    if profile.format > 1 and profile.default_model not in profile.models:
        yield "default_model", _one_of(profile.models, profile.default_model)
    if length := profile.request.duration_s:
        yield from _of_length(length)
    yield from _of_settings(profile)
    for name, field in profile.request.fields.items():
        yield from _of_field(f"request.fields.{name}", field)
    for name, case in profile.request.cases.items():
        yield from _of_case(f"request.cases.{name}", case, profile)
    for name, together in profile.request.together.items():
        place = f"request.together.{name}"
        if together.max is not None and together.min > together.max:
            yield place, phrase("expected min to be at most max, got {n1} and {n2}", n1=together.min, n2=together.max)
        for at, one in enumerate(together.of):
            yield from _unknown(f"{place}.of.{at}", one, profile)
        yield from _of_conditions(f"{place}.when", together.when, profile)
    yield from _of_nested(profile)
    for name, length_of in profile.request.clip_lengths.items():
        yield from _of_conditions(f"request.clip_lengths.{name}.when", length_of.when, profile)
    if against := profile.request.against_clips:
        yield from _of_conditions("request.against_clips.when", against.when, profile)
    yield from _of_places(profile)


def _of_nested(profile: Profile) -> Iterator[tuple[str, str]]:
    for table, names in (("shots", profile.request.shots), ("bindings", profile.request.bindings)):
        for name in names:
            yield from _unknown(f"request.{table}.{name}", name, profile)


def _of_length(length: OutputLength) -> Iterator[tuple[str, str]]:
    place = "request.duration_s"
    if length.min is not None and length.max is not None and length.min > length.max:
        yield place, phrase("expected min to be at most max, got {n1} and {n2}", n1=length.min, n2=length.max)
    if length.allowed and (length.min is not None or length.max is not None):
        yield f"{place}.allowed", "expected a set or bounds, got both"
    if length.default is not None and not length.takes(length.default):
        yield f"{place}.default", phrase("expected a length that may be asked for, got {q}", q=repr(length.default))


def _of_settings(profile: Profile) -> Iterator[tuple[str, str]]:
    ratio, quality = profile.request.aspect_ratio, profile.request.quality
    if ratio and ratio.default not in ratio.allowed:
        yield "request.aspect_ratio.default", _one_of(ratio.allowed, ratio.default)
    made = [model.quality for model in profile.models.values() if model.quality]
    if quality and made and not any(quality.default in one for one in made):
        yield "request.quality.default", _one_of(dict.fromkeys(q for one in made for q in one), quality.default)


def _of_field(place: str, field: Field) -> Iterator[tuple[str, str]]:
    if field.min is not None and field.max is not None and field.min > field.max:
        yield place, phrase("expected min to be at most max, got {n1} and {n2}", n1=field.min, n2=field.max)
    if field.required and field.refused:
        yield place, "expected required or refused, got both"
    if field.allowed and field.default is not None and field.default not in field.allowed:
        yield f"{place}.default", _one_of(field.allowed, field.default)


def _of_case(place: str, case: Case, profile: Profile) -> Iterator[tuple[str, str]]:
    yield from _unknown(f"{place}.field", case.field, profile)
    yield from _of_conditions(f"{place}.when", case.when, profile)
    if case.min is not None and case.max is not None and case.min > case.max:
        yield place, phrase("expected min to be at most max, got {n1} and {n2}", n1=case.min, n2=case.max)
    says = (case.allowed, case.min is not None, case.max is not None, case.required, case.refused, case.ignored)
    if not any(says):
        yield place, "expected allowed, min, max, required, refused or ignored, got none of them"
    if outside := [one for one in case.allowed if not _may_be(case.field, one, profile)]:
        yield (
            f"{place}.allowed",
            phrase("expected what {w} may be at all, got {q}", w=case.field, q=repr(outside[0])),
        )


def _may_be(name: str, value: Scalar, profile: Profile) -> bool:
    """Tell whether a field may have a value where no case says otherwise."""
    request = profile.request
    if name == "duration" and request.duration_s:
        return not isinstance(value, bool) and request.duration_s.takes(value)
    if name == "aspect_ratio" and request.aspect_ratio:
        return value in request.aspect_ratio.allowed
    if name == "quality":
        return any(value in model.quality for model in profile.models.values())
    field = request.fields.get(name)
    return field is None or not field.allowed or value in field.allowed


def _of_conditions(place: str, when: dict[str, Condition], profile: Profile) -> Iterator[tuple[str, str]]:
    for name in when:
        yield from _unknown(place, name, profile)


def _of_places(profile: Profile) -> Iterator[tuple[str, str]]:
    fields = profile.request.fields
    for name in profile.at:
        kind, _, number = name.partition(" ")
        numbered = kind in KINDS and number.isdecimal() and int(number) > 0
        if not numbered and (name not in fields or fields[name].kind is None):
            known = [one for one, field in fields.items() if field.kind]
            yield f"at.{name}", _one_of(["image 1", "video 1", "audio 1", *known], name)


def _unknown(place: str, name: str, profile: Profile) -> Iterator[tuple[str, str]]:
    if not profile.knows(name):
        yield place, _one_of(profile.fields(), name)


def _one_of(known: Iterable[object], found: object) -> str:
    import difflib

    words = list(map(str, known))
    near = difflib.get_close_matches(str(found), words, n=3, cutoff=0.4) or words[:3]
    return phrase(
        "expected one of {n} that are known, such as {l}, got {q}", n=len(words), l=joined(near), q=repr(found)
    )
