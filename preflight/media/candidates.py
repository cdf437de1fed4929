"""Candidates for the part to keep of an asset that is too long: a judged asset in, candidates out, best first.

    Judged ── isolated: watch, listen ──► Timeline ── best_windows ──► Candidates

Decoding runs in a child with deadlines; of long clips only keyframes are decoded.
"""

from fractions import Fraction

from msgspec.structs import asdict

from preflight.media.hearing import listen
from preflight.media.progress import Part, Progress
from preflight.media.seeing import watch
from preflight.media.timeline import Timeline
from preflight.media.windows import Candidate, best_windows
from preflight.probe.faults import Unreadable
from preflight.profiles.schema import Profile
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.limits import Range
from preflight.workers.isolated import call_isolated

WATCH_S, LISTEN_S = 45.0, 20.0
"""Deadlines for video and audio; the rest is left out."""
BOUNDS = Bounds(seconds=90.0)
WATCHED = Fraction(85, 100)
"""Part of the progress that is video."""


def propose(
    judged: Judged,
    profile: Profile,
    bounds: Bounds | None = None,
    *,
    longest_s: Fraction | None = None,
    progress: Progress | None = None,
) -> tuple[Candidate, ...]:
    """Propose the parts to keep of a clip or audio file that is too long, best first.

    Empty where there is nothing to choose: an image, a short enough file, a URL, an unmeasured file, or a part marked
    by the user.

    Args:
        judged: the asset with its facts.
        profile: the limits on duration.
        bounds: bounds for the analysis.
        longest_s: its share of the seconds of a request; None for the limit alone.
        progress: called with the part done, 0 to 1.

    Raises:
        Unmeasured: the analysis crashed, timed out or ran out of memory, or the file changed.
        Unreadable: nothing can be decoded.
    """
    asset, facts = judged.asset, judged.facts
    if not isinstance(facts, VideoFacts | AudioFacts) or facts.duration_s is None or asset.is_url or asset.keep:
        return ()
    limits = (profile.video if isinstance(facts, VideoFacts) else profile.audio).duration_s
    if not _too_long(facts, limits, longest_s):
        return ()
    return call_isolated(looked, asset.path, facts, limits, longest_s, bounds=bounds or BOUNDS, progress=progress)


def looked(
    path: str,
    facts: VideoFacts | AudioFacts,
    limits: Range,
    longest_s: Fraction | None,
    progress: Progress | None = None,
) -> tuple[Candidate, ...]:
    """Analyse a clip or audio file and rank its windows; runs in a child."""
    return best_windows(timeline_of(path, facts, progress), limits, longest_s=longest_s)


def timeline_of(path: str, facts: VideoFacts | AudioFacts, progress: Progress | None = None) -> Timeline:
    """Measure the features of a clip or audio file.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: nothing of it can be decoded.
    """
    duration, zero = facts.duration_s or Fraction(0), Fraction(0)
    if progress:
        progress(zero)
    if isinstance(facts, AudioFacts):
        heard = listen(path, facts.format, duration, Part(progress, zero, Fraction(1), LISTEN_S))
        return Timeline(duration_s=duration, **asdict(heard))
    seen = asdict(watch(path, facts.format, duration, Part(progress, zero, WATCHED, WATCH_S)))
    begun = seen.pop("zero_s")
    try:
        rest = Part(progress, WATCHED, Fraction(1), LISTEN_S)
        seen |= asdict(listen(path, facts.format, duration, rest, begun))
    except Unreadable:  # a mute clip
        pass
    return Timeline(duration_s=duration, **seen)


def _too_long(facts: VideoFacts | AudioFacts, limits: Range, longest_s: Fraction | None) -> bool:
    """Tell whether any measured duration exceeds the limit or its share."""
    stored = facts.stored_duration_s if isinstance(facts, AudioFacts) else None
    readings = [one for one in (facts.duration_s, facts.header_duration_s, stored) if one is not None]
    most = [bound for bound in (limits.max, longest_s) if bound is not None]
    return bool(most) and max(readings) > min(most)
