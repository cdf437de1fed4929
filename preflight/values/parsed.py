"""JSON from outside: a service's answers, a client's bodies, what a database holds that somebody may have edited."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

import msgspec

from preflight.values.phrase import phrase
from preflight.values.ready import ready

T = TypeVar("T")
Read = Callable[[type, Any], Any]

DEEPEST = 64
"""Nesting depth of lists and objects; more than this, and walking it may exhaust the stack of whoever does."""


class NotJsonError(ValueError):
    """The bytes are no JSON, not of the wanted shape, or nested too deep."""


@overload
def parsed(content: bytes | str) -> Any: ...  # noqa: ANN401 - JSON, of whatever shape
@overload
def parsed(content: bytes | str, wanted: type[T], read: Read | None = None) -> T: ...
def parsed(content: bytes | str, wanted: Any = Any, read: Read | None = None) -> Any:
    """Parse JSON into a type, any JSON value without one.

    Args:
        content: UTF-8 text.
        wanted: the type.
        read: converts what JSON has to a type that it has not: type and value in, the value out.

    Raises:
        NotJsonError: whatever the bytes are, this is all that parsing them raises.
    """
    try:
        value = msgspec.json.decode(content, type=ready(wanted), dec_hook=read)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotJsonError(str(error)) from None
    _refuse_deep(value)
    return value


def _refuse_deep(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [part for one in level for part in _parts(one) if isinstance(part, dict | list)]
        if not level:
            return
    raise NotJsonError(phrase("nested more than {n} deep", n=DEEPEST))


def _parts(one: object) -> list[object]:
    return list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
