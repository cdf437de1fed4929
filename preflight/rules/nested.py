"""What stands inside a field of a request: the shots of a video, and what voices are bound to.

In: the value of a field, a list or a map, and its limit. Out: what is wrong with it, in words.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from preflight.profiles.schema import Profile
from preflight.profiles.settings import Bindings, Shots
from preflight.rules.fields import given, value_of
from preflight.rules.whole import WholeRequest, sent_words
from preflight.values.assets import Kind, printable
from preflight.values.limits import Sourced
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal, distinct_decimal, exact


class Wrong(NamedTuple):
    """One thing that is wrong with a field."""

    name: str
    measured: int | str
    allowed: str
    message: str
    limit: Sourced


def nested(whole: WholeRequest, profile: Profile) -> Iterator[Wrong]:
    """Yield what is wrong inside the lists and maps of a request."""
    sent = given(whole.spec)
    asked, length = value_of("duration", whole.spec, profile), profile.request.duration_s
    if length and asked in length.special:  # which is no length to add up to
        asked = None
    for name, shots in profile.request.shots.items():
        if isinstance(found := sent.get(name), list | tuple):
            yield from _of_shots(name, list(found), shots, asked)
    for name, bindings in profile.request.bindings.items():
        if isinstance(found := sent.get(name), Mapping):
            yield from _of_bindings(name, found, bindings, whole)


# ---- shots -----------------------------------------------------------------------------------------------------------


def _of_shots(name: str, found: list[Any], limit: Shots, asked: object) -> Iterator[Wrong]:
    if not 0 < len(found) <= limit.max:
        words = phrase("{w} has {n1} shots; 1 to {n2} allowed", w=name, n1=len(found), n2=limit.max)
        yield Wrong(name, len(found), f"1..{limit.max}", words, limit)
    for number, shot in enumerate(found, 1):
        yield from _of_shot(phrase("{w}: shot {n}", w=name, n=number), shot, limit)
    lengths = [_seconds(shot) for shot in found]
    known = [length for length in lengths if length is not None]
    if isinstance(asked, int) and found and len(known) == len(lengths) and (total := sum(known)) != asked:
        words = phrase(
            "{w}: the shots are {n1} s together; they have to be the {n2} s of the video",
            w=name,
            n1=distinct_decimal(total, asked),
            n2=asked,
        )
        yield Wrong(name, decimal(total), str(asked), words, limit)


def _of_shot(place: str, shot: object, limit: Shots) -> Iterator[Wrong]:
    prompt = shot.get("prompt") if isinstance(shot, Mapping) else None
    if not isinstance(prompt, str) or not prompt.strip():
        yield Wrong(place, "none", "prompt", phrase("{place} has no prompt", place=place), limit)
    elif limit.max_characters is not None and len(prompt) > limit.max_characters:
        words = phrase(
            "{place}: its prompt has {n1} characters; at most {n2} allowed",
            place=place,
            n1=f"{len(prompt):,}",
            n2=f"{limit.max_characters:,}",
        )
        yield Wrong(place, len(prompt), f"..{limit.max_characters}", words, limit)
    length = _seconds(shot)
    if length is None or length <= 0:
        yield Wrong(place, "none", "duration", phrase("{place} has no duration in seconds", place=place), limit)


def _seconds(shot: object) -> Fraction | None:
    """Read the length of a shot, a number or its text; None for none."""
    value = shot.get("duration") if isinstance(shot, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return exact(value)
    except (ValueError, ZeroDivisionError):
        return None


# ---- voices ----------------------------------------------------------------------------------------------------------


def _of_bindings(name: str, found: Mapping[str, Any], limit: Bindings, whole: WholeRequest) -> Iterator[Wrong]:
    if not 0 < len(found) <= limit.max:
        words = phrase("{w} has {n1} entries; 1 to {n2} allowed", w=name, n1=len(found), n2=limit.max)
        yield Wrong(name, len(found), f"1..{limit.max}", words, limit)
    for key in found:
        if fault := _key_fault(key, limit.kinds, whole):
            yield Wrong(
                name,
                printable(str(key))[:40],
                "|".join(limit.kinds),
                phrase("{w}: {fault}", w=name, fault=fault),
                limit,
            )


def _key_fault(key: str, kinds: tuple[Kind, ...], whole: WholeRequest) -> str:
    match = re.fullmatch(rf"({'|'.join(kinds)})([1-9][0-9]{{0,3}})", key)
    shown = printable(str(key))[:40]
    if match is None:
        return phrase(
            "{q} names no reference; {l} is how one is named",
            q=repr(shown),
            l=joined((f"{kind}1" for kind in kinds), " or "),
        )
    kind: Kind = next(one for one in kinds if one == match[1])
    sent = whole.count(kind)
    if int(match[2]) > sent:
        return phrase("{q} is bound, but {have}", q=shown, have=sent_words(kind, sent))
    return ""
