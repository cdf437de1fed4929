"""The colours of a clip's frames: what a decoder and the container say of them in, ffmpeg's filters and tags out.

    frames ── seen ──► Colors ──┬─ high dynamic range ── tone mapping ──┐
                                ├─ red, green and blue ─────────────────┼──► BT.709, tagged
                                └─ luma and chroma ── kept as they are ─┴──► limited range, tagged

All numbers are the codes of ITU-T H.273: tables 2 (primaries), 3 (transfer) and 4 (matrix).
"""

from typing import Any

from preflight.media.reading import Colors, colors_of
from preflight.probe.faults import Unreadable

Filter = tuple[str, dict[str, Any]]
"""A filter's name and its arguments."""

BT709, BT470BG, SMPTE170M, SMPTE240M, BT2020 = 1, 5, 6, 7, 9
HLG = 18
RGB, FCC, YCGCO, BT2020_CONSTANT, ICTCP = 0, 4, 8, 10, 14
MATRICES = {BT709: "bt709", FCC: "fcc", BT470BG: "bt470bg", SMPTE170M: "smpte170m", SMPTE240M: "smpte240m"} | {
    BT2020: "bt2020nc"
}
"""Those that an encode may keep, by ffmpeg's name."""
PRIMARIES = {BT709: "bt709", 4: "bt470m", BT470BG: "bt470bg", SMPTE170M: "smpte170m", SMPTE240M: "smpte240m"} | {
    8: "film",
    BT2020: "bt2020",
    10: "smpte428",
    11: "smpte431",
    12: "smpte432",
}
TRANSFERS = {BT709: "bt709", 4: "gamma22", 5: "gamma28", SMPTE170M: "smpte170m", SMPTE240M: "smpte240m"} | {
    8: "linear",
    11: "iec61966-2-4",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
}
USUAL = {FCC: (4, SMPTE170M), BT470BG: (BT470BG, SMPTE170M), SMPTE240M: (7, 7), BT2020: (BT2020, 14)} | {
    BT709: (BT709, BT709),
    SMPTE170M: (SMPTE170M, SMPTE170M),
}
"""Primaries and transfer that go with a matrix where none are told."""
READ_AS = {RGB: "gbr", BT709: "bt709", SMPTE170M: "smpte170m", BT470BG: "bt470bg", ICTCP: "ictcp", YCGCO: "ycgco"}
"""A matrix by the name under which zimg reads it; others are taken for that of BT.2020. No decoder of libav treats
constant luminance otherwise than the usual one, and nearly all that is tagged so is not."""
WHITE_NITS = 203
PAL_LINES = (288, 576)
TONES: tuple[Filter, ...] = (
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "mobius", "param": 0.6, "peak": 10, "desat": 0}),
    ("zscale", {"t": "bt709", "r": "pc"}),
    ("format", {"pix_fmts": "gbrp10le"}),
    ("scale", {"out_color_matrix": "bt709", "out_range": "tv"}),
    ("format", {"pix_fmts": "yuv444p10le"}),
    ("setparams", {"colorspace": "bt709", "range": "tv"}),
)
"""White of 203 cd/m2 (ITU-R BT.2408, 2.2) becomes nearly white, what is darker keeps its lightness, and highlights up
to ten times as bright are bent below the rest. Colors beyond BT.709 are cut off as red, green and blue: cut off as luma
and chroma, they would change their hue. The matrix is named, because ffmpeg 5 converts by another one, and tags none.
"""
TONE_FILTERS = frozenset({"zscale"} | {name for name, _ in TONES})


def seen_colors(path: str, format_name: str) -> Colors:
    """Decode the first frame of a clip and return what it says of its colours, or else what the container says.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    from preflight.media.footage import lone_frame, open_video, timed

    with open_video(path, format_name) as (container, track):
        context = track.codec_context
        told = int(context.color_primaries), int(context.color_trc), int(context.colorspace)
        if lone := lone_frame(container, track):
            return colors_of(lone, told)
    with open_video(path, format_name) as (container, track):
        first = next(timed(container, track), None)
        if first is None:
            raise Unreadable("no frame can be decoded")
        return colors_of(first[1], told)


def tone_filters(colors: Colors | None) -> list[Filter]:
    """Return what maps high dynamic range to BT.709; what is not told is taken for BT.2020 and PQ.

    Where nothing is known of the colours, what comes in has to tell them by itself.
    """
    mapped = [("zscale", {"t": "linear", "npl": WHITE_NITS}), *((name, dict(options)) for name, options in TONES)]
    return [("setparams", _read_as(colors)), *mapped] if colors else mapped


def _read_as(known: Colors) -> dict[str, Any]:
    """Return by which tags zimg reads samples of high dynamic range."""
    matrix = RGB if known.rgb else known.matrix or BT2020
    return {
        "color_trc": "arib-std-b67" if known.transfer == HLG else "smpte2084",
        "color_primaries": PRIMARIES.get(known.primaries or BT2020, "bt2020"),
        "colorspace": READ_AS.get(matrix, "bt2020nc"),
        "range": "pc" if known.full or known.rgb else "tv",
    }


def tag_filters(colors: Colors | None, *, mapped: bool) -> list[Filter]:
    """Return what comes last before an encoder: limited range, 4:2:0, and a tag for everything.

    Args:
        colors: of the source; nothing is done where they are not known.
        mapped: whether its tones were mapped to BT.709 before.
    """
    if mapped:
        return [("format", {"pix_fmts": "yuv420p"}), _tags(BT709, BT709, BT709)]
    if colors is None:
        return []
    matrix = BT709 if colors.rgb else _kept_matrix(colors)
    usual = USUAL[matrix]
    primaries = colors.primaries if colors.primaries in PRIMARIES else usual[0]
    transfer = colors.transfer if colors.transfer in TRANSFERS else usual[1]
    return [*_converted(colors, matrix), _tags(primaries or usual[0], transfer or usual[1], matrix)]


def _converted(colors: Colors, matrix: int) -> list[Filter]:
    """Return what brings samples to 4:2:0 in limited range; only those of another model get another matrix."""
    into: dict[str, Any] = {"out_range": "tv", "flags": "lanczos+accurate_rnd+full_chroma_int+full_chroma_inp"}
    before: list[Filter] = []
    if colors.rgb:
        into["out_color_matrix"] = MATRICES[matrix]
    elif colors.matrix in (YCGCO, ICTCP):
        told = {"colorspace": READ_AS[colors.matrix], "range": "pc" if colors.full else "tv"}
        told |= {"color_primaries": "bt709", "color_trc": "bt709"}
        before = [("setparams", told), ("zscale", {"m": "709", "r": "tv"})]
    return [*before, ("scale", into), ("format", {"pix_fmts": "yuv420p"})]


def _kept_matrix(colors: Colors) -> int:
    """Return the matrix that luma and chroma keep; where none is told, the one that every libav reads them by."""
    if colors.matrix in (YCGCO, ICTCP):
        return BT709
    if colors.matrix == BT2020_CONSTANT:
        return BT2020
    if colors.matrix in MATRICES:
        return colors.matrix
    return BT470BG if colors.lines in PAL_LINES else SMPTE170M


def _tags(primaries: int, transfer: int, matrix: int) -> Filter:
    named = {
        "color_primaries": PRIMARIES[primaries],
        "color_trc": TRANSFERS[transfer],
        "colorspace": MATRICES[matrix],
        "range": "tv",
    }
    return "setparams", named
