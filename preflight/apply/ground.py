"""Video on a background, which takes ffmpeg two streams.

    frames ──┬─ every sample a color's, or enlarged and blurred ──┐
             └─ as they are ── over it ───────────────────────────┴──► opaque frames, in the same colours

Nothing is converted between YCbCr and RGB: that would lose the tags.
"""

import re
from collections.abc import Iterable
from typing import Any

from preflight.apply.extend import Filter
from preflight.media.reading import LUMA, USUAL, Colors
from preflight.plan.steps import BLUR, BLUR_PART, Pad, Step

BACKGROUND_FILTERS = frozenset({"split", "scale", "setsar", "crop", "gblur", "overlay"})
FLATTEN_FILTERS = frozenset({"split", "format", "lutyuv", "lutrgb", "overlay"})
NAMED = {"black": (0, 0, 0), "white": (255, 255, 255)}


def on_color(video: Any, color: str, colors: Colors | None) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Overlay video on a color.

    Args:
        video: frames that may have an alpha channel.
        color: black, white or #rrggbb.
        colors: colours of the frames; limited-range YCbCr when None.
    """
    import ffmpeg

    rgb = colors is not None and colors.rgb
    clear, opaque, way = ("gbrap", "gbrp", "gbrp") if rgb else ("yuva444p", "yuv444p", "yuv444")
    both = video.filter("format", pix_fmts=clear).split()
    ground = both[0].filter("format", pix_fmts=opaque)
    samples = _samples(color, colors)
    names = "rgb" if rgb else "yuv"
    ground = ground.filter(f"lut{names}", **dict(zip(names, samples, strict=True)))
    return ffmpeg.overlay(ground, both[1], x=0, y=0, format=way)


def _samples(color: str, colors: Colors | None) -> tuple[int, ...]:
    """Convert a color to RGB or YCbCr of eight bits."""
    code = re.fullmatch(r"#(..)(..)(..)", color)
    red, green, blue = NAMED.get(color) or tuple(int(part, 16) for part in (code.groups() if code else ()))
    if colors is not None and colors.rgb:
        return red, green, blue
    red_part, blue_part = LUMA.get((colors and colors.matrix) or USUAL, LUMA[USUAL])
    luma = red_part * red + blue_part * blue + (1 - red_part - blue_part) * green
    chroma = (blue - luma) / (2 * (1 - blue_part)), (red - luma) / (2 * (1 - red_part))
    black, white, reach = (0, 255, 255) if colors and colors.full else (16, 219, 224)
    return round(black + luma * white / 255), *(min(round(128 + part * reach / 255), 255) for part in chroma)


def around_blur(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], Pad | None, tuple[Step, ...]]:
    """Split steps at the pad with a blurred background, which needs two streams."""
    for place, step in enumerate(steps):
        if isinstance(step, Pad) and step.fill == BLUR:
            return steps[:place], step, steps[place + 1 :]
    return steps, None, ()


def on_blur(video: Any, step: Pad) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Overlay video on an enlarged, blurred copy of itself."""
    import ffmpeg

    width, height = step.width_px, step.height_px
    both = chained(video, square()).split()
    covers = {"w": width, "h": height, "force_original_aspect_ratio": "increase"}
    blur = {"sigma": float(min(width, height) * BLUR_PART)}
    behind = chained(both[0], [("scale", covers), ("crop", {"w": width, "h": height}), ("gblur", blur)])
    return ffmpeg.overlay(behind, both[1], x="(W-w)/2", y="(H-h)/2")


def chained(stream: Any, chain: Iterable[Filter]) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Append filters to a stream."""
    for name, arguments in chain:
        positional = arguments.get("", [])
        stream = stream.filter(name, *positional, **{key: value for key, value in arguments.items() if key})
    return stream


def square() -> list[Filter]:
    """Scale to square pixels, so that sizes are those a viewer sees."""
    return [("scale", {"w": "round(iw*sar)", "h": "ih"}), ("setsar", {"": [1]})]
