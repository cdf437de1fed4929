"""What there is to see of a file, small: a picture's thumbnail, some stills of a clip, or the outline of a sound."""

from fractions import Fraction

from preflight.media.frames import frames_at, thumbnail
from preflight.media.waveform import envelope
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.still import Still
from preflight.workers.isolated import call_isolated

BOUNDS = Bounds(seconds=10.0, memory_bytes=2 << 30)
PICTURE_PX = 320
STILL_PX = 200
"""The longer side of a still of a clip."""
STILLS = 6
BUCKETS = 240
"""Points of a waveform."""
Seen = tuple[Still, ...] | tuple[float, ...]


def thumbnails(path: str, facts: Facts) -> Seen:
    """Look into a file in a child that may crash or hang alone.

    Raises:
        Unmeasured, Unreadable: there is nothing to see, and why.
    """
    return call_isolated(look, path, facts, bounds=BOUNDS)


def look(path: str, facts: Facts) -> Seen:
    """Return a picture's thumbnail, some stills of a clip, or the outline of a sound."""
    if isinstance(facts, ImageFacts):
        return (thumbnail(path, facts, PICTURE_PX),)
    if isinstance(facts, AudioFacts):
        return envelope(path, facts.format, BUCKETS)
    length = facts.duration_s or Fraction(0)
    moments = [length * (2 * at + 1) / (2 * STILLS) for at in range(STILLS)]
    return tuple({still.time_s: still for still in frames_at(path, facts.format, moments, STILL_PX)}.values())
