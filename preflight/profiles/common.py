"""The limits that several editions have in common: what keeps to them is taken by all.

Of each limit the strictest bounds count, of lists what all of them have. Limits that only warn count where no edition
has one that refuses.
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from preflight.errors import CallError
from preflight.profiles.schema import ARRAYS, UNSAID, Profile
from preflight.values.limits import Count, OneOf, Range, Sourced
from preflight.values.phrase import phrase

JOINED = " + "
"""Stands between the names of editions whose limits are taken together."""


def common(profiles: Sequence[Profile]) -> Profile:
    """Combine editions into one whose files all of them take.

    Raises:
        CallError: of some limit they have nothing in common.
    """
    first, *others = profiles
    if not others:
        return first
    limits = {kind: _of_kind(kind, profiles) for kind in ARRAYS}
    names = JOINED.join(profile.name for profile in profiles)
    title = f"What {len(profiles)} editions have in common"
    return msgspec.structs.replace(first, name=names, title=title, at={}, **limits)


def _of_kind(kind: str, profiles: Sequence[Profile]) -> msgspec.Struct:
    """Combine the limits of one kind; where one edition takes nothing of it, none is taken."""
    tables: list[msgspec.Struct] = [getattr(profile, kind) for profile in profiles]
    refusing = [profile for profile in profiles if not profile.takes(kind)]  # type: ignore[arg-type] # a kind of ARRAYS
    if refusing:
        return msgspec.structs.replace(tables[0], count=getattr(refusing[0], kind).count)
    found: dict[str, Sourced | None] = {}
    for key in tables[0].__struct_fields__:
        limits = [limit for table in tables if (limit := getattr(table, key)) is not None]
        limits = [limit for limit in limits if limit.source != UNSAID["source"] or key == "count"]
        if limits:
            found[key] = _one(f"{kind}.{key}", limits, profiles)
    return msgspec.structs.replace(tables[0], **found)


def _one(place: str, limits: Sequence[Sourced], profiles: Sequence[Profile]) -> Sourced:
    """Combine one limit."""
    strict = [limit for limit in limits if limit.weight == "error"] or list(limits)
    about = {
        "source": "; ".join(dict.fromkeys(limit.source for limit in strict)),
        "read": min(limit.read for limit in strict),
        "severity": strict[0].weight,
        "doubtful": all(limit.doubtful for limit in strict),
    }
    try:
        if isinstance(strict[0], Count):
            return _count([one for one in limits if isinstance(one, Count)], about)
        if isinstance(strict[0], OneOf):
            return _words(place, [one for one in strict if isinstance(one, OneOf)], about)
        return _range([one for one in strict if isinstance(one, Range)], about)
    except ValueError:
        names = " and ".join(profile.name for profile in profiles)
        said = "; ".join(_told(limit) for limit in strict)
        raise CallError(phrase("{q1}: {q2} have nothing in common: {said}", q1=place, q2=names, said=said)) from None


def _told(limit: Sourced) -> str:
    return limit.text() if isinstance(limit, Count | OneOf | Range) else str(limit)


def _count(limits: Sequence[Count], about: dict[str, object]) -> Count:
    """Take the fewest of the most; a field of one file beside an empty array counts as one."""
    return Count(min=0, max=min(max(limit.max, 1) for limit in limits), **about)  # type: ignore[arg-type] # as in `_one`


def _words(place: str, limits: Sequence[OneOf], about: dict[str, object]) -> OneOf:
    first, *others = limits
    if place.endswith(".opaque"):
        every = tuple(dict.fromkeys(word for limit in limits for word in limit.allowed))
        return OneOf(allowed=every, **about)  # type: ignore[arg-type] # as in `_one`
    kept = tuple(word for word in first.allowed if all(word in other.allowed for other in others))
    return OneOf(allowed=kept, **about)  # type: ignore[arg-type] # as in `_one`


def _range(limits: Sequence[Range], about: dict[str, object]) -> Range:
    lows = [(limit.lowest, limit.above is not None) for limit in limits if limit.lowest is not None]
    highs = [(limit.highest, limit.below is not None) for limit in limits if limit.highest is not None]
    low, above = max(lows, default=(None, False), key=lambda one: (one[0] or Fraction(0), one[1]))
    high, below = min(highs, default=(None, False), key=lambda one: (one[0] or Fraction(0), not one[1]))
    grey = min((limit.warn_above for limit in limits if limit.warn_above is not None), default=None)
    return Range(
        min=None if above else low,
        above=low if above else None,
        max=None if below else high,
        below=high if below else None,
        warn_above=grey if grey is not None and high is not None and grey < high else None,
        **about,  # type: ignore[arg-type] # as in `_one`
    )
