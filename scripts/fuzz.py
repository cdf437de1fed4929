"""Fuzz the program: break specimens in ways that a seed decides, and hold the verdicts against a second opinion.

    seed, number ── fuzz_mutate ── file ── probe, judge, twice ──┬── pass ── fuzz_oracle ── doubts
                                                                 └── anything else is believed

What must hold of every file: nothing is raised, no child dies, it costs at most 10 s and 1 GiB, and being asked twice
the program says the same. Of a file that passes: no independent reader finds it beyond a limit.

    python scripts/fuzz.py                                20,000 files by seed 1
    python scripts/fuzz.py --inputs 500 --seed 7          the first 500 by seed 7
    python scripts/fuzz.py --seconds 600 --seed 3         what ten minutes allow
    python scripts/fuzz.py --keep DIR --replay 7:123      one file again, kept in DIR

Of a clip whose every sample is where the index says, only a decoder can tell that nothing comes of it: where depth
full finds that, it is printed as `full-only` and held against nobody.

A pair of seed and number makes the same file again as long as the specimens are the same. Exit 1 when something was
found.
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from pebble import ProcessExpired, ProcessPool

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.assets import Asset
from preflight.findings import Judged
from preflight.probe import Depth, probe
from preflight.profiles import load
from preflight.rules import judge
from scripts.fuzz_mutate import mutant
from scripts.fuzz_oracle import doubts

if TYPE_CHECKING:
    from concurrent.futures import Future

MOST_SECONDS = 10.0
"""Of processor time, for one verdict."""
MOST_BYTES = 1 << 30
CHILD_BYTES = 4 << 30
"""What a child may have before it gets no more: the program's own bound."""
TOO_LONG_S = 60.0
"""Of the clock: when a child is ended."""
CHUNK = 16
AHEAD = 3
JOBS = 2
NO_MEMORY = "needs more memory"
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


# ---- in a child -----------------------------------------------------------------------------------------------------

_ignored: list[str] = []
"""What was raised where nobody could catch it, in callbacks of libraries."""


def settle() -> None:
    """Prepare a child."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    sys.unraisablehook = lambda raised: _ignored.append(f"{raised.exc_value!r} in {raised.object!r}")


def run_all(jobs: list[Job]) -> list[Outcome]:
    """Do some jobs."""
    return [run(job) for job in jobs]


def run(job: Job) -> Outcome:
    """Make a file, judge it, and where it passes ask for a second opinion."""
    made = mutant(job.seed, job.number)
    path = Path(job.folder) / f"{job.seed}-{job.number}{Path(made.specimen).suffix}"
    path.write_bytes(made.data)
    try:
        return examine(path, job)
    finally:
        path.unlink()


def examine(path: Path, job: Job) -> Outcome:
    """Judge a file and, where it passes, the verdict."""
    judged, found = judge_twice(path, job.depth) if job.stage != "opinion" else (verdict(path, job.depth), [])
    checked = judged is not None and job.depth != "header" and job.stage != "program" and judged.verdict == "pass"
    if checked and judged is not None:
        found += contradictions(path, judged, job.depth)
    return Outcome(job=job, verdict=judged.verdict if judged else "none", checked=checked, found=tuple(found))


def verdict(path: Path, depth: Depth) -> Judged:
    """Ask the program."""
    return judge(probe(Asset(path=str(path)), depth), load())


def judge_twice(path: Path, depth: Depth) -> tuple[Judged | None, list[Found]]:
    """Ask the program twice; return its verdict and what it did that it must not do."""
    forget_peak()
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
    if peak_bytes() > MOST_BYTES or any(NO_MEMORY in finding.message for finding in judged.findings):
        found.append(Found("memory", f"{peak_bytes() >> 20} MiB"))
    if judged != again:
        found.append(Found("unstable", f"{judged.findings} and then {again.findings}"))
    return judged, found


def contradictions(path: Path, judged: Judged, depth: Depth) -> list[Found]:
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


# ---- in the parent --------------------------------------------------------------------------------------------------


def outcomes(jobs: Iterator[Job], until: float) -> Iterator[Outcome]:
    """Do jobs in children, in their order, until the clock says so."""
    import multiprocessing

    flying: deque[tuple[list[Job], Future[list[Outcome]]]] = deque()
    context = multiprocessing.get_context("spawn")
    with ProcessPool(max_workers=JOBS, initializer=settle, context=context) as pool:
        for chunk in chunks(jobs, until):
            flying.append((chunk, send(pool, chunk)))
            if len(flying) >= JOBS * AHEAD:
                yield from landed(pool, *flying.popleft())
        while flying:
            yield from landed(pool, *flying.popleft())


def chunks(jobs: Iterator[Job], until: float) -> Iterator[list[Job]]:
    """Yield jobs by the handful."""
    chunk: list[Job] = []
    for job in jobs:
        if time.monotonic() > until:
            break
        chunk.append(job)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def send(pool: ProcessPool, chunk: list[Job]) -> "Future[list[Outcome]]":
    """Hand jobs to a child."""
    future: Future[list[Outcome]] = pool.schedule(run_all, args=[chunk], timeout=TOO_LONG_S)
    return future


def landed(pool: ProcessPool, chunk: list[Job], future: "Future[list[Outcome]]") -> Iterator[Outcome]:
    """Yield what came of a chunk; when its child died, do its jobs one by one, and then step by step."""
    try:
        yield from future.result()
    except (TimeoutError, ProcessExpired) as death:
        if len(chunk) > 1:
            for job in chunk:
                yield from landed(pool, [job], send(pool, [job]))
        elif chunk[0].stage == "both":
            yield from one_by_one(pool, chunk[0])
        else:
            kind = "crash" if isinstance(death, ProcessExpired) else "hang"
            kind = kind if chunk[0].stage == "program" else UNDECODABLE
            yield Outcome(job=chunk[0], verdict="none", found=(Found(kind, f"{chunk[0].stage}: {death}"),))


def one_by_one(pool: ProcessPool, job: Job) -> Iterator[Outcome]:
    """Tell whether a child dies of the program or of the second opinion."""
    alone = [msgspec.structs.replace(job, stage="program")]
    (outcome,) = landed(pool, alone, send(pool, alone))
    if outcome.verdict == "pass":
        alone = [msgspec.structs.replace(job, stage="opinion")]
        (outcome,) = landed(pool, alone, send(pool, alone))
    yield outcome


def kept(outcome: Outcome, folder: Path) -> Path:
    """Write the file of an outcome into a folder."""
    job = outcome.job
    made = mutant(job.seed, job.number)
    kinds = "-".join(dict.fromkeys(found.kind for found in outcome.found)) or outcome.verdict
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kinds}-{job.seed}-{job.number}-{made.specimen}"
    path.write_bytes(made.data)
    return path


def report(outcome: Outcome, folder: Path) -> None:
    """Print what was found, and keep the file."""
    path, job = kept(outcome, folder), outcome.job
    print(f"{job.seed}:{job.number} {mutant(job.seed, job.number).specimen}: {mutant(job.seed, job.number).story}")
    for found in outcome.found:
        print(f"    {found.kind}: {found.words}")
    print(f"    {path}", flush=True)


class Tally:
    """Sums over a run."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.verdicts: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.checked = 0

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.verdicts[outcome.verdict] += 1
        self.checked += outcome.checked
        self.found.update(found.kind for found in outcome.found)

    def words(self) -> str:
        """Return the summary."""
        verdicts = ", ".join(f"{count} {name}" for name, count in sorted(self.verdicts.items()))
        found = ", ".join(f"{count} {name}" for name, count in sorted(self.found.items())) or "nothing"
        seconds = time.monotonic() - self.begun
        return (
            f"{self.verdicts.total()} inputs: {verdicts}; {self.checked} passes checked; found: {found}; "
            f"{seconds:.0f} s"
        )


def parse(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Break specimens and hold the verdicts against a second opinion.")
    parser.add_argument("--inputs", type=int, default=20_000, help="how many files; 20000 when not given")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--depth", choices=("header", "exact", "full"), default="exact")
    parser.add_argument("--keep", type=Path, help="where files are kept that show something; a temporary folder if not")
    parser.add_argument("--replay", metavar="SEED:N", help="make and judge one file again, and keep it")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Run; return the exit status."""
    said = parse(words)
    keep = said.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    seed, first, count = said.seed, 0, said.inputs
    if said.replay:
        seed, first = map(int, said.replay.split(":"))
        count = 1
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        jobs = (Job(seed, number, said.depth, folder) for number in range(first, first + count))
        for outcome in outcomes(jobs, tally.begun + said.seconds):
            tally.add(outcome)
            if outcome.found or said.replay:
                report(outcome, keep)
    print(f"seed {seed}, depth {said.depth}: {tally.words()}")
    return 1 if set(tally.found) - {FULL_ONLY} else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
