"""Score each step of a timeline by how much a person would want to keep it.

Of a sound, what is loud against the rest and where much begins: a chorus before an intro, words before a pause. Of a
clip, where things move and are sharp. Black and silence are worth nothing. Each feature is held against the rest of
the same file, for no level of its own makes a take good: what is the same all through decides nothing.
"""

from typing import TYPE_CHECKING, Any

from preflight.media.timeline import Timeline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]

LOUDNESS_RANGE_DB = 15.0
"""Distance below the loudest part at which loudness scores 0."""
LOUD, BUSY = 0.65, 0.35
"""Weights of loudness and onset strength in audio."""
MOVING, SHARP = 0.65, 0.35
"""Weights of motion and sharpness in video."""
LOOK, SOUND = 0.6, 0.4
"""Weights of video and audio in a clip with both."""
LOW, HIGH = 10, 90
"""Percentiles between which a feature is scaled."""
LEAST_MOTION = 1.5
"""Least range of motion, of 255, that is scaled; less is noise."""
STANDING, STANDING_WORTH = 0.15, 0.5
"""Motion, of 255, below which a picture stands still: a title, a slide, a stream that hung; and what its sharpness is
worth beside live frames."""
LEAST_LIVE = 0.1
"""Part of the steps that has to be live for the rest to be held against it."""
LEAST_FLUX = 0.01
SECOND = 10
"""Steps in the average."""


def interest_of(timeline: Timeline) -> "Floats":
    """Score each step, 0 to 1."""
    import numpy as np

    count = max(timeline.steps, 1)
    heard = _fitted(_heard(timeline), count) if timeline.loudness_db else None
    seen = _fitted(_seen(timeline), count) if timeline.motion else None
    if heard is None or seen is None:
        only = heard if heard is not None else seen
        return only if only is not None else np.ones(count)
    if not heard.any():
        return seen
    return np.where(_fitted(np.asarray(timeline.is_black), count), 0.5, 1.0) * (LOOK * seen + SOUND * heard)


def _heard(timeline: Timeline) -> "Floats":
    """Score each step by loudness and onsets."""
    import numpy as np

    silent = np.asarray(timeline.is_silent)
    power = 10 ** (np.asarray(timeline.loudness_db) / 10)
    level = 10 * np.log10(np.maximum(_smooth(power), 1e-12))
    if silent.all():
        return np.zeros(len(silent))
    loudest = float(np.percentile(level[~silent], 95))
    loud = np.clip(1 - (loudest - level) / LOUDNESS_RANGE_DB, 0, 1)
    busy = _relative(_smooth(np.asarray(timeline.onset_strength)), ~silent, LEAST_FLUX)
    return np.where(silent, 0, LOUD * loud + BUSY * busy)


def _seen(timeline: Timeline) -> "Floats":
    """Score each step by motion and sharpness; a picture that stands, as a title does, by its sharpness in part."""
    import numpy as np

    black = np.asarray(timeline.is_black)
    if black.all():
        return np.zeros(len(black))
    motion = _smooth(_calm(np.asarray(timeline.motion)))
    moving = _relative(motion, ~black, LEAST_MOTION)
    details = np.sqrt(np.asarray(timeline.sharpness))
    stands = (motion < STANDING) & ~black
    live = ~black & ~stands if (~black & ~stands).mean() > LEAST_LIVE else ~black
    sharp = np.clip(details / max(float(np.percentile(details[live], HIGH)), 1e-6), 0, 1)
    sharp = np.where(stands & ~live, STANDING_WORTH * sharp, sharp)
    return np.where(black, 0, MOVING * np.sqrt(moving) + SHARP * sharp)


def _relative(values: "Floats", counted: "NDArray[Any]", least: float) -> "Floats":
    """Scale values to 0 to 1 between a low and a high percentile of the counted steps."""
    import numpy as np

    low, high = np.percentile(values[counted], (LOW, HIGH))
    between: Floats = np.clip((values - low) / max(high - low, least), 0, 1)
    return between


def _calm(values: "Floats") -> "Floats":
    """Filter by the median of five steps: a cut or a flash is no motion."""
    import numpy as np

    around = np.lib.stride_tricks.sliding_window_view(np.pad(values, 2, "edge"), 5)
    middle: Floats = np.median(around, axis=1)
    return middle


def _smooth(values: "Floats") -> "Floats":
    """Average over one second."""
    import numpy as np

    padded = np.pad(values, (SECOND // 2, SECOND - SECOND // 2 - 1), "edge")
    return np.convolve(padded, np.full(SECOND, 1 / SECOND), "valid")


def _fitted(values: "Floats", count: int) -> "Floats":
    """Cut or pad to a number of steps."""
    import numpy as np

    return np.pad(values[:count], (0, max(count - len(values), 0)))


__all__ = ["interest_of"]
