"""What Pillow does not say of a JPEG: that its data ended early, and the rest of the picture was painted gray.

Pillow refuses a file that ends too soon. Where a marker follows instead, as in a file cut short and closed, or damaged
within, libjpeg warns where nobody hears it and goes on in mid-gray.
Source: ISO 10918-1, B.1.1 (markers, and entropy-coded bytes that end at one).
"""

import io
from typing import BinaryIO

from PIL import Image, ImageChops

MARKER = 0xFF
SCAN = 0xDA
BARE = {0x01, *range(0xD0, 0xD9)}
"""Markers without a length: TEM, restarts and the beginning."""
END = 0xD9
RESTARTS = range(0xD0, 0xD8)
GRAYS = (127, 128)
"""Nothing, unpacked; the former where colors are stored inverted, as in CMYK."""
NOISE = bytes(range(1, 200)) * 2
"""Entropy-coded bytes that are no marker."""


def rows_there(image: "Image.Image", stream: BinaryIO) -> int:
    """Return how many rows of a decoded JPEG come from its data; only a gray last row makes it worth a look.

    Noise put in where the data ends changes what was painted there, and nothing else: of a picture that is whole no
    decoder reads further.
    """
    if not _ends_gray(image):
        return image.height
    stream.seek(0)
    with Image.open(io.BytesIO(with_noise(stream.read())), formats=["JPEG", "MPO"]) as noisy:
        noisy.load()
        changed = ImageChops.difference(image.convert("RGB"), noisy.convert("RGB")).getbbox()
    return changed[1] if changed else image.height


def _ends_gray(image: "Image.Image") -> bool:
    sample = image.getpixel((image.width - 1, image.height - 1))
    return all(value in GRAYS for value in (sample if isinstance(sample, tuple) else (sample,)))


def with_noise(data: bytes) -> bytes:
    """Return the bytes of a JPEG with noise behind each scan of its first picture."""
    at, done, pieces = 2, 0, []
    while at + 4 <= len(data) and data[at] == MARKER and data[at + 1] != END:
        code = data[at + 1]
        if code in BARE or code == MARKER:
            at += 1 if code == MARKER else 2
            continue
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if code == SCAN:
            at = _scan_end(data, at)
            pieces += [data[done:at], NOISE]
            done = at
    return b"".join([*pieces, data[done:]])


def _scan_end(data: bytes, at: int) -> int:
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 1:
        if data[at + 1] and data[at + 1] not in RESTARTS:
            return at
        at += 2
    return len(data)
