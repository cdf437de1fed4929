"""Shot changes of a clip.

Frames are compared at a few thousand pixels. A shot changes where a frame differs from the previous one far more than
its neighbours do, and the difference lasts: fades, pans and zooms change evenly, flashes disappear.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.media.footage import open_video, timed
from preflight.probe.faults import Unreadable

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.reformatter import VideoReformatter
    from PIL import Image

GLANCE_PX = (64, 36)
"""Size for comparison: it averages noise, and comparing is cheap."""
FLOOR = 10.0
"""Mean sample difference, of 255, below which no shot changes."""
RATIO = 3.0
"""Least ratio to the mean difference of the frames around."""
AROUND_S = Fraction(3, 10)
"""Distance of the frames around, on either side; at least the nearest three."""
NEAREST = 3
REPEAT = 1.0
"""Mean sample difference of a repeated frame, as where 12 frames per second are stored as 60. Repeats are no measure of
motion."""
LASTING = 4
"""Frames that a change must last; a flash is shorter."""


def shot_changes(path: str, format_name: str) -> tuple[Fraction, ...]:
    """Return the start of each shot but the first, in seconds from the first frame.

    Args:
        path: a clip.
        format_name: its measured format.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    from av.video.reformatter import VideoReformatter

    with open_video(path, format_name) as (container, track):
        times: list[Fraction] = []
        scores = differences(_glances(timed(container, track), VideoReformatter(), times))
    if not times:
        raise Unreadable("no picture can be decoded")
    return tuple(times[at] - times[0] for at in changes(scores, times))


def _glances(
    frames: "Iterable[tuple[Fraction, VideoFrame]]", reformatter: "VideoReformatter", times: list[Fraction]
) -> "Iterable[Image.Image]":
    """Yield frames as small images, and note their times."""
    import av
    from PIL import Image

    width, height = GLANCE_PX
    for time_s, frame in frames:
        try:
            small = reformatter.reformat(frame, width, height, "rgb24", interpolation="FAST_BILINEAR")
        except (av.FFmpegError, ValueError):
            continue
        times.append(time_s)
        plane = small.planes[0]
        yield Image.frombytes("RGB", GLANCE_PX, bytes(plane), "raw", "RGB", plane.line_size, 1)


def differences(glances: "Iterable[Image.Image]") -> list[float]:
    """Return each image's lasting difference from the previous one, of 255; 0 for the first.

    The least of three differences: to the previous image, to an earlier one, and of a later one to the previous.
    """
    sudden, spread = [], []
    recent: deque[Image.Image] = deque(maxlen=LASTING + 1)
    for glance in glances:
        recent.append(glance)
        sudden.append(_difference(glance, recent[max(len(recent) - 2, 0)]))
        spread.append(_difference(glance, recent[0]))
    onward = spread[LASTING - 1 :] or [0.0]
    onward += [_difference(recent[-1], before) for before in list(recent)[-LASTING:-1]]
    return [min(three) for three in zip(sudden, spread, onward, strict=False)]


def _difference(one: "Image.Image", other: "Image.Image") -> float:
    """Return the mean absolute difference of all samples."""
    from PIL import Image, ImageChops

    mean = ImageChops.difference(one, other).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return sum(mean) / len(mean) if isinstance(mean, tuple) else float(mean or 0)


def changes(scores: Sequence[float], times_s: Sequence[Fraction]) -> list[int]:
    """Return the indexes of scores that stand out from those around."""
    return [at for at, score in enumerate(scores) if score >= FLOOR and _stands_out(scores, times_s, at)]


def _stands_out(scores: Sequence[float], times_s: Sequence[Fraction], at: int) -> bool:
    first, last = min(bisect_left(times_s, times_s[at] - AROUND_S), at - NEAREST), at + NEAREST
    last = max(bisect_right(times_s, times_s[at] + AROUND_S) - 1, last)
    around = [*scores[max(first, 1) : at], *scores[at + 1 : last + 1]]
    moving = [score for score in around if score >= REPEAT]
    before, after = scores[max(at - NEAREST, 0) : at], scores[at : at + NEAREST + 1]
    first_of_best = scores[at] > max(before, default=0.0) and scores[at] == max(after)
    return first_of_best and scores[at] >= RATIO * sum(moving) / max(len(moving), 1)
