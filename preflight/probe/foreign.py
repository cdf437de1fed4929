"""Media formats that are not supported: a file unknown to all readers in, its description by signature out.

What ffmpeg, Pillow or a camera's program could open is reported, not skipped.

Sources: the formats' own documents; libavformat's and Pillow's probes for what these look for.
"""

import os
import re
from typing import BinaryIO

import msgspec

from preflight.probe.disguise import LOOKED_AT_BYTES, coded_within
from preflight.values.assets import Kind
from preflight.values.phrase import phrase

HEAD_BYTES = 64
TARGA_FOOTER = b"TRUEVISION-XFILE.\0"


class Foreign(msgspec.Struct, frozen=True):
    """A known format that is not supported."""

    kind: Kind
    name: str


class _Sign(msgspec.Struct, frozen=True):
    kind: Kind
    name: str
    magic: bytes
    at: int = 0


def _signs(kind: Kind, *rows: tuple[str, bytes] | tuple[str, bytes, int]) -> tuple[_Sign, ...]:
    return tuple(_Sign(kind, *row) for row in rows)


SIGNS = (
    *_signs(
        "audio",
        ("Core Audio (CAF)", b"caff\0"),
        ("Wave64", b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"),
        ("Sun audio (AU)", b".snd\0\0"),
        ("Sun audio (AU)", b"dns.\x18\0\0\0"),
        ("WavPack", b"wvpk"),
        ("True Audio", b"TTA1\1\0"),
        ("True Audio", b"TTA1\2\0"),
        ("TAK", b"tBaK"),
        ("OptimFROG", b"OFR \x0c\0\0\0"),
        ("OptimFROG", b"OFR \x0f\0\0\0"),
        ("Shorten", b"ajkg"),
        ("Musepack", b"MP+\x07"),
        ("Musepack", b"MP+\x17"),
        ("Musepack", b"MPCKSH"),
        ("DSF", b"DSD \x1c\0\0\0"),
        ("DSDIFF", b"FRM8"),
        ("Creative Voice", b"Creative Voice File\x1a"),
        ("MIDI", b"MThd\0\0"),
        ("DTS-HD", b"DTSHDHDR"),
        ("TrueHD", b"\xf8\x72\x6f\xba", 4),
        ("MLP", b"\xf8\x72\x6f\xbb", 4),
        ("AC-4", b"\xac\x40"),
        ("iLBC", b"#!iLBC"),
        ("EVRC", b"#!EVRC"),
        ("Sony OpenMG", b"EA3\1"),
        ("RealAudio", b".ra\xfd"),
        ("Extended Module", b"Extended Module: "),
        ("Scream Tracker", b"SCRM", 44),
    ),
    *_signs(
        "video",
        ("RealMedia", b".RMF\0"),
        ("Windows recorded TV", b"\xb7\xd8\x00\x20\x37\x49\xda\x11"),
        ("Bink", b"BIKi"),
        ("Bink", b"BIKf"),
        ("Bink", b"BIKb"),
        ("Bink", b"BIKh"),
        ("Smacker", b"SMK2"),
        ("Smacker", b"SMK4"),
        ("GXF", b"\0\0\0\0\1\xbc"),
        ("REDCODE", b"RED1", 4),
        ("REDCODE", b"RED2", 4),
        ("YUV4MPEG", b"YUV4MPEG2"),
        ("IVF", b"DKIF\0\0"),
        ("NUT", b"nut/multimedia container\0"),
        ("NSV", b"NSVf"),
        ("NSV", b"NSVs"),
        ("FLIC", b"\x11\xaf", 4),
        ("FLIC", b"\x12\xaf", 4),
        ("MNG", b"\x8aMNG\r\n\x1a\n"),
        ("DV", b"\x1f\x07\x00\x3f"),
        ("DV", b"\x1f\x07\x00\xbf"),
        ("Dirac", b"BBCD\0"),
        ("Id RoQ", b"\x84\x10\xff\xff\xff\xff"),
    ),
    *_signs(
        "image",
        ("OpenEXR", b"v/1\1"),
        ("DirectDraw Surface", b"DDS |\0\0\0"),
        ("DPX", b"SDPX"),
        ("DPX", b"XPDS"),
        ("Cineon", b"\x80\x2a\x5f\xd7"),
        ("Radiance HDR", b"#?RADIANCE"),
        ("Radiance HDR", b"#?RGBE"),
        ("SGI", b"\x01\xda\x00\x01"),
        ("SGI", b"\x01\xda\x01\x01"),
        ("SGI", b"\x01\xda\x00\x02"),
        ("SGI", b"\x01\xda\x01\x02"),
        ("XPM", b"/* XPM */"),
        ("QOI", b"qoif"),
        ("JPEG XR", b"II\xbc\x01"),
        ("JPEG XS", b"\xff\x10\xff\x50"),
        ("JNG", b"\x8bJNG\r\n\x1a\n"),
        ("BPG", b"BPG\xfb"),
        ("GIMP", b"gimp xcf "),
        ("Apple icons", b"icns\0"),
        ("cursor", b"\0\0\2\0\1\0"),
        ("Windows metafile", b"\xd7\xcd\xc6\x9a"),
        ("enhanced metafile", b" EMF", 40),
        ("Sun raster", b"\x59\xa6\x6a\x95"),
        ("FITS", b"SIMPLE  ="),
        ("JBIG2", b"\x97JB2\r\n\x1a\n"),
        ("DjVu", b"AT&TFORM"),
        ("farbfeld", b"farbfeld"),
        ("X window dump", b"\0\0\0\7\0\0\0", 4),
        ("Windows Paint", b"DanM"),
        ("Windows Paint", b"LinS"),
        ("IFUNC image", b"Image type: "),
        ("KTX", b"\xabKTX "),
        ("Valve texture", b"VTF\0"),
        ("Blizzard texture", b"BLP1"),
        ("Blizzard texture", b"BLP2"),
        ("ASTC", b"\x13\xab\xa1\x5c"),
        ("Foveon raw", b"FOVb"),
        ("EPS", b"\xc5\xd0\xd3\xc6"),
    ),
)
RIFF_FORMS = {
    b"RMID": Foreign("audio", "MIDI"),
    b"QLCM": Foreign("audio", "QCELP"),
    b"CDXA": Foreign("video", "Video CD"),
    b"ACON": Foreign("image", "animated cursor"),
}
FORM_FORMS = {
    b"8SVX": Foreign("audio", "IFF 8SVX"),
    b"16SV": Foreign("audio", "IFF 16SV"),
    b"MAUD": Foreign("audio", "IFF MAUD"),
    b"ILBM": Foreign("image", "IFF ILBM"),
    b"PBM ": Foreign("image", "IFF PBM"),
    b"ANIM": Foreign("video", "IFF ANIM"),
}
PATTERNS: tuple[tuple[re.Pattern[bytes], Foreign], ...] = (
    (re.compile(rb"P[1-6]\s+(#[^\n]*\n\s*)*\d+\s+(#[^\n]*\n\s*)*\d+\s"), Foreign("image", "Netpbm")),
    (re.compile(rb"P7\n(#[^\n]*\n)*(WIDTH|HEIGHT|DEPTH)"), Foreign("image", "Netpbm (PAM)")),
    (re.compile(rb"P[FfHh]\n\d+\s+\d+\s+[-+]?\d"), Foreign("image", "Netpbm (PFM)")),
    (
        re.compile(rb"\s*#define\s+\w+_width\s+\d+\s+#define\s+\w+_height\s+\d+\s.*?\bchar\b", re.DOTALL),
        Foreign("image", "XBM"),
    ),
    (re.compile(rb"MAC .[\x0d-\x10]", re.DOTALL), Foreign("audio", "Monkey's Audio")),
    (re.compile(rb"KB2[a-n]"), Foreign("video", "Bink")),
    (re.compile(rb"FLIF[\x31-\x46][012]"), Foreign("image", "FLIF")),
    (re.compile(rb"%!PS-Adobe-[\d.]+ EPSF"), Foreign("image", "EPS")),
    (re.compile(rb"(?:\x47.{203}){5}", re.DOTALL), Foreign("video", "MPEG transport stream with 204 bytes a packet")),
    (re.compile(rb"\n[\x00-\x05]\x01[\x01\x02\x04\x08].{60}\x00", re.DOTALL), Foreign("image", "PCX")),
    (re.compile(rb"\xb1\x68\xde\x3a"), Foreign("image", "DCX")),
    (
        re.compile(rb"(\s*<\?xml[^>]*>|\s*<!--.*?-->|\s*<!DOCTYPE svg[^>]*>)*\s*<svg[\s>]", re.DOTALL),
        Foreign("image", "SVG"),
    ),
)
PATTERN_BYTES = 1024
SYNCED = (b"\x0b\x77", b"\x77\x0b", b"\x7f\xfe", b"\xfe\x7f", b"\x1f\xff", b"\xff\x1f", b"\x72\xf8", b"\xf8\x72")
"""Sync words of AC-3, DTS and IEC 61937 streams."""


def foreign(stream: BinaryIO) -> Foreign | None:
    """Identify an unsupported media file, or return None."""
    stream.seek(0)
    head = stream.read(PATTERN_BYTES)
    if head[:4] == b"RIFF":
        return RIFF_FORMS.get(head[8:12])
    if head[:4] == b"FORM":
        return FORM_FORMS.get(head[8:12])
    if sign := next((sign for sign in SIGNS if head.startswith(sign.magic, sign.at)), None):
        return Foreign(sign.kind, sign.name)
    if found := next((found for pattern, found in PATTERNS if pattern.match(head)), None):
        return found
    if head[:2] in SYNCED:
        stream.seek(0)
        if codec := coded_within(stream.read(LOOKED_AT_BYTES)):
            return Foreign("audio", phrase("{w} without a container", w=codec))
    return Foreign("image", "Targa") if _is_targa(stream) else None


def _is_targa(stream: BinaryIO) -> bool:
    """Tell whether a file has the footer of Targa version 2; earlier versions have no signature."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - len(TARGA_FOOTER), 0))
    return stream.read() == TARGA_FOOTER
