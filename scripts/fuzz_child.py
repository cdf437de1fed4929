"""What a child of the fuzzer does: jobs in; a file made of each, judged twice, held against a second opinion.

seed, number ── fuzz_mutate ── file ── probe, judge, twice ──┬── pass ── fuzz_oracle ── doubts
└── anything else is believed
"""

import sys
import time
import traceback
from pathlib import Path
from typing import Literal

import msgspec

from preflight.probe import Depth, probe
from preflight.profiles import load
from preflight.rules import judge
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from scripts.fuzz_mutate import mutant
from scripts.fuzz_oracle import doubts

MOST_SECONDS = 10.0
"""Of processor time, for one verdict."""
MOST_BYTES = 1 << 30
UNDECODABLE = "undecodable"
FULL_ONLY = "full-only"
"""Undecodable, and depth full says so: reported, and not held against the depth that was asked for."""
Stage = Literal["program", "opinion", "both"]


class Job(msgspec.Struct, frozen=True):
    """A file to be made and judged."""

    seed: int
    number: int
    depth: Depth
    folder: str
    """Where it lies while it is judged."""
    stage: Stage = "both"


class Found(msgspec.Struct, frozen=True):
    """Something that must not be."""

    kind: str
    words: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a job."""

    job: Job
    verdict: str
    checked: bool = False
    """Whether there was a second opinion."""
    found: tuple[Found, ...] = ()


_ignored: list[str] = []
"""What was raised where nobody could catch it, in callbacks of libraries."""


def run_all(jobs: list[Job]) -> list[Outcome]:
    """Do some jobs."""
    sys.unraisablehook = lambda raised: _ignored.append(f"{raised.exc_value!r} in {raised.object!r}")
    return [run(job) for job in jobs]


def run(job: Job) -> Outcome:
    """Make a file, judge it, and where it passes ask for a second opinion."""
    made = mutant(job.seed, job.number)
    path = Path(job.folder) / f"{job.seed}-{job.number}{Path(made.specimen).suffix}"
    path.write_bytes(made.data)
    try:
        outcome = examine(path, job)
    finally:
        path.unlink()
    if outcome.verdict == "pass" and made.never:
        found = (*outcome.found, Found("false pass", made.never))
        return msgspec.structs.replace(outcome, found=found)
    return outcome


def examine(path: Path, job: Job) -> Outcome:
    """Judge a file and, where it passes, the verdict."""
    judged, found = judge_twice(path, job.depth) if job.stage != "opinion" else (verdict(path, job.depth), [])
    checked = judged is not None and job.depth != "header" and job.stage != "program" and judged.verdict == "pass"
    if checked and judged is not None:
        found += mismatches(path, judged, job.depth)
    return Outcome(job=job, verdict=judged.verdict if judged else "none", checked=checked, found=tuple(found))


def verdict(path: Path, depth: Depth) -> Judged:
    """Ask the program."""
    return judge(probe(Asset(path=str(path)), depth), load())


def judge_twice(path: Path, depth: Depth) -> tuple[Judged | None, list[Found]]:
    """Ask the program twice; return its verdict and what it did that it must not do."""
    forget_peak()
    held_bytes = peak_bytes()
    _ignored.clear()
    begun = time.process_time()
    try:
        judged = verdict(path, depth)
        seconds = time.process_time() - begun
        again = verdict(path, depth)
    except Exception:  # noqa: BLE001 - whatever escapes is what is looked for
        return None, [Found("exception", " | ".join(traceback.format_exc().splitlines()[-3:]))]
    found = [Found("exception", words) for words in _ignored]
    if seconds > MOST_SECONDS:
        found.append(Found("slow", f"{seconds:.1f} s"))
    if (taken_bytes := peak_bytes() - held_bytes) > MOST_BYTES:
        found.append(Found("memory", f"{taken_bytes >> 20} MiB"))
    if judged != again:
        found.append(Found("unstable", f"{judged.findings} and then {again.findings}"))
    return judged, found


def mismatches(path: Path, judged: Judged, depth: Depth) -> list[Found]:
    """Return what speaks against a pass; what decoding alone can tell is held against no depth that does not decode."""
    if judged.facts is None:
        return [Found("format", "it passed, and nothing was measured")]
    found = [Found(doubt.kind, doubt.words) for doubt in doubts(path, judged.facts)]
    if depth == "exact" and any(one.kind == UNDECODABLE for one in found) and verdict(path, "full").verdict != "pass":
        found = [Found(FULL_ONLY, one.words) if one.kind == UNDECODABLE else one for one in found]
    return found


def forget_peak() -> None:
    """Let the kernel count the peak of this process anew, where it can."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def peak_bytes() -> int:
    """Return the most memory that this process held since it was told to forget."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)
