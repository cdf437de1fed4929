"""Loading of profiles: TOML in, a validated `Profile` out, or a `ProfileError` with the place.

A profile may say `extends = "NAME"` (a shipped edition or base, or a path beside it) and give only what differs. What
the other one says and this one's documents do not is left out by its place: `without = ["phrasings", "request.tags"]`.
A `source` and a `read` at the top stand for every limit of the file that has none of its own.
"""

import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import ProfileError
from preflight.files.text import TextError, bytes_of, toml_of
from preflight.files.toml import TableError, convert_table
from preflight.files.toml_places import excerpt_at
from preflight.profiles.common import JOINED, common
from preflight.profiles.consistency import refuse_inconsistent
from preflight.profiles.inherited import refuse_missing, signed, with_places
from preflight.profiles.schema import FORMATS, Profile
from preflight.values.limits import read_number
from preflight.values.phrase import error_words, joined, phrase
from preflight.values.remedy import Remedy

SHIPPED = Path(__file__).parent / "editions"
BASES = Path(__file__).parent / "bases"
"""What several editions extend, and is none itself."""
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
    return sorted(_stems(SHIPPED))


@cache
def _stems(folder: Path) -> frozenset[str]:
    """List what is shipped in a folder, which does not change while the program runs."""
    return frozenset(path.stem for path in folder.glob("*.toml"))


def load(name_or_path: str = DEFAULT) -> Profile:
    """Load a shipped edition by name, or a user's profile by path.

    Raises:
        ProfileError: it is missing, not TOML, or breaks the schema; the message begins with the place.
    """
    if JOINED in name_or_path and set(several := name_or_path.split(JOINED)) <= set(names()):
        return common([load(name) for name in several])
    if name_or_path in _stems(SHIPPED):
        return _shipped(name_or_path)
    path = locate(name_or_path, SHIPPED)
    profile = _loaded(path)
    if path.parent != SHIPPED and profile.name in names():
        _refuse_name(path, profile)
    return profile


@cache
def _shipped(name: str) -> Profile:
    """Load a shipped edition, a value that does not change while the program runs."""
    return _loaded(SHIPPED / f"{name}.toml")


def _loaded(path: Path) -> Profile:
    """Load a file.

    Raises:
        ProfileError: as `load`.
    """
    try:
        table = flatten(path)
        _refuse_format(table.get("format", 1))
        refuse_missing(table)
        profile = convert_table(with_places(table), Profile, dec_hook=_decode)
        refuse_inconsistent(profile)
    except TableError as error:
        excerpt = excerpt_at(bytes_of(path, MAX_BYTES), str(error), above=False)
        raise ProfileError(
            phrase("{q}: {fault}", q=path.name, fault=error_words(error)),
            advice=Remedy("print-schema"),
            excerpt=excerpt,
        ) from None
    return profile


def _refuse_format(found: object) -> None:
    if found not in FORMATS or isinstance(found, bool):
        raise TableError(phrase("format: expected {l}, got {q}", l=joined(map(str, FORMATS), " or "), q=repr(found)))


def _refuse_name(path: Path, profile: Profile) -> None:
    """Raise ProfileError where a user's profile has a shipped edition's name.

    One that inherits name and addresses is that edition with other limits.
    """
    edition = load(profile.name).service
    moved = (profile.service.base_url, profile.service.files_url) != (edition.base_url, edition.files_url)
    if moved or "name" in _read(path):
        words = phrase(
            "{q1}: name: {q2} is a shipped edition's name, and this is another profile",
            q1=path.name,
            q2=repr(profile.name),
        )
        raise ProfileError(words, advice='Give it a name of its own: `name = "..."`.')


def locate(name_or_path: str, beside: Path) -> Path:
    """Return the file of a name or path; shipped names come first."""
    if name_or_path in _stems(SHIPPED):
        return SHIPPED / f"{name_or_path}.toml"
    path = beside / name_or_path if beside not in (SHIPPED, BASES) else Path(name_or_path)
    if os.path.isfile(path):  # noqa: PTH113 - pathlib's raises for names that no file can have
        return path
    near = nearest(name_or_path, names())
    raise ProfileError(
        phrase("no profile named {q}, and no such file", q=repr(name_or_path[:LONGEST_WORD])),
        advice=phrase("Shipped profiles with names like it: {l}.", l=joined(near)) if near else Remedy("list-models"),
    )


def nearest(word: str, words: Iterable[str], count: int = 3) -> list[str]:
    """Return the words that are most like one, the nearest first."""
    import difflib

    return difflib.get_close_matches(word[:LONGEST_WORD], list(words), n=count, cutoff=0.5)


def _extended(base: str, beside: Path) -> Path:
    """Return the file of what is extended: a shipped base, or as `locate`."""
    return BASES / f"{base}.toml" if base in _stems(BASES) else locate(base, beside)


def load_all(chosen: Iterable[str]) -> list[Profile]:
    """Load shipped editions by name, each file read once whatever extends it."""
    known: dict[Path, Table] = {}
    tables = (with_places(flatten(locate(name, SHIPPED), 0, known)) for name in chosen)
    return [convert_table(table, Profile, dec_hook=_decode) for table in tables]


def flatten(path: Path, depth: int = 0, known: dict[Path, Table] | None = None) -> Table:
    """Return a profile's table, merged with all that it extends; `known` holds what was read before, by file."""
    if known is not None and path in known:
        return known[path]
    table = signed(_read(path), path.name)
    base = table.pop("extends", None)
    found = table if base is None else _merged(table, base, path, depth, known)
    if known is not None:
        known[path] = found
    return found


def _merged(table: Table, base: object, path: Path, depth: int, known: dict[Path, Table] | None) -> Table:
    if not isinstance(base, str):
        raise ProfileError(
            phrase("{q1}: extends: expected a profile's name or path, got {q2}", q1=path.name, q2=repr(base))
        )
    if depth == MAX_DEPTH:
        raise ProfileError(phrase("{q}: extends: {n} profiles deep; does one extend itself?", q=path.name, n=MAX_DEPTH))
    without = table.pop("without", [])
    below = flatten(_extended(base, path.parent), depth + 1, known)
    return overlay(_lacking(below, without, path.name), table)


def _lacking(below: Table, without: object, name: str) -> Table:
    """Remove dotted places from a table.

    Raises:
        ProfileError: the list is malformed, or a place is missing.
    """
    if not isinstance(without, list) or not all(isinstance(place, str) for place in without):
        raise ProfileError(
            phrase(
                "{q1}: without: expected a list of places such as 'request.tags', got {q2}", q1=name, q2=repr(without)
            )
        )
    for number, place in enumerate(without):
        if (left := _cut(below, place)) is None:
            raise ProfileError(
                phrase(
                    "{q1}: without.{n}: nothing stands at {q2} in what is extended", q1=name, n=number, q2=repr(place)
                )
            )
        below = left
    return below


def _cut(table: Table, place: str) -> Table | None:
    """Return a table without what stands at a dotted place, keys with dots among them; None for nothing."""
    if place in table:
        return {key: value for key, value in table.items() if key != place}
    for key, inner in table.items():
        if isinstance(inner, dict) and place.startswith(f"{key}."):
            left = _cut(inner, place.removeprefix(f"{key}."))
            return None if left is None else {**table, key: left}
    return None


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> Table:
    """Merge `above` over `below`, table by table."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = overlay(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a profile file: what is inherited, or said once at its top, may be left out."""
    schema = msgspec.json.schema(Profile, schema_hook=lambda _: {"type": "number"})
    schema["anyOf"] = [{"required": ["extends"]}, {"required": schema["$defs"]["Profile"]["required"]}]
    for part in schema["$defs"].values():
        part.pop("required", None)
    own = schema["$defs"]["Profile"]["properties"]
    own["extends"] = {"type": "string", "description": "The profile that this one differs from."}
    own["without"] = {"type": "array", "items": {"type": "string"}, "description": "Places of it that are left out."}
    own["source"] = {"type": "string", "description": "Where every limit of this file is from that does not say."}
    own["read"] = {"type": "string", "format": "date", "description": "When that was read."}
    return schema


def _read(path: Path) -> Table:
    try:
        content = bytes_of(path, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise ProfileError(phrase("{q}: larger than {n} bytes: not a profile", q=path.name, n=f"{MAX_BYTES:,}"))
        return toml_of(content)
    except TextError as error:
        raise ProfileError(
            phrase("{q}: {fault}", q=path.name, fault=error_words(error)), excerpt=error.excerpt
        ) from None
    except OSError as error:
        raise ProfileError(phrase("{q}: cannot be read: {why}", q=path.name, why=error_words(error))) from None


def _decode(wanted: type, value: object) -> Fraction:
    assert wanted is Fraction  # noqa: S101 - the only type in the schema that msgspec does not know
    return read_number(value)
