"""Plan → a new file, measured again before it takes its name. A source is never written.

Plan ── mend ──► temporary file ── measured, judged ──► final name      (or FixFailed, and nothing is left)
"""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.assets import Asset
from preflight.errors import FixFailed
from preflight.facts import Facts, ImageFacts
from preflight.findings import Judged
from preflight.place import publish, temporary
from preflight.plan import Plan
from preflight.plan.steps import Write, find

SUFFIXES = {"jpeg": "jpg"}
"""Format → the ending a written file gets, where it is not the format's name."""

Judge = Callable[[Asset], Judged]


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """A new file and the verdict on it."""

    path: str
    judged: Judged


def mend(
    plan: Plan, facts: Facts, folder: Path, judge: Judge, progress: Callable[[Fraction], None] | None = None
) -> Mended:
    """Carry out a plan.

    Args:
        plan: what is to be done.
        facts: what was measured of the source.
        folder: where the new file goes.
        judge: measures and judges a file; the result must pass.
        progress: called with the part that is done, 0 to 1.

    Raises:
        FixFailed: the file could not be made, or is not clean; nothing was left behind.
        NotDone: the folder cannot be written, or there is no ffmpeg that can do it.
    """
    write = find(plan.steps, Write)
    if write is None:
        msg = "a plan that writes nothing cannot be carried out"
        raise ValueError(msg)
    suffix = SUFFIXES.get(write.format, write.format)
    with temporary(folder, suffix) as target:
        _make(plan, write, facts, target, progress)
        judged = judge(Asset(path=str(target), role=plan.asset.role))
        if judged.verdict != "pass":
            said = "; ".join(f"{f.rule}: {f.message}" for f in judged.findings if f.severity == "error")
            raise FixFailed(f"the new file is not clean ({said}); it was removed")
        path = publish(target, folder / f"{Path(plan.asset.path).stem}.{suffix}")
    asset = msgspec.structs.replace(plan.asset, path=os.fspath(path), keep=None, walked=False)
    return Mended(path=str(path), judged=msgspec.structs.replace(judged, asset=asset))


def _make(plan: Plan, write: Write, facts: Facts, target: Path, progress: Callable[[Fraction], None] | None) -> None:
    if isinstance(facts, ImageFacts):
        from preflight.fix.image import make_image

        make_image(plan, write, target)
        return
    from preflight.fix.av import compile_job
    from preflight.fix.ffmpeg import find_tool, run

    job = compile_job(plan, facts, target)
    done = (lambda seconds: progress(min(seconds / job.length_s, Fraction(1)))) if progress else None
    run(find_tool(job.needs), job.arguments, progress=done)
