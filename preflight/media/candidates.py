"""The parts of what is too long that are worth keeping: a judged asset in, candidates out, best first."""

from preflight.media.shots import shot_changes
from preflight.media.waveform import quiet_points
from preflight.media.windows import Candidate, best_windows
from preflight.profiles.schema import Profile
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.limits import Range
from preflight.workers.isolated import call_isolated


def propose(judged: Judged, profile: Profile, bounds: Bounds | None = None) -> tuple[Candidate, ...]:
    """Return the parts of a clip or sound that is too long which are best worth keeping, best first.

    Args:
        judged: the asset with its facts.
        profile: the limits on the length of what is kept.
        bounds: what looking into it may cost.

    Returns:
        Nothing where nothing has to be chosen: a picture, what is short enough, lies at a URL, could not be measured,
        or has its part marked by a person.

    Raises:
        Unmeasured: it could not be looked into: a crash, a time-out, too little memory, a file that changed.
        Unreadable: nothing of it can be decoded.
    """
    asset, facts = judged.asset, judged.facts
    if not isinstance(facts, VideoFacts | AudioFacts) or facts.duration_s is None or asset.is_url or asset.keep:
        return ()
    clip = isinstance(facts, VideoFacts)
    limits = profile.video.duration_s if clip else profile.audio.duration_s
    if not _too_long(facts, limits):
        return ()
    marks = call_isolated(shot_changes if clip else quiet_points, asset.path, facts.format, bounds=bounds)
    return best_windows(facts.duration_s, limits, marks, marked_by="shots" if clip else "quiet")


def _too_long(facts: VideoFacts | AudioFacts, limits: Range) -> bool:
    """Tell whether any reading of a length is beyond the limit."""
    stored = facts.stored_duration_s if isinstance(facts, AudioFacts) else None
    readings = (facts.duration_s, facts.header_duration_s, stored)
    return limits.max is not None and any(reading is not None and reading > limits.max for reading in readings)
