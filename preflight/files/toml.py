"""TOML tables to typed values, with errors that name the place.

In: a table by `tomllib`. Out: a value of the wanted type, or a `TableError` such as `video.duration_s.max: expected a
number, got '15'` or `durations: unknown key; did you mean 'duration'?`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from preflight.values.phrase import error_words, joined, phrase
from preflight.values.ready import ready

T = TypeVar("T")

PLAIN_NAMES = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a date such as 2027-03-31",
}

WRONG_DATE = re.compile(r"Invalid RFC3339 encoded date$")
"""msgspec's message for text that is no date."""
ANY_KEY = "*"
"""A key of a table of tables that msgspec does not name."""
MANY = (list, tuple, dict)
"""Types whose entries a step selects, by index or key."""


class TableError(ValueError):
    """The table has the wrong shape; the message begins with the dotted place."""


def convert_table(
    table: Mapping[str, Any], wanted: type[T], *, dec_hook: Callable[[type, object], object] | None = None
) -> T:
    """Convert a TOML table; raise `TableError` with the place and the value found there."""
    try:
        return msgspec.convert(table, ready(wanted), dec_hook=dec_hook)
    except msgspec.ValidationError as error:
        message, cause = str(error), error.__cause__
    except UnicodeEncodeError:
        raise TableError("holds half a character, which no text has") from None

    def fails_alike(trial: Mapping[str, Any]) -> bool:
        try:
            msgspec.convert(trial, ready(wanted), dec_hook=dec_hook)
        except msgspec.ValidationError as error:
            return str(error) == message
        return False

    text, _, pointer = message.partition(" - at `$")
    steps = re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]|\[(\.\.\.)\]", pointer.rstrip("`"))
    place = _name_keys([name or index or ANY_KEY for name, index, _ in steps], table, fails_alike)
    if isinstance(cause, ValueError) and str(cause) == text:
        text = error_words(cause)
    raise TableError(_explain(text, place, table, wanted))


def _name_keys(
    place: list[str], table: Mapping[str, Any], fails_alike: Callable[[Mapping[str, Any]], bool]
) -> list[str]:
    """Fill in the keys that msgspec does not name: in a table of tables, the entry that fails alone."""
    named = list(place)
    for at in [at for at, step in enumerate(place) if step == ANY_KEY]:  # by place: a key may be called so itself
        keys = _found(table, named[:at])
        found = [key for key in keys if fails_alike(_only(table, named[:at], key))] if isinstance(keys, Mapping) else []
        if not found:
            break
        named[at] = found[0]
        table = _only(table, named[:at], found[0])
    return named


def _only(table: Any, place: list[str], key: str) -> Any:  # noqa: ANN401 - a table, or a list on the way to one
    """Copy the table with only one key at a place."""
    if not place:
        return {key: table[key]}
    if isinstance(table, list):
        at = int(place[0])
        return [*table[:at], _only(table[at], place[1:], key), *table[at + 1 :]]
    return {**table, place[0]: _only(table[place[0]], place[1:], key)}


def _explain(text: str, place: list[str], table: Mapping[str, Any], wanted: type) -> str:
    if match := re.search(r"contains unknown field `(.+)`", text):
        return _unknown(match[1], place, wanted)
    if match := re.search(r"missing required field `(.+)`", text):
        return phrase("{q}: missing", q=".".join([*place, match[1]]))
    if WRONG_DATE.search(text):
        text = WRONG_DATE.sub("Expected `date`, got `str`", text)
    if match := re.match(r"Expected `(.+)`, got `(.+)`", text):
        words = joined((PLAIN_NAMES.get(name, name) for name in match[1].split(" | ") if name != "null"), " or ")
        found = _found(table, place)
        text = phrase("expected {words}, got {q}", words=words, q=match[2] if found is None else _short(found))
    return phrase("{q}: {fault}", q=".".join(place), fault=text) if place else text


def _unknown(key: str, place: list[str], wanted: type) -> str:
    import difflib

    near = difflib.get_close_matches(key, sorted(_keys(wanted, place)), n=1)
    name = ".".join([*place, key])
    if not near:
        return phrase("{q}: unknown key", q=name)
    return phrase("{q}: unknown key; {what}", q=name, what=phrase("did you mean {q}?", q=repr(near[0])))


def _keys(wanted: object, place: list[str]) -> set[str]:
    """Return the keys of the type at `place`, as far as it can be followed."""
    for step in place:
        wanted = _inside(wanted, step)
    found = _struct_in(wanted)
    return {f.encode_name for f in msgspec.structs.fields(found)} if found else set()


def _inside(wanted: object, step: str) -> object:
    """Return the type of an entry of a type or union."""
    options = get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)
    for option in options:
        if get_origin(option) in MANY:
            return get_args(option)[-1 if get_origin(option) is dict else 0]
        if inner := _struct_in(option):
            return {f.encode_name: f.type for f in msgspec.structs.fields(inner)}.get(step)
    return None


def _struct_in(wanted: object) -> type[msgspec.Struct] | None:
    """Return the first type with known keys: the type itself or one of its arguments."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return wanted
    return next((found for arg in get_args(wanted) if (found := _struct_in(arg))), None)


def _found(table: object, place: list[str]) -> object:
    for step in place:
        if isinstance(table, Mapping):
            table = table.get(step)
        elif isinstance(table, list) and step.isdigit():
            table = table[int(step)]
    return table


def _short(value: object) -> str:
    text = str(value) if isinstance(value, date | time) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line of a terminal, with its message
