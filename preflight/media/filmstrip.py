"""Filmstrips of a clip: one JPEG of small frames side by side.

Keyframes are decoded first, found by the container's index, so that a 4K clip shows quickly. Where there are too few,
frames between them are decoded too.
"""

import io
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.media.footage import open_video, timed
from preflight.media.frames import frames_at
from preflight.media.view import as_seen, shown_as
from preflight.probe.faults import Unreadable
from preflight.values.facts import VideoFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

TILES = 16
PARTS = 4
"""Parts of a filmstrip that can be had alone, so that a large clip begins to show early."""
TILE_PX = 120
"""Longest side of a tile."""
QUALITY = 72


def filmstrip(path: str, facts: VideoFacts, part: int | None = None) -> bytes:
    """Return a JPEG with `TILES` frames from a clip's start to its end.

    Args:
        path: the clip.
        facts: what is known of it.
        part: the part wanted, from 0 to `PARTS` - 1, by its keyframes alone; all of it when None.

    Raises:
        Unmeasured: it cannot be opened, or changed.
        Unreadable: no frame can be decoded.
    """
    length = facts.duration_s or Fraction(0)
    moments = [length * (2 * at + 1) / (2 * TILES) for at in range(TILES)]
    if part is not None:
        moments = moments[part * TILES // PARTS : (part + 1) * TILES // PARTS]
    found = list(keyframes_near(path, facts.format, moments))
    if part is None and len({time_s for time_s, _ in found}) < TILES // 4:
        return _beside([_opened(still.jpeg) for still in frames_at(path, facts.format, moments, TILE_PX)])
    return _beside([frame for _, frame in found])


def keyframes_near(path: str, format_name: str, moments: list[Fraction]) -> "Iterator[tuple[Fraction, Image.Image]]":
    """Yield the keyframe before each moment, with its time; none without an index.

    Raises:
        Unmeasured, Unreadable: as `filmstrip`.
    """
    import av

    facts = shown_as(path, format_name)
    with open_video(path, format_name) as (container, track):
        track.codec_context.skip_frame = "NONKEY"
        zero = track.start_time or 0
        base = track.time_base or Fraction(1)
        last: tuple[Fraction, Image.Image] | None = None
        for moment in moments:
            try:
                container.seek(zero + int(moment / base), stream=track)
                time_s, frame = next(timed(container, track))
            except (av.FFmpegError, ValueError, OverflowError, StopIteration):
                if last:
                    yield last
                continue
            if last is None or last[0] != time_s:
                last = time_s, as_seen(frame, facts, TILE_PX)
            yield last


def _opened(jpeg: bytes) -> "Image.Image":
    from PIL import Image

    return Image.open(io.BytesIO(jpeg), formats=["JPEG"])


def _beside(frames: "list[Image.Image]") -> bytes:
    """Join frames side by side as a JPEG."""
    from PIL import Image

    if not frames:
        raise Unreadable("no picture can be decoded")
    width, height = frames[0].size
    strip = Image.new("RGB", (width * len(frames), height))
    for at, frame in enumerate(frames):
        strip.paste(frame, (at * width, 0))
    target = io.BytesIO()
    strip.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()
