"""Whether an arithmetic-coded JPEG is complete: decode it with other bytes after its scans.

At the end of data the decoder continues with zeros and no warning, because an encoder may omit final zeros. What
follows a few zeros changes nothing in a complete image; in a truncated one it changes the rest.

Source: ISO 10918-1, D.1.8 (omitted zeros) and D.2.6 (zeros read in their place).
"""

from collections.abc import Iterator

ZEROS = bytes(6)
"""More than an encoder omits by chance, or a decoder reads ahead."""
NOISE = bytes(range(1, 200)) * 2
"""Entropy-coded bytes without a marker."""
SCAN, END = 0xDA, 0xD9
RESTARTS = range(0xD0, 0xD8)


def ends_early(head: bytes, scans: bytes, space: str) -> bool:
    """Tell whether the decoded image depends on bytes after the scans.

    Args:
        head: everything before the first scan.
        scans: the first scan and the rest.
        space: a color space that uses every component, by simplejpeg's name.
    """
    from simplejpeg import decode_jpeg

    plain, noisy = (decode_jpeg(head + rest, space, strict=False) for rest in (scans, with_noise(scans)))
    return bool((plain != noisy).any())


def with_noise(scans: bytes) -> bytes:
    """Append zeros and noise to each scan."""
    pieces, done = [], 0
    for end in _ends(scans):
        pieces += [scans[done:end], ZEROS, NOISE]
        done = end
    return b"".join([*pieces, scans[done:]])


def _ends(scans: bytes) -> Iterator[int]:
    """Yield the end of each scan's entropy-coded bytes."""
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
