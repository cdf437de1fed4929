"""Candidates for the part to keep of an asset that is too long: a judged asset in, candidates out, best first."""

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
    """Propose the parts to keep of a clip or audio file that is too long, best first.

    Empty where there is nothing to choose: an image, a short enough file, a URL, an unmeasured file, or a part marked
    by the user.

    Args:
        judged: the asset with its facts.
        profile: the limits on duration.
        bounds: bounds for the analysis.

    Raises:
        Unmeasured: the analysis crashed, timed out or ran out of memory, or the file changed.
        Unreadable: nothing can be decoded.
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
    """Tell whether any measured duration exceeds the limit."""
    stored = facts.stored_duration_s if isinstance(facts, AudioFacts) else None
    readings = (facts.duration_s, facts.header_duration_s, stored)
    return limits.max is not None and any(reading is not None and reading > limits.max for reading in readings)
