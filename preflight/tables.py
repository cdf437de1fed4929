"""TOML tables to typed values, with errors that name the place.

In: a table as `tomllib` read it. Out: a value of the wanted type, or a `TableError` such as
`video.duration_s.max: expected a number, got '15'` or `durations: unknown key; did you mean 'duration'?`.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

PLAIN_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "date": "a date such as 2026-11-22",
}


class TableError(ValueError):
    """A table does not have the wanted shape; the message begins with the dotted place."""


def convert_table(
    table: Mapping[str, Any], wanted: type[T], *, dec_hook: Callable[[type, object], object] | None = None
) -> T:
    """Convert a TOML table; raise `TableError` with the place and the value that was found there."""
    try:
        return msgspec.convert(table, wanted, dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        raise TableError(_explain(str(error), table, wanted)) from None


def _explain(message: str, table: Mapping[str, Any], wanted: type) -> str:
    text, _, pointer = message.partition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]|\[(\.\.\.)\]", pointer.rstrip("`"))
    place = [name or index or "*" for name, index, _ in steps]
    if match := re.search(r"contains unknown field `(.+)`", text):
        return _unknown(match[1], place, wanted)
    if match := re.search(r"missing required field `(.+)`", text):
        return f"{'.'.join([*place, match[1]])}: missing"
    if match := re.match(r"Expected `(.+)`, got `(.+)`", text):
        words = " or ".join(PLAIN_NAMES.get(name, name) for name in match[1].split(" | "))
        found = _found(table, place)
        text = f"expected {words}, got {match[2] if found is None else _short(found)}"
    return f"{'.'.join(place)}: {text}" if place else text


def _unknown(key: str, place: list[str], wanted: type) -> str:
    near = difflib.get_close_matches(key, sorted(_keys(wanted, place)), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{'.'.join([*place, key])}: unknown key{hint}"


def _keys(wanted: Any, place: list[str]) -> set[str]:  # noqa: ANN401 - walks over types of every shape
    """Return the key names that the type at `place` has, as far as they can be followed."""
    for step in place:
        if not (isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)):
            wanted = next((arg for arg in getattr(wanted, "__args__", ()) if _is_struct(arg)), None)
            continue
        wanted = {f.encode_name: f.type for f in msgspec.structs.fields(wanted)}.get(step)
    if not _is_struct(wanted):
        wanted = next((arg for arg in getattr(wanted, "__args__", ()) if _is_struct(arg)), None)
    return {f.encode_name for f in msgspec.structs.fields(wanted)} if wanted else set()


def _is_struct(wanted: object) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)


def _found(table: object, place: list[str]) -> object:
    for step in place:
        if isinstance(table, Mapping):
            table = table.get(step)
        elif isinstance(table, list) and step.isdigit():
            table = table[int(step)]
    return table


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line of a terminal, with its message
