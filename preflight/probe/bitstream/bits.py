"""Bit fields, in the notation of the standards: u(n), ue(v), se(v).

Sources: ITU-T H.264, 7.2 and 9.1; ITU-T H.265, 7.2 and 9.2, which are equal.
"""

BYTE = 8
LONGEST_PREFIX = 31
"""Zeros before an Exp-Golomb number: no element exceeds 2^32 - 2."""
UE_MAX = 2**32 - 2
SE_MAX = 2**31 - 1


class Malformed(Exception):  # noqa: N818 - a word of the domain: the reader of a header turns it into None
    """A header is incomplete, or violates its standard."""


class Bits:
    """A position in a byte string, advanced bit by bit, most significant first.

    Methods raise Malformed past the end.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data) * BYTE

    def skip(self, count: int) -> None:
        """Skip `count` bits."""
        self._at += count
        if self._at > self._end:
            raise Malformed("breaks off")

    def take(self, count: int) -> int:
        """Read `count` bits as a number: u(n)."""
        value = self._peek(count)
        self.skip(count)
        return value

    def take_bytes(self, count: int) -> bytes:
        """Read `count` bytes; the position must be byte-aligned."""
        start = self._at // BYTE
        self.skip(count * BYTE)
        return self._data[start : start + count]

    def flag(self) -> bool:
        """Read a bit: u(1)."""
        return self.take(1) == 1

    def ue(self, most: int = UE_MAX) -> int:
        """Read an unsigned Exp-Golomb number; raise Malformed above `most`."""
        prefix = LONGEST_PREFIX + 1
        zeros = prefix - self._peek(prefix).bit_length()
        if zeros > LONGEST_PREFIX:
            raise Malformed("an Exp-Golomb number of more than 32 bits")
        self.skip(zeros)
        value = self.take(zeros + 1) - 1
        if value > most:
            raise Malformed(f"{value}, at most {most} allowed")
        return value

    def se(self, most: int = SE_MAX) -> int:
        """Read a signed Exp-Golomb number; raise Malformed beyond `most` from zero."""
        code = self.ue(2 * most)
        return (code + 1) // 2 if code % 2 else -code // 2

    def _peek(self, count: int) -> int:
        """Return the next `count` bits without advancing; zeros past the end."""
        first, last = self._at // BYTE, -(-(self._at + count) // BYTE)
        window = int.from_bytes(self._data[first:last].ljust(last - first, b"\0"), "big")
        return window >> (last * BYTE - self._at - count) & ((1 << count) - 1)
