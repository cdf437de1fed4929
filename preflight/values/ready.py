"""Types made ready for msgspec, one thread at a time.

msgspec 0.22 builds what it knows of a type when it first meets it, and marks it as built before it is: a second thread
that meets the type meanwhile crashes the process (a null pointer in `_core`).
"""

import threading
from typing import TypeVar

import msgspec

T = TypeVar("T")

_turn = threading.Lock()
_ready = set[object]()


def ready(wanted: type[T]) -> type[T]:
    """Pass a type on, when msgspec has built all that it knows of it."""
    if wanted not in _ready:
        with _turn:
            msgspec.json.Decoder(wanted)
            _ready.add(wanted)
    return wanted
