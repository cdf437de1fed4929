"""Estimated against real time of twenty mixed fixes, after one run from which the pace of the machine was learnt."""

import tempfile
import time
from pathlib import Path

from scripts.bench_pairs import ROOT, Missed

MEDIA = ROOT / "fixtures" / "media"
ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts")
FILES = 20
FACTOR = 1.5
"""How far an estimate may lie from the time that it takes, both ways."""


def estimates(missed: Missed) -> None:
    """Fix clips one by one, with the pace learnt from fixing them before, and print how far each estimate lies."""
    from preflight.flow.fix import fix_one, order_of, plan_fixes
    from preflight.flow.pace import Run, expected, learn
    from preflight.plan import FixOptions
    from preflight.plan.estimate import estimate_output
    from preflight.plan.steps import Encode, find
    from preflight.profiles import load
    from preflight.rules import judge
    from preflight.values.assets import Asset
    from preflight.workers.pool import measured
    from preflight.workers.processors import contention
    from preflight.workers.session import session

    profile = load()
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name, session():
        folder, pace_file = Path(name), Path(name, "pace.json")
        paths = sorted(path for path in MEDIA.iterdir() if path.suffix in ENDINGS)
        judged = [judge(measured(Asset(path=str(path))), profile) for path in paths]
        plans = [one for one in plan_fixes(judged, profile, FixOptions()) if find(one[1].steps, Encode)]
        chosen = plans[:: max(len(plans) // FILES, 1)][:FILES]
        ratios: list[float] = []
        for learning in (True, False):
            ratios.clear()
            beside, runs = contention(), list[Run]()
            for number, (one, plan) in enumerate(chosen):
                guess = estimate_output(plan, one.facts, expected(pace_file)) if one.facts else None
                begun = time.monotonic()
                fix_one(one, plan, order_of(profile, folder / f"{learning}-{number}"))
                took = time.monotonic() - begun
                if guess and guess.seconds:
                    runs.append(Run(work_s=float(guess.work_s), took_s=took))
                    ratios.append(float(guess.seconds) / took)
            if learning:
                learn(runs, pace_file, beside)
        within = sum(1 / FACTOR <= ratio <= FACTOR for ratio in ratios)
        missed.any |= within < len(ratios)
        said = " ".join(f"{ratio:.2f}" for ratio in sorted(ratios))
        print(f"estimated / real time of {len(ratios)} fixes: {said}", flush=True)
        print(f"{within} of them within a factor of {FACTOR} (wanted: all)", flush=True)
