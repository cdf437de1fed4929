"""Remember how long encodes take on this machine, beside how long they were estimated to.

estimated and real seconds of a run ── learn ──► the user's cache folder ── remembered ──► the next estimates
"""

import json
import math
from contextlib import suppress
from pathlib import Path

from preflight.errors import NotDone
from preflight.files.atomic import replace
from preflight.files.text import TextError, bytes_of, json_of

SCHEMA = "preflight.pace/1"
MOST_BYTES = 1 << 12
SLOWEST = 32.0
"""Bound of the pace, and its inverse: beyond it the clock jumped, or the machine slept."""
LEAST_S = 1.0
"""Estimated seconds from which a run tells anything."""
TRUST = 0.5
"""Weight of a new run, on a logarithmic scale."""


def default_path() -> Path:
    """Return the path of the remembered pace."""
    import platformdirs

    return platformdirs.user_cache_path("preflight") / "pace.json"


def remembered(path: Path | None = None) -> float:
    """Read how many times longer than estimated encodes take here; 1 where nothing, or nonsense, is remembered."""
    try:
        said = json_of(bytes_of(path or default_path(), MOST_BYTES))
        pace = said["pace"] if said["schema"] == SCHEMA else 1.0
    except (OSError, TextError, LookupError, TypeError):
        return 1.0
    return _bounded(float(pace)) if isinstance(pace, int | float) and not isinstance(pace, bool) else 1.0


def learn(estimated_s: float, took_s: float, path: Path | None = None) -> None:
    """Remember a run; one too short to tell anything, or a folder that cannot be written, changes nothing.

    Args:
        estimated_s: seconds estimated at a pace of 1, of all files that were encoded.
        took_s: seconds that it took, by a clock that does not jump.
        path: where it is remembered; the user's cache folder when None.
    """
    if estimated_s < LEAST_S or took_s <= 0:
        return
    place, before = path or default_path(), remembered(path)
    now = _bounded(took_s / estimated_s)
    pace = math.exp((1 - TRUST) * math.log(before) + TRUST * math.log(now)) if place.exists() else now
    with suppress(NotDone, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        replace(place, json.dumps({"schema": SCHEMA, "pace": round(pace, 3)}).encode())


def _bounded(pace: float) -> float:
    return min(max(pace, 1 / SLOWEST), SLOWEST) if math.isfinite(pace) else 1.0
