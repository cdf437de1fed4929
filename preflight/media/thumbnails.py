"""Thumbnails: of an image, of moments of a clip, or a waveform."""

from fractions import Fraction

from preflight.media.frames import frames_at, thumbnail
from preflight.media.waveform import envelope
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.still import Still
from preflight.workers.isolated import call_isolated

BOUNDS = Bounds(seconds=20.0, memory_bytes=2 << 30)
STILLS_S = 5.0
"""Seconds for the stills of one clip; a large one shows fewer."""
IMAGE_PX = 320
STILL_PX = 200
"""Longest side of a clip's still."""
STILLS = 6
BUCKETS = 240
"""Points of a waveform."""
Seen = tuple[Still, ...] | tuple[float, ...]


def thumbnails(path: str, facts: Facts) -> Seen:
    """Make a file's thumbnails in an isolated call.

    Raises:
        Unmeasured, Unreadable: it cannot be shown, with the reason.
    """
    return call_isolated(look, path, facts, bounds=BOUNDS)


def look(path: str, facts: Facts) -> Seen:
    """Make an image's thumbnail, a clip's stills, or a waveform."""
    if isinstance(facts, ImageFacts):
        return (thumbnail(path, facts, IMAGE_PX),)
    if isinstance(facts, AudioFacts):
        return envelope(path, facts.format, BUCKETS)
    length = facts.duration_s or Fraction(0)
    moments = [length * (2 * at + 1) / (2 * STILLS) for at in range(STILLS)]
    found = frames_at(path, facts.format, moments, STILL_PX, within_s=STILLS_S)
    return tuple({still.time_s: still for still in found}.values())
