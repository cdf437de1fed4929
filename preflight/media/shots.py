"""Shots: a clip in, the times at which another shot begins out.

Each frame is looked at as a picture of a few thousand pixels. A new shot begins where a frame differs from the one
before far more than its neighbours do among themselves, and where the difference lasts: a fade, a pan or a zoom
changes evenly, a flash goes as it came.
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
"""The size at which frames are compared: noise averages out, and comparing costs next to nothing."""
FLOOR = 10.0
"""Mean difference of all samples, of 255, below which nothing is another shot."""
RATIO = 3.0
"""How many times the mean difference around it a frame must differ."""
AROUND_S = Fraction(3, 10)
"""How far frames on either side are around; the nearest three always are."""
NEAREST = 3
REPEAT = 1.0
"""Mean difference below which a frame repeats the one before, as where 12 frames a second are shown as 60. Repeats say
nothing of how much things move."""
LASTING = 4
"""Frames that a change must last: a flash is shorter."""


def shot_changes(path: str, format_name: str) -> tuple[Fraction, ...]:
    """Return the times of the first frame of each shot but the first, in seconds from the first frame of all.

    Args:
        path: a clip.
        format_name: the format that was measured.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: no picture can be decoded.
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
    """Yield frames as small pictures, and note their times."""
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
    """Return for each picture by how much, of 255, it differs lastingly from the one before; 0 for the first.

    Lasting is the least of three differences: to the picture before, to one further back, and of one further on to
    the picture before.
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
    """Return the places of the scores that stand out of those around them."""
    return [at for at, score in enumerate(scores) if score >= FLOOR and _stands_out(scores, times_s, at)]


def _stands_out(scores: Sequence[float], times_s: Sequence[Fraction], at: int) -> bool:
    first, last = min(bisect_left(times_s, times_s[at] - AROUND_S), at - NEAREST), at + NEAREST
    last = max(bisect_right(times_s, times_s[at] + AROUND_S) - 1, last)
    around = [*scores[max(first, 1) : at], *scores[at + 1 : last + 1]]
    moving = [score for score in around if score >= REPEAT]
    before, after = scores[max(at - NEAREST, 0) : at], scores[at : at + NEAREST + 1]
    first_of_best = scores[at] > max(before, default=0.0) and scores[at] == max(after)
    return first_of_best and scores[at] >= RATIO * sum(moving) / max(len(moving), 1)
