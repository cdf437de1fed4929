"""Profiles as lists of limits, and the differences between two.

In: a `Profile`. Out: `Entry` by dotted place, None for an undocumented limit; and `Difference` values.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from preflight.profiles.schema import Profile
from preflight.values.assets import Kind
from preflight.values.limits import Count, OneOf, Range, Sourced

Family = Literal["image", "video", "audio", "request"]
FAMILIES: tuple[Family, ...] = get_args(Family)
KIND_OF: dict[Family, Kind] = {"image": "image", "video": "video", "audio": "audio"}
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
    for name, model in profile.models.items():
        found[f"models.{name}"] = _entry(model, model)
    found["price"] = _entry(profile.price, profile.price)
    for name, price in profile.price.models.items():
        found[f"price.models.{name}"] = _entry(price, profile.price)
    for name, phrasing in profile.phrasings.items():
        found[f"phrasings.{name}"] = _entry(phrasing, phrasing)
    return found


def _of_family(profile: Profile, family: Family) -> Iterator[tuple[str, Entry | None]]:
    table: msgspec.Struct = getattr(profile, family)
    taken = profile.takes(KIND_OF.get(family, "unknown"))
    for key in table.__struct_fields__:
        limit: Sourced | None = getattr(table, key)
        given = limit is not None and (taken or key == "count")
        yield f"{family}.{key}", _entry(limit, limit) if limit is not None and given else None


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
    return Entry(words="; ".join(_parts(value)), source=of.source, read=of.read)


def _parts(value: msgspec.Struct) -> Iterator[str]:
    """Yield a limit's short form, if any, and its other fields."""
    said: set[str] = set()
    if isinstance(value, Range):
        said = {"min", "max"}
        yield f"{_number(value.min)}..{_number(value.max)}"
    elif isinstance(value, Count | OneOf):
        said = {"min", "max", "allowed"}
        yield value.text()
    for field in value.__struct_fields__:
        found = getattr(value, field)
        if field not in said | ATTRIBUTES and found is not None and not _holds_tables(found):
            yield f"{field} {_shown(found)}"
    if isinstance(value, Sourced) and value.severity != "error":
        yield f"severity {value.severity}"


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
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _number(value: Fraction | None) -> str:
    """Format a number with all its digits; an empty string for None."""
    if value is None:
        return ""
    return f"{(Decimal(value.numerator) / value.denominator).normalize():f}"
