"""Looking into footage for a person who chooses: a file and its facts in; pictures, outlines, cut points, parts out.

Everything is looked into in a child that may crash or hang alone; what is played instead of a file is made by ffmpeg.
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
"""Points of an outline."""


def preview(path: str, facts: Facts, max_side_px: int) -> bytes:
    """Return a JPEG of an image, or of a frame of a clip.

    Raises:
        Unmeasured, Unreadable: there is nothing to see, and why.
    """
    if isinstance(facts, AudioFacts):
        raise Unmeasured("a sound has no picture")
    return call_isolated(thumbnail, path, facts, max_side_px, bounds=LOOK).jpeg


def filmstrip(path: str, facts: VideoFacts) -> bytes:
    """Return a JPEG of frames side by side, from the beginning of a clip to its end.

    Raises:
        Unmeasured, Unreadable: there is nothing to see, and why.
    """
    return call_isolated(strips.filmstrip, path, facts, bounds=LOOK)


def outline(path: str, facts: VideoFacts | AudioFacts) -> tuple[float, ...]:
    """Return how loud a sound, or a clip's, is: the highest sample, 0 to 1, in each of `BUCKETS` equal parts.

    Raises:
        Unmeasured, Unreadable: there is nothing to hear, and why.
    """
    return call_isolated(envelope, path, facts.format, BUCKETS, bounds=LOOK)


class CutPoints(msgspec.Struct, frozen=True):
    """Where a clip can be cut without encoding, in seconds from its beginning."""

    starts_s: tuple[Fraction, ...]
    ends_s: tuple[Fraction, ...]


def cut_points(path: str) -> CutPoints:
    """Return where a clip can begin, and where it can end, without encoding; none in what cannot be read."""
    try:
        found: list[GopBoundary] = call_isolated(boundaries_in, path, bounds=LOOK)
    except Unmeasured:
        found = []
    return CutPoints(tuple(one.at_s for one in found if one.is_key), tuple(one.at_s for one in found[1:]))


def best_parts(judged: Judged, profile: Profile) -> tuple[Candidate, ...]:
    """Return the parts of a clip or sound that is too long which are best worth keeping, best first.

    Raises:
        Unmeasured, Unreadable: it could not be looked into, and why.
    """
    from preflight.media.candidates import propose

    asset = msgspec.structs.replace(judged.asset, keep=None)
    return propose(msgspec.structs.replace(judged, asset=asset), profile, LOOK)


def make_proxy(path: str, facts: Facts, target: Path) -> None:
    """Make a small copy that every browser plays.

    Raises:
        NotDone: no ffmpeg can make it.
    """
    if isinstance(facts, ImageFacts):
        raise Unmeasured("a picture is not played")
    proxies.make_proxy(path, facts, target)
