"""ICC profiles made from primaries and a transfer curve.

For images that state their colors by code points, chromaticities or EXIF, which few readers use; all use a profile. The
samples stay the same.

Source: ICC.1:2001-04 (version 2.4): 6.1 (header), 6.3.1 (matrix and curves), 6.5 (types); annex on Bradford's matrix.
"""

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

from preflight.probe.described import Described, Point

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

D50 = (0.9642, 1.0, 0.8249)
BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
CURVE_STEPS = 1024
HEADER_BYTES = 128


@lru_cache(maxsize=16)
def profile_of(colors: Described, *, gray: bool = False) -> bytes:
    """Return the ICC profile for some colors, RGB or gray."""
    curve = _curve(colors.transfer)
    tags = {
        b"desc": _text("Colors as tagged in the source"),
        b"cprt": b"text\0\0\0\0No copyright\0",
        b"wtpt": _xyz(*D50),
    }
    if gray:
        tags[b"kTRC"] = curve
    else:
        columns = to_d50(colors).T.tolist()
        tags |= {name: _xyz(*column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)}
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _laid(tags, b"GRAY" if gray else b"RGB ")


def to_xyz(colors: Described) -> "Matrix":
    """Return the matrix from linear RGB to XYZ, for a white of Y = 1."""
    import numpy as np

    columns = np.array([_spread(point) for point in colors.primaries[:3]]).T
    parts: Matrix = columns * np.linalg.solve(columns, np.array(_spread(colors.primaries.white)))
    return parts


def to_d50(colors: Described) -> "Matrix":
    """Return that matrix, adapted to the profile white D50."""
    import numpy as np

    cone = np.array(BRADFORD)
    scale = (cone @ np.array(D50)) / (cone @ np.array(_spread(colors.primaries.white)))
    adapted: Matrix = np.linalg.inv(cone) @ np.diag(scale) @ cone @ to_xyz(colors)
    return adapted


def _spread(point: Point) -> tuple[float, float, float]:
    """Return XYZ of a chromaticity, for Y = 1."""
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def srgb_to_light(sample: float) -> float:
    """Decode an sRGB sample to light, both 0 to 1 (IEC 61966-2-1)."""
    return sample / 12.92 if sample <= 0.04045 else ((sample + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's


def _curve(transfer: str | float) -> bytes:
    if isinstance(transfer, float):
        return b"curv" + struct.pack(">4xIH2x", 1, min(round(transfer * 256), 65535))
    steps = [round(65535 * srgb_to_light(step / (CURVE_STEPS - 1))) for step in range(CURVE_STEPS)]
    return b"curv" + struct.pack(f">4xI{CURVE_STEPS}H", CURVE_STEPS, *steps)


def _xyz(*values: float) -> bytes:
    return b"XYZ " + struct.pack(">4x3i", *(round(value * 65536) for value in values))


def _text(words: str) -> bytes:
    """Encode a description; its Unicode and Macintosh parts stay empty."""
    return b"desc" + struct.pack(">4xI", len(words) + 1) + words.encode() + bytes(1 + 8 + 3 + 67)


def _laid(tags: dict[bytes, bytes], space: bytes) -> bytes:
    """Assemble a display profile: header, tag table and contents; store equal contents once."""
    at, places, content = HEADER_BYTES + 4 + 12 * len(tags), {}, b""
    for body in tags.values():
        if body not in places:
            places[body] = at + len(content)
            content += body + bytes(-len(body) % 4)
    table = b"".join(name + struct.pack(">II", places[body], len(body)) for name, body in tags.items())
    size = at + len(content)
    dated = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, b"mntr", space, b"XYZ ") + dated + b"acsp"
    head = head.ljust(68, b"\0") + struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(HEADER_BYTES, b"\0") + struct.pack(">I", len(tags)) + table + content
