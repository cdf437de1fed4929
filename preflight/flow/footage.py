"""Media analysis for a user who chooses: thumbnails, waveforms, cut points, best parts.

Files are read in a child process; playable copies are made by ffmpeg.
"""

from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.apply import proxy as proxies
from preflight.media import filmstrip as strips
from preflight.media.frames import thumbnail
from preflight.media.waveform import envelope
from preflight.media.windows import Candidate
from preflight.probe.cut_points import GopBoundary, boundaries_in
from preflight.probe.faults import Unmeasured
from preflight.profiles.schema import Profile
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.workers.isolated import call_isolated

LOOK = Bounds(seconds=30.0, memory_bytes=2 << 30)
BUCKETS = 600
"""Points of a waveform."""


def preview(path: str, facts: Facts, max_side_px: int) -> bytes:
    """Make a JPEG preview of an image or clip.

    Raises:
        Unmeasured, Unreadable: there is nothing to see, and why.
    """
    if isinstance(facts, AudioFacts):
        raise Unmeasured("a sound has no picture")
    return call_isolated(thumbnail, path, facts, max_side_px, bounds=LOOK).jpeg


def filmstrip(path: str, facts: VideoFacts, part: int | None = None) -> bytes:
    """Make a JPEG of frames side by side, from start to end of a clip, or of a part of them, as `media.filmstrip`.

    Raises:
        Unmeasured, Unreadable: there is nothing to see, and why.
    """
    return call_isolated(strips.filmstrip, path, facts, part, bounds=LOOK)


def outline(path: str, facts: VideoFacts | AudioFacts) -> tuple[float, ...]:
    """Measure the peaks of audio, 0 to 1, in `BUCKETS` equal parts.

    Raises:
        Unmeasured, Unreadable: there is nothing to hear, and why.
    """
    return call_isolated(envelope, path, facts.format, BUCKETS, bounds=LOOK)


class CutPoints(msgspec.Struct, frozen=True):
    """Cut points of a clip, in seconds from its start."""

    starts_s: tuple[Fraction, ...]
    ends_s: tuple[Fraction, ...]


def cut_points(path: str) -> CutPoints:
    """Find where a clip can start and end without encoding; none in an unreadable clip."""
    try:
        found: list[GopBoundary] = call_isolated(boundaries_in, path, bounds=LOOK)
    except Unmeasured:
        found = []
    return CutPoints(tuple(one.at_s for one in found if one.is_key), tuple(one.at_s for one in found[1:]))


def best_parts(judged: Judged, profile: Profile, longest_s: Fraction | None = None) -> tuple[Candidate, ...]:
    """Rank the parts worth keeping of a clip or audio that is too long, best first.

    Args:
        judged: the asset with its facts; its mark is passed over.
        profile: the limits on durations.
        longest_s: its share of the seconds of a request; None for the limit alone.

    Raises:
        Unmeasured, Unreadable: it could not be read, and why.
    """
    from preflight.media.candidates import propose

    asset = msgspec.structs.replace(judged.asset, keep=None)
    return propose(msgspec.structs.replace(judged, asset=asset), profile, longest_s=longest_s)


def make_proxy(path: str, facts: Facts, target: Path) -> None:
    """Make a small copy that every browser plays.

    Raises:
        NotDone: no ffmpeg can make it.
    """
    if isinstance(facts, ImageFacts):
        raise Unmeasured("a picture is not played")
    proxies.make_proxy(path, facts, target)
