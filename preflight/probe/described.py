"""Colors of an image without a profile: code points, chromaticities, gamma or EXIF.

In: an open file and its sniffed format. Out: primaries and transfer, or None for sRGB, no statement, or a profile.

Source: PNG specification, third edition, 4.3 and 11.3.2 (cICP goes before iCCP, that before sRGB, that before gAMA and
cHRM); ITU-T H.273, tables 2 and 3; ISO 14496-12, 12.1.5 (colr); EXIF 2.32, 4.6.5 (ColorSpace), DCF 2.0 (R03).
"""

import struct
from typing import BinaryIO, Literal, NamedTuple

from preflight.probe import heif, jpeg, png
from preflight.probe.faults import Unreadable
from preflight.probe.sniff import Sniffed
from preflight.probe.tiff import EXIF_DIRECTORY, Directory, open_exif, open_tiff

Curve = Literal["srgb", "pq", "hlg"]
Point = tuple[float, float]

D65: Point = (0.3127, 0.3290)


class Primaries(NamedTuple):
    """Chromaticities, x and y."""

    red: Point
    green: Point
    blue: Point
    white: Point = D65


class Described(NamedTuple):
    """Primaries and transfer of samples."""

    primaries: Primaries
    transfer: Curve | float
    """The curve's name, or the exponent from sample to light."""

    @property
    def is_hdr(self) -> bool:
        """Whether light may exceed white."""
        return self.transfer in ("pq", "hlg")


BT709 = Primaries((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
BT2020 = Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
DISPLAY_P3 = Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE_RGB = Described(Primaries((0.640, 0.330), (0.210, 0.710), (0.150, 0.060)), 563 / 256)
SMPTE_C = Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
EBU = Primaries((0.640, 0.330), (0.290, 0.600), (0.150, 0.060))
CODED_PRIMARIES = {1: BT709, 5: EBU, 6: SMPTE_C, 7: SMPTE_C, 9: BT2020, 12: DISPLAY_P3, 22: EBU}
CODED_PRIMARIES |= {
    4: Primaries((0.670, 0.330), (0.210, 0.710), (0.140, 0.080), (0.310, 0.316)),
    8: Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), (0.310, 0.316)),
    11: Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
}
CODED_TRANSFERS: dict[int, Curve | float] = {4: 2.2, 5: 2.8, 8: 1.0, 16: "pq", 17: 2.6, 18: "hlg"}
"""Transfers displayed differently from sRGB; the camera curves of BT.709, 601 and 2020 are displayed as sRGB."""
NEAR = 0.002
"""Tolerance of equal chromaticities."""
EXPONENT_NEAR = 0.02
SRGB_EXPONENT = 2.2
COLOR_SPACE, INTEROPERABILITY, INDEX = 0xA001, 0xA005, 1
ADOBE, UNCALIBRATED, OPTION = 2, 65535, "R03"
CHUNKS = (b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")


def described(stream: BinaryIO, sniffed: Sniffed) -> Described | None:
    """Read an image's stated colors; ignore broken statements."""
    try:
        found = _READERS.get(sniffed.format, lambda _: None)(stream)
    except Unreadable:
        return None
    return None if found is None or _is_srgb(found) else found


def by_code_points(primaries: int, transfer: int) -> Described:
    """Convert H.273 code points; unspecified ones mean sRGB."""
    return Described(CODED_PRIMARIES.get(primaries, BT709), CODED_TRANSFERS.get(transfer, "srgb"))


def by_exif(block: bytes) -> Described | None:
    """Return Adobe RGB by EXIF, which has no value for it: by the DCF option, or a value that some cameras write."""
    tiff = open_exif(block) if block else None
    return _by_directory(next(tiff.chain(), None)) if tiff else None


def _is_srgb(found: Described) -> bool:
    pairs = zip(found.primaries, BT709, strict=True)
    near = all(abs(a - b) <= NEAR for one, other in pairs for a, b in zip(one, other, strict=True))
    curve = found.transfer
    return near and (curve == "srgb" or (isinstance(curve, float) and abs(curve - SRGB_EXPONENT) <= EXPONENT_NEAR))


def _by_directory(first: Directory | None) -> Described | None:
    details = first.within(EXIF_DIRECTORY) if first else None
    if details is None:
        return None
    space, option = details.integer(COLOR_SPACE), details.within(INTEROPERABILITY)
    adobe = space == ADOBE or (space in (None, UNCALIBRATED) and option is not None and option.text(INDEX) == OPTION)
    return ADOBE_RGB if adobe else None


def _png(stream: BinaryIO) -> Described | None:
    found: dict[bytes, bytes] = {}
    for chunk in png.chunks(stream, stream.seek(0, 2)):
        if chunk.name == b"IDAT":
            break
        if chunk.name in CHUNKS and chunk.name not in found:
            stream.seek(chunk.at)
            found[chunk.name] = stream.read(min(chunk.size, 32))
    code = found.get(b"cICP", b"")
    if len(code) == 4:  # noqa: PLR2004 - primaries, transfer, matrix, range
        return by_code_points(code[0], code[1])
    if b"iCCP" in found or b"sRGB" in found:
        return None
    return _by_numbers(found.get(b"gAMA", b""), found.get(b"cHRM", b"")) or _by_exif_of_png(stream)


def _by_exif_of_png(stream: BinaryIO) -> Described | None:
    return by_exif(png.read_header(stream, stream.seek(0, 2)).metadata.exif)


def _by_numbers(gama: bytes, chrm: bytes) -> Described | None:
    """Read gamma and chromaticities, in units of 1/100,000."""
    exponent = int.from_bytes(gama, "big") / 100_000 if len(gama) == 4 else 0.0  # noqa: PLR2004 - one number
    primaries = BT709
    if len(chrm) == 32:  # noqa: PLR2004 - eight numbers
        x = [number / 100_000 for number in struct.unpack(">8I", chrm)]
        points = [(x[at], x[at + 1]) for at in (2, 4, 6, 0)]
        if all(0 < across < 1 and 0 < up < 1 for across, up in points):
            primaries = Primaries(*points)
    if not exponent and primaries is BT709:
        return None
    usable = 0.1 <= exponent <= 10  # noqa: PLR2004 - anything else is no exponent
    return Described(primaries, 1 / exponent if usable else "srgb")


def _jpeg(stream: BinaryIO) -> Described | None:
    return by_exif(jpeg.read_header(stream).metadata.exif)


def _tiff(stream: BinaryIO) -> Described | None:
    tiff = open_tiff(stream)
    return _by_directory(next(tiff.chain(), None)) if tiff else None


def _heif(stream: BinaryIO) -> Described | None:
    properties = heif.read_heif(stream)
    code = properties.colors
    found = by_code_points(code.primaries, code.transfer) if code else None
    return None if found and properties.profiled and not found.is_hdr else found


_READERS = {"png": _png, "jpeg": _jpeg, "tiff": _tiff, "heic": _heif, "avif": _heif}
