"""The body of a create call, as a program sends it → a `RequestSpec`, with whatever stands in it for a file placed.

    bytes ── table_of ──► table ── spec_of ──► RequestSpec
                                      └─ place: an address, inline bytes or a path → Asset

Field names are the service's; anything else is refused as the edition of the model says.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from preflight.errors import RequestFileError
from preflight.files.text import TextError, json_of_text
from preflight.files.toml import TableError, convert_table
from preflight.profiles.schema import Profile
from preflight.request.file import KEYS, NOT_SETTINGS, SERVICE_KEYS, RequestFile, RequestSpec, divided
from preflight.values.assets import Asset, Role
from preflight.values.phrase import error_words, phrase

Place = Callable[[Role, str], Asset]
"""Makes an asset of what stands in a field; raises CallError."""


ITEMS = 250_000
"""Signs in a body that begin an item: each takes memory many times its size."""
PROMPT_CHARACTERS = 100_000
"""Ten times what the longest documented prompt has; nothing reads a longer one."""
ASSETS = 64
ADDRESS_CHARACTERS = 8192


class BodyError(RequestFileError):
    """A body cannot be used.

    Args:
        message: why, beginning with the field where there is one.
        param: the field at fault, by the service's name; "" for the whole.
    """

    def __init__(self, message: str, param: str = "") -> None:
        super().__init__(message)
        self.param = param


def table_of(content: bytes) -> dict[str, Any]:
    """Read a JSON object, without the fields that are null.

    Raises:
        BodyError: it is no JSON object in UTF-8, has two keys of one name, or nests too deeply.
    """
    if sum(map(content.count, (b",", b":", b"[", b"{"))) > ITEMS:
        raise BodyError("the request body holds too many items")
    try:
        table = json_of_text(content.decode("utf-8-sig"), unique=True)
        encoded(table)
    except UnicodeDecodeError:
        raise BodyError("the request body is not valid JSON: not UTF-8") from None
    except UnicodeEncodeError:
        raise BodyError("the request body holds half a character, which no text has") from None
    except TextError as error:
        raise BodyError(phrase("the request body is not valid JSON: {why}", why=error_words(error))) from None
    if not isinstance(table, dict):
        raise BodyError("the request body must be a JSON object")
    return {key: value for key, value in table.items() if value is not None}


def encoded(table: object) -> bytes:
    """Encode a body so that equal ones are equal bytes."""
    return msgspec.json.encode(table, order="sorted")


def model_of(table: dict[str, Any]) -> str:
    """Read the model.

    Raises:
        BodyError: there is none.
    """
    model = table.get("model")
    if not isinstance(model, str) or not model:
        raise BodyError("model is required" if model in (None, "") else "model must be a string", "model")
    return model


def spec_of(table: dict[str, Any], edition: Profile, place: Place) -> RequestSpec:
    """Read a request.

    Args:
        table: from `table_of`.
        edition: whose fields it may have.
        place: makes an asset of what stands in a field.

    Raises:
        BodyError: a field is unknown, or of a wrong type.
        CallError: an asset cannot be placed.
    """
    ours = {ours: theirs for theirs, ours in SERVICE_KEYS.items()}
    for key in table:
        if key in KEYS:
            raise BodyError(phrase("{q1}: unknown field; did you mean {q2}?", q1=key, q2=repr(ours[key])), key)
    try:
        renamed = {SERVICE_KEYS.get(key, key): value for key, value in table.items()}
        rest, beside = divided(renamed, edition)
        singles = convert_table(beside.singles, dict[str, str])
        arrays = convert_table({key: rest.get(key, []) for key in KEYS}, dict[str, list[str]])
        entry = convert_table({key: value for key, value in rest.items() if key not in KEYS}, RequestFile)
    except TableError as error:
        raise _as_theirs(str(error), ours) from None
    _refuse_endless(entry.prompt or "", arrays)
    assets = [place(Role(KEYS[key], n), one) for key, found in arrays.items() for n, one in enumerate(found, 1)]
    assets += [place(Role(beside.kinds[field], 0, field), one) for field, one in singles.items()]
    settings = {f: getattr(entry, f) for f in RequestSpec.__struct_fields__ if f not in NOT_SETTINGS}
    return RequestSpec(assets=tuple(assets), **{**settings, **beside.duration}, fields=beside.fields)


def _refuse_endless(prompt: str, arrays: dict[str, list[str]]) -> None:
    """Refuse what no edition allows by far, before anything of it is read or brought."""
    if len(prompt) > PROMPT_CHARACTERS:
        raise BodyError(
            phrase(
                "prompt has {n1} characters; at most {n2} are read", n1=f"{len(prompt):,}", n2=f"{PROMPT_CHARACTERS:,}"
            ),
            "prompt",
        )
    for key, theirs in SERVICE_KEYS.items():
        if len(arrays[theirs]) > ASSETS:
            raise BodyError(
                phrase(
                    "{q} has {n1} items; at most {n2} are looked at", q=key, n1=f"{len(arrays[theirs]):,}", n2=ASSETS
                ),
                key,
            )


def _as_theirs(words: str, ours: dict[str, str]) -> BodyError:
    """Name the field as the service does: "images.0" is image_urls[0]."""
    place, colon, rest = words.partition(":")
    key, *steps = place.split(".")
    name = "".join([ours.get(key, key), *(f"[{one}]" if one.isdecimal() else f".{one}" for one in steps)])
    if not re.fullmatch(r"[A-Za-z0-9_.\[\]]{1,80}", name):
        return BodyError(words)
    return BodyError(f"{name}{colon}{rest}", name)
