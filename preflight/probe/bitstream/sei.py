"""Messages beside the pictures (SEI) of H.264 and HEVC: the bytes of one NAL unit in, its messages out.

Sources: ITU-T H.264, 7.3.2.3; ITU-T H.265, 7.3.2.4, which read the same behind the unit's own header.
"""

from collections.abc import Iterator

import msgspec

LONGER = 0xFF
"""A byte of a type or a size that says that more follows."""
MOST_MESSAGES = 64


class Message(msgspec.Struct, frozen=True):
    """One message."""

    kind: int
    """payloadType"""
    content: bytes
    """As much of it as is there."""


def messages(payload: bytes) -> Iterator[Message]:
    """Yield the messages of a unit behind its header; emulation prevention is taken out here."""
    plain, at = payload.replace(b"\0\0\3", b"\0\0") if b"\0\0\3" in payload else payload, 0
    last = len(plain)
    for _ in range(MOST_MESSAGES):
        kind, at = _number(plain, at)
        size, at = _number(plain, at)
        if at >= last:
            return
        yield Message(kind, plain[at : at + size])
        at += size


def _number(plain: bytes, at: int) -> tuple[int, int]:
    """Read a type or a size, in bytes of which all but the last are 255; return it and the place behind it."""
    value = 0
    while at < len(plain) and plain[at] == LONGER:
        value, at = value + LONGER, at + 1
    return value + (plain[at] if at < len(plain) else 0), at + 1
