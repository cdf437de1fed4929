"""What makes of stored frames those that a viewer sees: steps in, ffmpeg's filters out.

ffmpeg turns and crops by itself, each version what it knows of; here it turns nothing, and what it has cropped already
is seen by the size that comes in.
"""

from preflight.apply.extend import Filter
from preflight.plan.steps import Aperture, Deinterlace, Step, Turn
from preflight.values.facts import Side

TURNS: dict[int, tuple[Filter, ...]] = {
    90: (("transpose", {"dir": "clock"}),),
    180: (("hflip", {}), ("vflip", {})),
    270: (("transpose", {"dir": "cclock"}),),
}
SHOWN: dict[type[Step], frozenset[str]] = {
    Aperture: frozenset({"crop"}),
    Deinterlace: frozenset({"weave", "setpts", "bwdif"}),
    Turn: frozenset({"transpose", "hflip", "vflip"}),
}
"""Step → the filters that it may take."""


def shown_filters(step: Aperture | Deinterlace | Turn) -> list[Filter]:
    """Return the filters that do what a step says."""
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
    """Return what puts two fields together; ffmpeg would show the frame when it shows the second of them."""
    return [("weave", {"first_field": first}), ("setpts", {"": ["PTS-STARTPTS"]})]


def _aperture(step: Aperture) -> list[Filter]:
    """Return what keeps the part that is shown, to the pixel even where chroma is subsampled.

    Frames smaller than the stored ones were cropped by ffmpeg itself: of those no more than a pixel is taken off.
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
