"""Convert stored frames to displayed ones: steps in, ffmpeg's filters out.

ffmpeg rotates and crops by itself, differently in each version. Here its rotation is off, and its cropping is detected
by the size of its frames.
"""

from preflight.apply.extend import Filter
from preflight.plan.steps import Aperture, Deinterlace, Step, Turn
from preflight.values.facts import Side

TURNS: dict[int, tuple[Filter, ...]] = {
    90: (("transpose", {"dir": "clock"}),),
    180: (("hflip", {}), ("vflip", {})),
    270: (("transpose", {"dir": "cclock"}),),
}
OF_FIRST_LAYER: tuple[Filter, ...] = (("format", {"pix_fmts": "yuv420p|yuv422p|yuv444p|yuv420p10le|yuv422p10le"}),)
"""Drops HEVC's layer of transparency, which some versions of ffmpeg decode and others do not."""
SHOWN: dict[type[Step], frozenset[str]] = {
    Aperture: frozenset({"crop"}),
    Deinterlace: frozenset({"weave", "setpts", "bwdif"}),
    Turn: frozenset({"transpose", "hflip", "vflip"}),
}
"""Step → filters it may use."""


def shown_filters(step: Aperture | Deinterlace | Turn) -> list[Filter]:
    """List the filters of a step."""
    match step:
        case Turn():
            turned = [(name, dict(arguments)) for name, arguments in TURNS.get(step.degrees, ())]
            return [*turned, *([("hflip", {})] if step.mirrored else [])]
        case Aperture():
            return _aperture(step)
        case Deinterlace():
            return [
                *(_woven(step.weave) if step.weave else []),
                ("bwdif", {"mode": "send_frame", "deint": "interlaced"}),
            ]


def _woven(first: Side) -> list[Filter]:
    """List the filters that join two fields; without `setpts` a frame would take the second field's time."""
    return [("weave", {"first_field": first}), ("setpts", {"": ["PTS-STARTPTS"]})]


def _aperture(step: Aperture) -> list[Filter]:
    """List the filters that crop to the displayed area, exact even where chroma is subsampled.

    Frames smaller than the stored size were cropped by ffmpeg already: at most one more pixel is removed.
    """
    area = step.area
    cropped = f"lt(iw,{step.stored_width_px})+lt(ih,{step.stored_height_px})"
    return [
        (
            "crop",
            {
                "w": f"min({area.width_px},iw)",
                "h": f"min({area.height_px},ih)",
                "x": f"if({cropped},0,{area.left_px})",
                "y": f"if({cropped},0,{area.top_px})",
                "exact": 1,
            },
        )
    ]
