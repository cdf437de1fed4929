"""SEI messages of H.264 and HEVC: a NAL unit in, its messages out.

Sources: ITU-T H.264, 7.3.2.3; ITU-T H.265, 7.3.2.4, which are equal after the unit's header.
"""

from collections.abc import Iterator

import msgspec

LONGER = 0xFF
"""Byte of a type or size that is continued."""
MOST_MESSAGES = 64


class Message(msgspec.Struct, frozen=True):
    """One message."""

    kind: int
    """payloadType"""
    content: bytes
    """The bytes present."""


def messages(payload: bytes) -> Iterator[Message]:
    """Yield a unit's messages after its header, without emulation prevention."""
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
    """Read a type or size, coded as bytes of 255 and a last one; return it and the next offset."""
    value = 0
    while at < len(plain) and plain[at] == LONGER:
        value, at = value + LONGER, at + 1
    return value + (plain[at] if at < len(plain) else 0), at + 1
