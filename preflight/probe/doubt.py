"""Doubtful audio packets: their first bytes in; whether only a decoder can judge them out.

Frames are found by four header bytes, which other data may resemble. Side information, and similarity to the frame
before, expose most false ones.

Sources: ISO 11172-3, 2.4.1.7 (side information), 2.4.2.7; ISO 13818-3, 2.4.1.7; ISO 13818-7, 6.2 (ADTS).
"""

from typing import TYPE_CHECKING, NamedTuple

from preflight.probe.sniff import FIXED_BITS, mpeg_frame_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES = 40
"""Longest header, checksum and side information of a layer III frame."""
LAYER_III, MPEG_1, MONO = 1, 3, 3
SLOT_BYTES = 4
BIG_VALUES_BITS, LENGTHS_BITS = 9, 21
"""A granule begins with part2_3_length, 12 bits, and big_values, 9 bits."""
BIG_VALUES, MOST_SPENT = 0x1FF, 0xFFF
MOST_BIG_VALUES = 288
"""Half of a granule's 576 lines."""
ADTS_HEAD_BYTES = 7
ADTS_FIXED_BITS = 0xFFF6FDC0
"""Of four bytes: sync, layer, profile, rate and channels; version and private bit may differ."""


class Doubt:
    """Checks the packets of a stream in order.

    Args:
        codec: its codec.
        demuxer: libav's name of the container.
    """

    def __init__(self, codec: str, demuxer: str) -> None:
        self.found = False
        """Whether any packet was doubtful."""
        self._kind: int | None = None
        self._sides: dict[bytes, _Side] = {}
        self._is_frame: Callable[[bytes, int], bool] | None = None
        if codec in ("mp1", "mp2", "mp3"):
            self._is_frame = self._is_mpeg
        elif codec == "aac" and demuxer == "aac":
            self._is_frame = self._is_adts

    @property
    def looks(self) -> bool:
        """Whether this stream's packets need checks."""
        return self._is_frame is not None

    def is_junk(self, head: bytes, size: int) -> bool:
        """Tell whether a packet of a size, given its first bytes, begins no frame at all."""
        if self._is_frame is None:
            return False
        if not self._is_frame(head, size):
            self.found = True
        return len(head) < 2 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0  # noqa: PLR2004 - sync word

    def _is_mpeg(self, head: bytes, size: int) -> bool:
        said = head[:4]
        if (side := self._sides.get(said)) is None:
            kind = int.from_bytes(said) & FIXED_BITS
            self._kind = kind if self._kind is None else self._kind
            side = self._sides[said] = _side_of(said, mpeg_frame_bytes(said) if kind == self._kind else 0)
        whole = side.frame_bytes > 0 and abs(side.frame_bytes - size) <= SLOT_BYTES
        return whole and (not side.granules or side.holds(head, size))

    def _is_adts(self, head: bytes, size: int) -> bool:
        kind = int.from_bytes(head[:4]) & ADTS_FIXED_BITS
        self._kind = kind if self._kind is None else self._kind
        if len(head) < ADTS_HEAD_BYTES:
            return False
        return kind == self._kind and (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5 == size


class _Side(NamedTuple):
    """Layout of side information for frames with one header."""

    frame_bytes: int
    """0 for no frame."""
    start: int = 0
    end: int = 0
    reservoir: int = 0
    """Bit offset after the field for bytes used of earlier frames."""
    granules: tuple[int, ...] = ()
    """Bit offsets after the lengths at each granule of each channel; empty for layers I and II."""

    def holds(self, head: bytes, size: int) -> bool:
        """Tell whether the first bytes are plausible for a frame of a size."""
        if len(head) < self.end:
            return False
        bits, spent = int.from_bytes(head[self.start : self.end]), 0
        for behind in self.granules:
            lengths = bits >> behind
            spent += lengths >> BIG_VALUES_BITS & MOST_SPENT
            if lengths & BIG_VALUES > MOST_BIG_VALUES:
                return False
        return spent <= 8 * ((bits >> self.reservoir) + size - self.end)


def _side_of(said: bytes, frame_bytes: int) -> _Side:
    """Return the layout of side information for a header."""
    if not frame_bytes or said[1] >> 1 & 3 != LAYER_III:
        return _Side(frame_bytes)
    first, mono = said[1] >> 3 & 3 == MPEG_1, said[3] >> 6 == MONO
    length, before, each, count = SIDES[first, mono]
    start = 4 if said[1] & 1 else 6
    ends = (8 * length - before - each * place - LENGTHS_BITS for place in range(count))
    return _Side(frame_bytes, start, start + length, 8 * length - (9 if first else 8), tuple(ends))


SIDES = {
    (True, True): (17, 18, 59, 2),
    (True, False): (32, 20, 59, 4),
    (False, True): (9, 9, 63, 1),
    (False, False): (17, 10, 63, 2),
}
"""(MPEG-1 or later, mono or not) → bytes, bits before the first granule, and of each, and how many there are."""
