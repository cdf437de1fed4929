"""Remember how long fixes take on this machine, beside how long they were estimated to.

runs, estimated and real ── learn ──► the user's cache folder ── remembered ──► the next estimates

What every file takes and what grows with its pixels are told apart, for a machine may be slow at the one alone: each
run says more of that which it had more of. Other programs slow both for a while; that is measured and set apart, so
that a pace learnt on a busy machine holds on an idle one.
"""

import json
import math
from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.errors import NotDone
from preflight.files.atomic import replace
from preflight.files.text import TextError, bytes_of, json_of
from preflight.plan.estimate import START_S, Pace
from preflight.workers.processors import contention

SCHEMA = "preflight.pace/3"
"""Changes with the constants of `plan.estimate`, by which a pace is multiplied."""
MOST_BYTES = 1 << 12
SLOWEST = 32.0
"""Bound of a pace, and its inverse: beyond it the clock jumped, or the machine slept."""
LEAST_S = 0.05
"""Seconds below which nothing was made."""
TRUST = 0.5
"""Weight of new runs, on a logarithmic scale."""
ROUNDS = 12
"""Steps in which paces are fitted to runs."""
LEAST_SHARE = 0.15
"""Mean share of a kind in the time of runs from which they tell of it."""

Both = tuple[float, float]
"""Of what every file takes, and of what grows with it."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A fix that was carried out."""

    work_s: float
    """Estimated seconds that grow with pixels, with as many processors as it had."""
    took_s: float
    """Seconds that it took, by a clock that does not jump."""


def default_path() -> Path:
    """Name the file of the remembered pace."""
    import platformdirs

    return platformdirs.user_cache_path("preflight") / "pace.json"


def expected(path: Path | None = None) -> Pace:
    """Estimate the pace of this machine now: what is remembered, beside the other programs that run."""
    start, work = (one * by for one, by in zip(remembered(path), contention(), strict=True))
    return Pace(start=Fraction(start), work=Fraction(work))


def remembered(path: Path | None = None) -> Both:
    """Read the paces of this machine without other programs; 1 where nothing, or nonsense, is remembered."""
    try:
        said = json_of(bytes_of(path or default_path(), MOST_BYTES))
        paces = (said["start"], said["work"]) if said["schema"] == SCHEMA else (1.0, 1.0)
    except (OSError, TextError, LookupError, TypeError):
        return 1.0, 1.0
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in paces):
        return 1.0, 1.0
    return _bounded(float(paces[0])), _bounded(float(paces[1]))


def learn(runs: Iterable[Run], path: Path | None = None, beside: Both | None = None) -> None:
    """Remember runs; too short ones, or a folder that cannot be written, change nothing.

    Args:
        runs: fixes that were carried out.
        path: where they are remembered; the user's cache folder when None.
        beside: how many times longer other programs made them, as measured before them. The lesser of that and of
            what is measured now counts: our own work, just ended, may have raised either.
    """
    told = [one for one in runs if one.took_s >= LEAST_S and math.isfinite(one.took_s) and one.work_s >= 0]
    if not told:
        return
    place, before = path or default_path(), remembered(path)
    alone = contention()
    now = fitted(told, before, (min(beside[0], alone[0]), min(beside[1], alone[1])) if beside else alone)
    trust = TRUST if place.exists() else 1.0
    start, work = (
        round(_bounded(math.exp((1 - trust) * math.log(old) + trust * math.log(new))), 3)
        for old, new in zip(before, now, strict=True)
    )
    with suppress(NotDone, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        replace(place, json.dumps({"schema": SCHEMA, "start": start, "work": work}).encode())


def fitted(runs: list[Run], begin: Both, beside: Both) -> Both:
    """Fit both paces to runs, least squares of logarithms; what they tell nothing of moves with the other.

    Args:
        runs: at least one.
        begin: where to begin.
        beside: how many times longer other programs made them.
    """
    start, work = (math.log(one) for one in begin)
    for _ in range(ROUNDS):
        shares, misses = [], []
        for run in runs:
            first = float(START_S) * math.exp(start) * beside[0]
            second = run.work_s * math.exp(work) * beside[1]
            shares.append(second / (first + second))
            misses.append(math.log(run.took_s / (first + second)))
        by_work = _mean(misses, shares)
        by_start = _mean(misses, [1 - share for share in shares])
        start += next(one for one in (by_start, by_work, 0.0) if one is not None)
        work += next(one for one in (by_work, by_start, 0.0) if one is not None)
        start, work = (min(max(one, -math.log(SLOWEST)), math.log(SLOWEST)) for one in (start, work))
    return math.exp(start), math.exp(work)


def _mean(misses: list[float], weights: list[float]) -> float | None:
    """Average by weights; None where they are next to nothing."""
    whole = sum(weights)
    if whole < LEAST_SHARE * len(weights):
        return None
    return sum(miss * weight for miss, weight in zip(misses, weights, strict=True)) / whole


def _bounded(pace: float) -> float:
    return min(max(pace, 1 / SLOWEST), SLOWEST) if math.isfinite(pace) else 1.0
