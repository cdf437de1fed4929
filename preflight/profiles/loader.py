"""Loading of profiles: TOML in, a validated `Profile` out, or a `ProfileError` with the place.

`extends = "NAME"` (a shipped edition, or a path relative to the file) inherits all other limits. `without =
["phrasings", "request.tags"]` removes inherited limits that this profile's documents lack.
"""

import os
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import ProfileError
from preflight.files.text import TextError, bytes_of, toml_of
from preflight.files.toml import TableError, convert_table
from preflight.profiles.schema import Profile
from preflight.values.limits import read_number
from preflight.values.remedy import Remedy

SHIPPED = Path(__file__).parent
DEFAULT = "seedance-2.0-2026-04"
LONGEST_WORD = 200
"""Most characters of a name to quote."""
MAX_DEPTH = 8
"""Most levels of `extends`; more are a cycle."""
MAX_BYTES = 1 << 20
"""Most bytes of a profile."""

Table = dict[str, Any]


def names() -> list[str]:
    """Return the names of the shipped editions, per model family from oldest to newest."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load(name_or_path: str = DEFAULT) -> Profile:
    """Load a shipped edition by name, or a user's profile by path.

    Raises:
        ProfileError: it is missing, not TOML, or breaks the schema; the message begins with the place.
    """
    path = locate(name_or_path, SHIPPED)
    try:
        profile = convert_table(flatten(path), Profile, dec_hook=_decode)
    except TableError as error:
        raise ProfileError(f"{path.name}: {error}", advice=Remedy("print-schema")) from None
    if path.parent != SHIPPED and profile.name in names():
        _refuse_name(path, profile)
    return profile


def _refuse_name(path: Path, profile: Profile) -> None:
    """Raise ProfileError where a user's profile has a shipped edition's name.

    One that inherits name and addresses is that edition with other limits.
    """
    edition = load(profile.name).service
    moved = (profile.service.base_url, profile.service.files_url) != (edition.base_url, edition.files_url)
    if moved or "name" in _read(path):
        words = f"{path.name}: name: {profile.name!r} is a shipped edition's name, and this is another profile"
        raise ProfileError(words, advice='Give it a name of its own: `name = "..."`.')


@cache
def shipped_addresses() -> frozenset[str]:
    """Return the service addresses of the shipped editions."""
    services = [load(name).service for name in names()]
    return frozenset(address for service in services for address in (service.base_url, service.files_url))


def locate(name_or_path: str, beside: Path) -> Path:
    """Return the file of a name or path; shipped names come first."""
    if name_or_path in names():
        return SHIPPED / f"{name_or_path}.toml"
    path = beside / name_or_path if beside != SHIPPED else Path(name_or_path)
    if os.path.isfile(path):  # noqa: PTH113 - pathlib's raises for names that no file can have
        return path
    raise ProfileError(
        f"no profile named {name_or_path[:LONGEST_WORD]!r}, and no such file",
        advice=f"Shipped profiles: {', '.join(names())}.",
    )


def flatten(path: Path, depth: int = 0) -> Table:
    """Return a profile's table, merged with all that it extends."""
    table = _read(path)
    base = table.pop("extends", None)
    if base is None:
        return table
    if not isinstance(base, str):
        raise ProfileError(f"{path.name}: extends: expected a profile's name or path, got {base!r}")
    if depth == MAX_DEPTH:
        raise ProfileError(f"{path.name}: extends: {MAX_DEPTH} profiles deep; does one extend itself?")
    without = table.pop("without", [])
    below = flatten(locate(base, path.parent), depth + 1)
    return overlay(_lacking(below, without, path.name), table)


def _lacking(below: Table, without: object, name: str) -> Table:
    """Remove dotted places from a table.

    Raises:
        ProfileError: the list is malformed, or a place is missing.
    """
    if not isinstance(without, list) or not all(isinstance(place, str) for place in without):
        raise ProfileError(f"{name}: without: expected a list of places such as 'request.tags', got {without!r}")
    for number, place in enumerate(without):
        *tables, key = place.split(".")
        below = holder = dict(below)
        for step in tables:
            inner = holder.get(step)
            holder[step] = holder = dict(inner) if isinstance(inner, dict) else {}
        if key not in holder:
            raise ProfileError(f"{name}: without.{number}: nothing stands at {place!r} in what is extended")
        del holder[key]
    return below


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> Table:
    """Merge `above` over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlay(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a complete profile (with `extends`, inherited parts may be omitted)."""
    return msgspec.json.schema(Profile, schema_hook=lambda _: {"type": "number"})


def _read(path: Path) -> Table:
    try:
        content = bytes_of(path, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise ProfileError(f"{path.name}: larger than {MAX_BYTES:,} bytes: not a profile")
        return toml_of(content)
    except TextError as error:
        raise ProfileError(f"{path.name}: {error}", excerpt=error.excerpt) from None
    except OSError as error:
        raise ProfileError(f"{path.name}: cannot be read: {error}") from None


def _decode(wanted: type, value: object) -> Fraction:
    assert wanted is Fraction  # noqa: S101 - the only type in the schema that msgspec does not know
    return read_number(value)
