"""Whether an arithmetic-coded JPEG is whole: its scans in, how it decodes with other bytes behind them out.

Where its data end such a decoder goes on with zeros and warns of nothing, because an encoder may leave out the zeros at
the end of a scan. A picture that is whole does not mind what follows after some of them; of one that is cut short the
rest is made of it.
Source: ISO 10918-1, D.1.8 (zeros left out) and D.2.6 (zeros read in their place).
"""

from collections.abc import Iterator

ZEROS = bytes(6)
"""More than an encoder leaves out by chance, and than a decoder reads ahead."""
NOISE = bytes(range(1, 200)) * 2
"""Entropy-coded bytes that are no marker."""
SCAN, END = 0xDA, 0xD9
RESTARTS = range(0xD0, 0xD8)


def ends_early(head: bytes, scans: bytes, space: str) -> bool:
    """Tell whether what is decoded depends on what follows the scans.

    Args:
        head: all that stands before the first scan.
        scans: the first scan and all that follows.
        space: the color space that every component takes part in, as simplejpeg names it.
    """
    from simplejpeg import decode_jpeg

    plain, noisy = (decode_jpeg(head + rest, space, strict=False) for rest in (scans, with_noise(scans)))
    return bool((plain != noisy).any())


def with_noise(scans: bytes) -> bytes:
    """Return scans with zeros and noise behind each of them."""
    pieces, done = [], 0
    for end in _ends(scans):
        pieces += [scans[done:end], ZEROS, NOISE]
        done = end
    return b"".join([*pieces, scans[done:]])


def _ends(scans: bytes) -> Iterator[int]:
    """Yield where the entropy-coded bytes of each scan end."""
    at = 0
    while at + 4 <= len(scans) and scans[at] == 0xFF and scans[at + 1] != END:  # noqa: PLR2004 - the sign of a marker
        code = scans[at + 1]
        at += 2 + int.from_bytes(scans[at + 2 : at + 4], "big")
        if code == SCAN:
            at = _scan_end(scans, at)
            yield at


def _scan_end(scans: bytes, at: int) -> int:
    while 0 <= (at := scans.find(b"\xff", at)) < len(scans) - 1:
        if scans[at + 1] and scans[at + 1] not in RESTARTS:
            return at
        at += 2
    return len(scans)
