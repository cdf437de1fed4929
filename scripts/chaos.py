"""Submit a request again and again to a service that breaks, kill the program at times, and see that no law is broken.

    seed, number ── chaos_run ── sandbox that breaks ◄──► real processes, a third of the runs with kills ── chaos_laws

What must hold of every run: nothing is paid twice, no task is lost, every entry of the ledger tells what the service
would tell, and a film that counts as downloaded is on the disk, whole.

    python scripts/chaos.py                               1,000 runs by seed 1
    python scripts/chaos.py --runs 20 --seed 7            the first 20 by seed 7
    python scripts/chaos.py --replay 7:13                 one run again, told command by command
    python scripts/chaos.py --gateway --runs 500          a program that asks a gateway, which is killed at times

A pair of seed and number draws the same faults and kills again; at which instruction a kill comes is the machine's
business. Exit 1 when a law was broken.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.sandbox import running
from scripts import chaos_gateway, chaos_run
from scripts.chaos_run import Ran, make_plan, tally

JOBS = 2
TOLD_EVERY = 50


def main() -> None:
    """Run, print what happened, and exit with 1 when a law was broken."""
    asked = _arguments()
    if asked.replay:
        seed, _, number = asked.replay.partition(":")
        sys.exit(tell(one_run(int(seed), int(number), through_gateway=asked.gateway)))
    with running():  # what a sandbox is made of is read once, before several threads want it
        pass
    began = time.monotonic()
    runs = []
    for ran in many_runs(asked.seed, asked.runs, asked.jobs, through_gateway=asked.gateway):
        runs.append(ran)
        if ran.violations:
            tell(ran)
        if len(runs) % TOLD_EVERY == 0:
            print(f"{len(runs)} runs, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    sys.exit(summary(runs, time.monotonic() - began))


def many_runs(seed: int, count: int, jobs: int = JOBS, *, through_gateway: bool = False) -> Iterator[Ran]:
    """Yield runs as they end."""
    with ThreadPoolExecutor(jobs) as pool:
        begun = [pool.submit(one_run, seed, number, through_gateway=through_gateway) for number in range(count)]
        yield from (future.result() for future in as_completed(begun))


def one_run(seed: int, number: int, *, through_gateway: bool = False) -> Ran:
    """Run in a folder of its own."""
    run = chaos_gateway.run if through_gateway else chaos_run.run
    with tempfile.TemporaryDirectory(prefix="preflight-chaos-") as folder:
        return run(seed, number, Path(folder))


def tell(ran: Ran) -> int:
    """Print a run command by command; return the exit status."""
    plan, _ = make_plan(ran.seed, ran.number)
    print(f"\n--replay {ran.seed}:{ran.number} ended: {ran.end}, {ran.seconds:.1f} s, {plan.settings}")
    for fault in plan.faults.faults:
        met = ran.met.get((fault.route, fault.kind), 0)
        print(f"  {fault.route}:{fault.kind}:{fault.probability}:{fault.seconds:.2f} x{fault.times}, met {met}")
    for command in ran.commands:
        print(f"  $ preflight {' '.join(command.words)} -> {command.status}")
        print("".join(f"      {line}\n" for line in command.said.splitlines()), end="")
    for violation in ran.violations:
        print(f"  BROKEN {violation}")
    return 1 if ran.violations else 0


def summary(runs: list[Ran], seconds: float) -> int:
    """Print a table of what happened; return the exit status."""
    for title, counts in tally(runs).items():
        print(f"\n{title}")
        for name, count in sorted(counts.items()):
            print(f"  {count:7,}  {name}")
    killed = sum(any(command.status < 0 for command in ran.commands) for ran in runs)
    broken = sorted((ran.seed, ran.number) for ran in runs if ran.violations)
    print(f"\n{len(runs):,} runs in {seconds:.0f} s, {killed:,} with kills; {len(broken):,} broke a law")
    for seed, number in broken:
        print(f"  --replay {seed}:{number}")
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=JOBS)
    parser.add_argument("--replay", metavar="SEED:NUMBER")
    parser.add_argument("--gateway", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
