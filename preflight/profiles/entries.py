"""Profiles as lists of limits, and the differences between two.

In: a `Profile`. Out: `Entry` by dotted place, None for an undocumented limit; and `Difference` values.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from preflight.profiles.schema import UNSAID, Profile
from preflight.profiles.settings import Between
from preflight.values.assets import Kind
from preflight.values.limits import Count, OneOf, Range, Sourced
from preflight.values.phrase import phrase

Family = Literal["image", "video", "audio", "request"]
FAMILIES: tuple[Family, ...] = get_args(Family)
KIND_OF: dict[Family, Kind] = {"image": "image", "video": "video", "audio": "audio"}
STALE_DAYS = 365
NOT_GIVEN = "not given"
ATTRIBUTES = frozenset(Sourced.__struct_fields__)
"""Fields common to all limits."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A limit in words, with its source."""

    words: str
    source: str | None = None
    read: dt.date | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference between two profiles; None where one has no such limit."""

    place: str
    before: Entry | None
    after: Entry | None

    @property
    def change(self) -> Literal["added", "removed", "changed"]:
        """The change from the first profile to the second."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def entries(profile: Profile) -> dict[str, Entry | None]:
    """Return each limit by place, or None where undocumented.

    For a kind that is not accepted, only its count is listed.
    """
    found: dict[str, Entry | None] = {"default_model": Entry(words=profile.default_model)}
    found["service"] = _entry(profile.service, profile.service)
    for family in FAMILIES:
        found |= dict(_of_family(profile, family))
    found |= dict(_of_places(profile))
    for name, model in profile.models.items():
        found[f"models.{name}"] = _entry(model, model)
    found["price"] = _entry(profile.price, profile.price)
    for name, price in profile.price.models.items():
        found[f"price.models.{name}"] = _entry(price, profile.price)
    for name, rate in profile.price.rates.items():
        found[f"price.rates.{name}"] = _entry(rate, rate)
    if profile.output:
        found["output"] = _entry(profile.output, profile.output)
    for name, phrasing in profile.phrasings.items():
        found[f"phrasings.{name}"] = _entry(phrasing, phrasing)
    return found


def _of_family(profile: Profile, family: Family) -> Iterator[tuple[str, Entry | None]]:
    table: msgspec.Struct = getattr(profile, family)
    taken = profile.takes(KIND_OF.get(family, "unknown"))
    yield from _of_table(family, table, taken=taken)


def _of_table(place: str, table: msgspec.Struct, *, taken: bool = True) -> Iterator[tuple[str, Entry | None]]:
    """Yield the limits of one table, and those of the tables by name in it."""
    for key in table.__struct_fields__:
        limit: Sourced | dict[str, Sourced] | None = getattr(table, key)
        if isinstance(limit, dict):
            yield from ((f"{place}.{key}.{name}", _entry(one, one)) for name, one in limit.items())
            continue
        given = limit is not None and (taken or key == "count") and limit.source != UNSAID["source"]
        yield f"{place}.{key}", _entry(limit, limit) if limit is not None and given else None


def _of_places(profile: Profile) -> Iterator[tuple[str, Entry | None]]:
    """Yield the limits by place that are others than those of their kind."""
    for name, place in profile.at.items():
        for kind in KIND_OF.values():
            limits: msgspec.Struct | None = getattr(place, kind)
            if limits is not None:
                usual = dict(_of_table("", getattr(profile, kind)))
                found = dict(_of_table("", limits)).items()
                yield from ((f"at.{name}.{kind}{key}", one) for key, one in found if one != usual[key])


def stale(profile: Profile, today: dt.date) -> str:
    """Warn of an edition whose sources are all older than a year; "" for others."""
    read = max(entry.read for entry in entries(profile).values() if entry and entry.read)
    if (today - read).days <= STALE_DAYS:
        return ""
    return phrase(
        "profile {q1}: last read {q2}, more than a year ago: limits may have changed", q1=profile.name, q2=read
    )


def stale_among(profiles: Iterable[Profile], today: dt.date) -> str:
    """Warn once of all editions that `stale` warns of; "" where there are none."""
    dated = ((profile.service.read, profile) for profile in profiles)
    old = [profile for read, profile in dated if (today - read).days > STALE_DAYS and stale(profile, today)]
    if not old:
        return ""
    oldest = min(profile.service.read for profile in old)
    if len(old) == 1:
        one = "{q} was last read more than a year ago, the oldest {w}: limits may have changed"
        return phrase(one, q=old[0].name, w=oldest)
    several = "{n} editions were last read more than a year ago, the oldest {w}: limits may have changed"
    return phrase(several, n=len(old), w=oldest)


def differences(before: Profile, after: Profile) -> list[Difference]:
    """Return the differences in order of place; ignore sources."""
    old, new = entries(before), entries(after)
    pairs = [(place, old.get(place), new.get(place)) for place in dict.fromkeys([*old, *new])]
    found = [Difference(place=place, before=one, after=other) for place, one, other in pairs]
    return [one for one in found if _words(one.before) != _words(one.after)]


def _words(entry: Entry | None) -> str:
    return entry.words if entry else NOT_GIVEN


def _entry(value: msgspec.Struct, of: Sourced) -> Entry:
    """Format a value, with its source."""
    return Entry(words="; ".join(_parts(value)) or "yes", source=of.source, read=of.read)


def _parts(value: msgspec.Struct) -> Iterator[str]:
    """Yield a limit's short form, if any, and its other fields."""
    said: set[str] = set()
    if isinstance(value, Range):
        said = {"min", "max", "above", "below"}
        low, high = ("" if strict is None else mark for strict, mark in ((value.above, ">"), (value.below, "<")))
        yield f"{low}{_number(value.lowest)}..{high}{_number(value.highest)}"
    elif isinstance(value, Count | OneOf):
        said = {"min", "max", "allowed"}
        yield value.text()
    defaults = {one.name: one.default for one in msgspec.structs.fields(value)}
    for field in value.__struct_fields__:
        found = getattr(value, field)
        if field not in said | ATTRIBUTES and _says(found, defaults.get(field)) and not _holds_tables(found):
            yield f"{field} {_shown(found)}"
    if isinstance(value, Sourced) and value.severity != "error":
        yield f"severity {value.severity}"
    if isinstance(value, Sourced) and value.doubtful:
        yield "in doubt"


def _says(found: object, default: object) -> bool:
    """Tell whether a value says anything: what is off or empty by default, and is, does not."""
    empty = found is None or found is False or (isinstance(found, tuple | dict) and not found)
    return found is not None and not (empty and (found is default or not isinstance(found, bool)))


def _holds_tables(value: object) -> bool:
    """Tell whether a value is listed as several places."""
    return isinstance(value, dict) and all(isinstance(inner, msgspec.Struct) for inner in value.values())


def _shown(value: object) -> str:
    if isinstance(value, Fraction):
        return _number(value)
    if isinstance(value, tuple):
        return "|".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}={_shown(inner)}" for key, inner in value.items())
    if isinstance(value, Between):
        return f"{'' if value.min is None else value.min}..{'' if value.max is None else value.max}"
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _number(value: Fraction | None) -> str:
    """Format a number with all its digits; an empty string for None."""
    if value is None:
        return ""
    return f"{(Decimal(value.numerator) / value.denominator).normalize():f}"
