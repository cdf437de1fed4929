"""Colours of a clip: decoder and container tags in, ffmpeg's filters and tags out.

    frames ── read ──► Colors ──┬─ high dynamic range ── tone mapping ──┐
                                ├─ RGB ─────────────────────────────────┼──► BT.709, tagged
                                └─ YCbCr ──── matrix kept ──────────────┴──► limited range, tagged

Numbers are the codes of ITU-T H.273: tables 2 (primaries), 3 (transfer) and 4 (matrix).
"""

from typing import Any

from preflight.media.reading import Colors, colors_of
from preflight.probe.faults import Unreadable
from preflight.values.facts import VideoFacts

Filter = tuple[str, dict[str, Any]]
"""Name and arguments of a filter."""

BT709, BT470BG, SMPTE170M, SMPTE240M, BT2020 = 1, 5, 6, 7, 9
HLG = 18
RGB, FCC, YCGCO, BT2020_CONSTANT, ICTCP = 0, 4, 8, 10, 14
MATRICES = {BT709: "bt709", FCC: "fcc", BT470BG: "bt470bg", SMPTE170M: "smpte170m", SMPTE240M: "smpte240m"} | {
    BT2020: "bt2020nc"
}
"""Matrices that an encode may keep, by ffmpeg's name."""
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
"""Default primaries and transfer for a matrix."""
READ_AS = {RGB: "gbr", BT709: "bt709", SMPTE170M: "smpte170m", BT470BG: "bt470bg", ICTCP: "ictcp", YCGCO: "ycgco"}
"""Matrices by the names under which zimg reads them; others are read as BT.2020. libav decodes constant luminance as
non-constant, and nearly all clips tagged so are."""
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
"""Maps white of 203 cd/m2 (ITU-R BT.2408, 2.2) nearly to white, keeps darker tones, and compresses highlights up to ten
times as bright. Colours beyond BT.709 are clipped as RGB: clipped as YCbCr, they would change hue. The matrix is named,
because ffmpeg 5 converts by another one, and tags none."""
TONE_FILTERS = frozenset({"zscale"} | {name for name, _ in TONES})


def seen_colors(path: str, facts: VideoFacts) -> Colors:
    """Read colour tags from the first decoded frame, else from the container; an HDR transfer from the clip's facts.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    from preflight.media.footage import lone_frame, open_video, timed

    with open_video(path, facts.format) as (container, track):
        context = track.codec_context
        told = int(context.color_primaries), int(context.color_trc), int(context.colorspace)
        if lone := lone_frame(container, track):
            return colors_of(lone, told, facts.transfer)
    with open_video(path, facts.format) as (container, track):
        first = next(timed(container, track), None)
        if first is None:
            raise Unreadable("no frame can be decoded")
        return colors_of(first[1], told, facts.transfer)


def unread_filters(colors: Colors | None) -> list[Filter]:
    """List the filters that hide a matrix under which `scale` of ffmpeg 7.1 and later refuses samples.

    It resizes and pads them all the same: what follows names the matrix again where samples are converted.
    """
    is_known = colors is None or colors.rgb or colors.matrix is None or colors.matrix in MATRICES
    return [] if is_known else [("setparams", {"colorspace": "bt709"})]


def tone_filters(colors: Colors | None) -> list[Filter]:
    """List the filters that map high dynamic range to BT.709; untagged sources are read as BT.2020 PQ.

    Without `colors` the input's own tags decide.
    """
    mapped = [("zscale", {"t": "linear", "npl": WHITE_NITS}), *((name, dict(options)) for name, options in TONES)]
    return [("setparams", _read_as(colors)), *mapped] if colors else mapped


def _read_as(known: Colors) -> dict[str, Any]:
    """Name the tags by which zimg reads HDR samples."""
    matrix = RGB if known.rgb else known.matrix or BT2020
    return {
        "color_trc": "arib-std-b67" if known.transfer == HLG else "smpte2084",
        "color_primaries": PRIMARIES.get(known.primaries or BT2020, "bt2020"),
        "colorspace": READ_AS.get(matrix, "bt2020nc"),
        "range": "pc" if known.full or known.rgb else "tv",
    }


def tag_filters(colors: Colors | None, *, mapped: bool) -> list[Filter]:
    """List the last filters before an encoder: limited range, 4:2:0, all tags.

    Args:
        colors: colours of the source; nothing is done when None.
        mapped: whether its tones were mapped to BT.709.
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
    """List the filters to limited-range 4:2:0; RGB, YCgCo and ICtCp also change matrix."""
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
    """Choose the output matrix; for untagged YCbCr the one libav assumes by size."""
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
