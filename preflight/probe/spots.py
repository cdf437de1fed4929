"""Which keyframes of a clip elsewhere are looked at: its index in, a few of its samples, brought, out.

At most three: the first, a middle and the last. Those that fit into what a clip may cost are brought whole, to be
decoded; of others only the head.
"""

from collections.abc import Sequence
from typing import Protocol

from preflight.probe.remote import Remote

HEAD_BYTES = 1 << 12


class Entry(Protocol):
    """A line of an index, as in PyAV."""

    @property
    def pos(self) -> int:
        """File offset of the sample."""

    @property
    def size(self) -> int:
        """Bytes of the sample."""

    @property
    def is_keyframe(self) -> bool:
        """Whether it can be decoded alone."""


def keyframes_of(entries: Sequence[Entry]) -> list[int]:
    """Return the first, a middle and the last keyframe of an index, by their places; the first sample without any."""
    keys = [place for place, entry in enumerate(entries) if entry.is_keyframe] or [0][: len(entries)]
    return sorted({keys[0], keys[len(keys) // 2], keys[-1]}) if keys else []


def bring_keyframes(far: Remote, entries: Sequence[Entry]) -> list[int]:
    """Bring the keyframes that are looked at, as far as they fit; return their places.

    Raises:
        RemoteError: a part of the file cannot be brought.
    """
    places = keyframes_of(entries)
    spans = {place: (entries[place].pos, min(entries[place].size, HEAD_BYTES)) for place in places}
    while len(spans) > 1 and not far.affords(*spans.values()):
        del spans[[*spans][-1]]
    for place in sorted(spans, key=lambda place: entries[place].size):
        whole = entries[place].pos, entries[place].size
        if far.affords(*(spans | {place: whole}).values()):
            spans[place] = whole
    for at, size in spans.values():
        far.want(at, size)
    return [*spans]
