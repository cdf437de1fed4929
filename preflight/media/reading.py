"""Colors of decoded frames by this program's own matrix, range, transfer and primaries.

    samples ── small ──► luma and chroma ── matrix ──► red, green, blue ── transfer, primaries ──► display

libav converts no color here, so that its reading of unusual tags can be checked against this one.
Sources: ITU-T H.273; ITU-R BT.2100, tables 4, 5 and 7; BT.2087.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from preflight.probe.faults import Unreadable
from preflight.probe.image_header import HDR_TRANSFERS
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from PIL import Image

    Samples = np.ndarray[Any, Any]
    """Rows, columns and three components, mostly 0 to 1."""

UNSPECIFIED, RGB, YCGCO, ICTCP = 2, 0, 8, 14
PQ, HLG = 16, 18
HDR_CODES = {name: code for code, name in HDR_TRANSFERS.items()}
FULL = 2
"""libav's code for full range."""
LUMA = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
    10: (0.2627, 0.0593),
}
"""Weights of red and blue in luma, by matrix."""
USUAL, USUAL_HIGH = 6, 9
"""libav's matrix for untagged frames, and the usual one for HDR."""
ODD = {YCGCO, 10, ICTCP}
"""Matrices that libav misreads or does not support."""
WHITE_NITS, PEAK, KNEE = 203.0, 10.0, 0.6
"""Luminance of white, peak brightness as a multiple of it, and where highlights begin to roll off."""
GAMMA, HALF = 2.4, 0.5
"""Of a display: ITU-R BT.1886."""
ICTCP_TO_LMS = ((1, 0.008609037, 0.111029625), (1, -0.008609037, -0.111029625), (1, 0.560031336, -0.320627175))
LMS_TO_2020 = (
    (3.436606694, -2.506452118, 0.069845424),
    (-0.791329556, 1.983600452, -0.192270896),
    (-0.025949900, -0.098913714, 1.124863614),
)
TO_709 = ((1.660491, -0.587641, -0.072850), (-0.124550, 1.132900, -0.008349), (-0.018151, -0.100579, 1.118730))
"""From BT.2020 primaries."""


class Colors(msgspec.Struct, frozen=True, kw_only=True):
    """Color tags of frames, in H.273 codes; None where untagged."""

    rgb: bool = False
    """Whether the samples are RGB."""
    matrix: int | None = None
    primaries: int | None = None
    transfer: int | None = None
    full: bool = False
    """Whether samples use the full range."""
    lines: int = 0
    """Stored height of a frame."""

    @property
    def high(self) -> bool:
        """Whether the frames are HDR."""
        return self.transfer in (PQ, HLG) or (self.matrix == ICTCP and self.transfer is None)


def colors_of(frame: "VideoFrame", told: tuple[int, int, int], measured: str | None = None) -> Colors:
    """Return a frame's colors, completed by its container's.

    Args:
        frame: a decoded frame.
        told: the container's primaries, transfer and matrix.
        measured: ffmpeg's name of the transfer in the clip's facts; an HDR one, which a record of Dolby Vision or a
            message beside the frames may tell alone, stands where frame and container tell none.
    """
    shown = int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace)
    pairs = zip(shown, told, strict=True)
    primaries, transfer, matrix = (next((c for c in pair if c != UNSPECIFIED), None) for pair in pairs)
    if transfer not in HDR_TRANSFERS:
        transfer = HDR_CODES.get(measured or "", transfer)
    rgb = bool(frame.format.is_rgb) or bool(frame.format.has_palette)
    full = not rgb and (int(frame.color_range) == FULL or frame.format.name.startswith("yuvj"))
    return Colors(rgb=rgb, matrix=matrix, primaries=primaries, transfer=transfer, full=full, lines=frame.height)


def drawn(frame: "VideoFrame", colors: Colors, size_px: tuple[int, int], *, plain: bool = False) -> "Image.Image":
    """Draw a frame in a size, for a display of standard range.

    Args:
        frame: a decoded frame.
        colors: its colors.
        size_px: width and height; no rotation or crop is applied.
        plain: show luma alone, without tone mapping.

    Raises:
        Unreadable: it cannot be scaled.
    """
    import numpy as np
    from PIL import Image

    lit = _light(frame, size_px, colors)
    if plain:
        lit = np.repeat(lit.mean(axis=2, keepdims=True) if colors.rgb else lit[..., :1], 3, axis=2)
    else:
        lit = _on_screen(lit if colors.rgb else _mixed(lit, colors), colors)
    return Image.fromarray((np.clip(lit, 0, 1) * 255 + 0.5).astype(np.uint8), "RGB")


def _light(frame: "VideoFrame", size_px: tuple[int, int], colors: Colors) -> "Samples":
    """Return scaled samples: RGB, or luma from 0 to 1 and chroma around 0."""
    import av
    import numpy as np

    frame.colorspace, frame.color_trc, frame.color_primaries = 1, 1, 1  # keeps libav from converting the colors
    kind, same = ("rgb48le", None) if colors.rgb else ("yuv444p16le", "itu709")
    ways = {"src_colorspace": same, "dst_colorspace": same, "interpolation": "AREA"}
    try:
        small: Samples = frame.reformat(*size_px, kind, **ways).to_ndarray()  # type: ignore[arg-type] # no other names
    except (av.FFmpegError, ValueError) as error:
        raise Unreadable(phrase("a frame cannot be scaled: {why}", why=str(error))) from None
    if colors.rgb:
        return small.astype(np.float32) / 65535
    eighths = small.astype(np.float32) / 256
    black, white, reach = (0.0, 255.0, 255.0) if colors.full else (16.0, 219.0, 224.0)
    return np.dstack([(eighths[..., 0] - black) / white, (eighths[..., 1:] - 128) / reach])


def _mixed(light: "Samples", colors: Colors) -> "Samples":
    """Convert luma and chroma to RGB."""
    import numpy as np

    luma, blueness, redness = (light[..., band] for band in range(3))
    if colors.matrix == YCGCO:
        rest = luma - blueness
        return np.dstack([rest + redness, luma + blueness, rest - redness])
    if colors.matrix == ICTCP:
        return light
    usual = USUAL_HIGH if colors.high else USUAL
    red_part, blue_part = LUMA.get(colors.matrix or usual, LUMA[usual])
    red, blue = luma + 2 * (1 - red_part) * redness, luma + 2 * (1 - blue_part) * blueness
    green = (luma - red_part * red - blue_part * blue) / (1 - red_part - blue_part)
    return np.dstack([red, green, blue])


def _on_screen(colored: "Samples", colors: Colors) -> "Samples":
    """Convert RGB for a display of standard range."""
    import numpy as np

    if not colors.high:
        return colored
    scene = _linear(colored, colors) / WHITE_NITS
    if colors.primaries in (None, 9):
        scene = scene @ np.asarray(TO_709, dtype=np.float32).T
    brightest = np.maximum(scene.max(axis=2, keepdims=True), 1e-6)
    shown = np.clip(scene * _bent(brightest) / brightest, 0, 1)
    lit: Samples = np.power(np.maximum(shown, 1e-6), 1 / GAMMA)
    return lit


def _linear(colored: "Samples", colors: Colors) -> "Samples":
    """Convert RGB to light in cd/m2."""
    import numpy as np

    if colors.matrix == ICTCP:
        cones = _pq(colored @ np.asarray(ICTCP_TO_LMS, dtype=np.float32).T)
        return cones @ np.asarray(LMS_TO_2020, dtype=np.float32).T
    return _hlg(colored) if colors.transfer == HLG else _pq(colored)


def _pq(coded: "Samples") -> "Samples":
    """Decode PQ to cd/m2: BT.2100, table 4."""
    import numpy as np

    power = np.power(np.clip(coded, 0, 1), 1 / 78.84375)
    part = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
    lit: Samples = 10_000 * np.power(part, 1 / 0.1593017578125)
    return lit


def _hlg(coded: "Samples") -> "Samples":
    """Decode HLG to cd/m2 on a display of 1,000 cd/m2: BT.2100, table 5."""
    import numpy as np

    held = np.clip(coded, 0, 1)
    scene: Samples = np.where(
        held <= HALF, held * held / 3, (np.exp((held - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    luma = scene @ np.asarray((0.2627, 0.6780, 0.0593), dtype=np.float32)
    lit: Samples = 1_000 * np.power(np.maximum(luma, 1e-6), 0.2)[..., None] * scene
    return lit


def _bent(scene: "Samples") -> "Samples":
    """Roll off highlights above the knee, by ffmpeg's curve `mobius`."""
    import numpy as np

    a = -KNEE * KNEE * (PEAK - 1) / (KNEE * KNEE - 2 * KNEE + PEAK)
    b = (KNEE * KNEE - 2 * KNEE * PEAK + PEAK) / (PEAK - 1)
    bent = (b * b + 2 * b * KNEE + KNEE * KNEE) / (b - a) * (scene + a) / (scene + b)
    return np.where(scene <= KNEE, scene, bent)
