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
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.probe.faults import Unmeasured
from preflight.values.bounds import Bounds
from preflight.workers.isolated import IsolatedCall
from preflight.workers.session import session
from scripts.fuzz_child import FULL_ONLY, UNDECODABLE, Found, Job, Outcome, run_all
from scripts.fuzz_mutate import mutant

BOUNDS = Bounds(seconds=60.0, memory_bytes=4 << 30)
"""What a child may have before it is ended: the program's own bounds."""
CHUNK = 16
JOBS = 2


def outcomes(jobs: Iterator[Job], until: float) -> Iterator[Outcome]:
    """Do jobs in children, in their order, until the clock says so."""
    flying: deque[tuple[list[Job], IsolatedCall[list[Outcome]]]] = deque()
    with session():
        for chunk in chunks(jobs, until):
            flying.append((chunk, IsolatedCall(run_all, chunk, bounds=BOUNDS)))
            if len(flying) >= JOBS:
                yield from landed(*flying.popleft())
        while flying:
            yield from landed(*flying.popleft())


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


def landed(chunk: list[Job], look: "IsolatedCall[list[Outcome]]") -> Iterator[Outcome]:
    """Yield what came of a chunk; when its child died, do its jobs one by one, and then step by step."""
    try:
        with closing(look):
            done = look.result()
    except Unmeasured as death:
        yield from dead(chunk, str(death))
        return
    yield from done


def dead(chunk: list[Job], death: str) -> Iterator[Outcome]:
    """Tell at which job of a chunk its child died, and whether of the program or of the second opinion."""
    if len(chunk) > 1:
        for job in chunk:
            yield from landed([job], IsolatedCall(run_all, [job], bounds=BOUNDS))
    elif chunk[0].stage == "both":
        yield from one_by_one(chunk[0])
    else:
        kind = "hang" if "took more" in death else "crash"
        kind = kind if chunk[0].stage == "program" else UNDECODABLE
        yield Outcome(job=chunk[0], verdict="none", found=(Found(kind, f"{chunk[0].stage}: {death}"),))


def one_by_one(job: Job) -> Iterator[Outcome]:
    """Tell whether a child dies of the program or of the second opinion."""
    call_isolated = [msgspec.structs.replace(job, stage="program")]
    (outcome,) = landed(call_isolated, IsolatedCall(run_all, call_isolated, bounds=BOUNDS))
    if outcome.verdict == "pass":
        call_isolated = [msgspec.structs.replace(job, stage="opinion")]
        (outcome,) = landed(call_isolated, IsolatedCall(run_all, call_isolated, bounds=BOUNDS))
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
