"""Tables of a profile before they are typed: what a file says once for all its limits, and limits by place.

In: a table as TOML has it. Out: the same with every limit whole.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args, get_origin

import msgspec

from preflight.errors import ProfileError
from preflight.files.toml import TableError
from preflight.profiles.schema import ARRAYS, Profile
from preflight.values.limits import Sourced
from preflight.values.phrase import phrase

Tables = dict[str, Any]
ABOUT = ("source", "read")
OF_FORMAT_1 = (
    *("name", "title", "default_model", "service"),
    *(f"image.{key}" for key in ("count", "format", "side_px", "aspect_ratio", "bytes")),
    *(f"video.{key}" for key in ("count", "format", "duration_s", "total_duration_s", "pixels", "side_px")),
    *(f"video.{key}" for key in ("aspect_ratio", "frame_rate_hz", "bytes", "codec", "sound_codec")),
    *(f"audio.{key}" for key in ("count", "format", "duration_s", "total_duration_s", "bytes")),
    *(f"request.{key}" for key in ("duration_s", "aspect_ratio", "callback_url")),
    "price.models",
)
"""Places that a profile of format 1 has to give."""
OF_TAKEN = {"image": ("format",), "video": ("format", "codec", "sound_codec"), "audio": ("format",)}
"""What any profile has to give of a kind of which something is taken: by these a new file is written."""


def signed(table: Tables, name: str) -> Tables:
    """Return a file's table with its `source` and `read` at the top laid beneath every limit that it states."""
    about = {key: table[key] for key in ABOUT if key in table}
    if about and len(about) < len(ABOUT):
        missing = next(key for key in ABOUT if key not in about)
        raise ProfileError(
            phrase("{q1}: {q2}: missing; it stands beside {q3}", q1=name, q2=missing, q3=next(iter(about)))
        )
    rest = {key: value for key, value in table.items() if key not in ABOUT}
    return _signed(rest, Profile, about) if about else rest


def _signed(table: Tables, wanted: type[msgspec.Struct], about: Tables) -> Tables:
    types = _types(wanted)
    below = {key: _below(value, types.get(key), about) for key, value in table.items()}
    return {**about, **below} if issubclass(wanted, Sourced) else below


@cache
def _types(wanted: type[msgspec.Struct]) -> Mapping[str, object]:
    """Return the types of a struct's places; its annotations are text, and reading them takes its time."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(wanted)}


def _below(value: Any, wanted: object, about: Tables) -> Any:  # noqa: ANN401 - whatever stands in a TOML file
    """Copy a table, with its limits signed."""
    if not isinstance(value, dict):
        return value
    for option in (wanted, *get_args(wanted)):
        if isinstance(option, type) and issubclass(option, msgspec.Struct):
            return _signed(value, option, about)
        if get_origin(option) is dict:
            return {key: _below(inner, get_args(option)[1], about) for key, inner in value.items()}
    return value


def with_places(table: Tables) -> Tables:
    """Return a table in which the limits by place are whole: laid over those of their kind."""
    places = table.get("at")
    if not isinstance(places, dict):
        return table
    return {**table, "at": {name: _whole(place, table) for name, place in places.items()}}


def _whole(place: Any, table: Tables) -> Any:  # noqa: ANN401 - as above
    if not isinstance(place, dict):
        return place
    return {
        kind: _over(table.get(kind), limits) if kind in ARRAYS and isinstance(limits, dict) else limits
        for kind, limits in place.items()
    }


def _over(below: object, above: Mapping[str, Any]) -> Tables:
    merged = dict(below) if isinstance(below, dict) else {}
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = {**under, **value} if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def refuse_missing(table: Tables) -> None:
    """Raise TableError for a place that a profile of its format has to give, and does not."""
    first = table.get("format", 1) == 1
    for place in OF_FORMAT_1 if first else _of_taken(table):
        found: object = table
        for step in place.split("."):
            if isinstance(found, dict) and step not in found:
                cut = place[: place.index(step) + len(step)]
                raise TableError(phrase("{q}: missing", q=cut))
            found = found.get(step) if isinstance(found, dict) else None


def _of_taken(table: Tables) -> Iterator[str]:
    """Yield what has to be given of the kinds of which something is taken, in arrays or in fields of their own."""
    for kind, keys in OF_TAKEN.items():
        count = _at(table, kind, "count", "max")
        fields = _at(table, "request", "fields") or {}
        single = isinstance(fields, dict) and any(_at(one, "kind") == kind for one in fields.values())
        if count or single:
            yield from (f"{kind}.{key}" for key in keys)


def _at(table: object, *steps: str) -> object:
    for step in steps:
        table = table.get(step) if isinstance(table, dict) else None
    return table
