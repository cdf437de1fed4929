"""Many keys judged by a scheduler and two workers: how the memory of each process, and time, grow with their number.

    python scripts/bench_many.py [--keys 1000000]

Only the doors are stubs: the listing yields names and the probe one clip's facts. Caller, scheduler, workers, rules and
verdict store are the real ones, each process its own.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight._version import __version__
from preflight.objects.stores import from_environment
from preflight.probe import probe
from preflight.profiles import load
from preflight.scale import worker as judging
from preflight.scale.dask_engine import Dask
from preflight.scale.run import Progress, Run, carry_out
from preflight.scale.store import VerdictStore
from preflight.scale.work import JudgingOptions
from preflight.values.assets import Asset
from preflight.values.probed import Probed
from scripts.bench_pairs import PYTHON, ROOT, Missed

SOURCE = ROOT / "fixtures" / "media" / "video-854x480.mp4"
WANTED_GROWTH, WANTED_MEMORY = 1.25, 1.5
WORKERS = 2
SAMPLED_S = 0.5


class Stubbed(judging.Judging):
    """A worker that measures nothing: each asset has the facts of one clip."""

    def setup(self, worker: Any) -> None:  # noqa: ANN401 - dask's signature
        """Put a stub in place of the probe, in this worker's process alone."""
        super().setup(worker)
        facts = probe(Asset(path=str(SOURCE))).facts
        setattr(judging, "measure_block", lambda block, _how: [Probed(asset=one, facts=facts) for one in block])  # noqa: B010 - a stub at the door


class StubbedDask(Dask):
    """The engine, with workers that measure nothing."""

    def plugin(self, run: str) -> Stubbed:
        """Make what each worker is given."""
        return Stubbed(run, self.work, self.store.place, __version__, 1)


def paged(keys: int) -> Iterator[list[dict[str, Any]]]:
    """Yield what a listing of many keys would."""
    for begin in range(0, keys, 1000):
        numbers = range(begin, min(begin + 1000, keys))
        yield [{"path": f"many/{n // 1000:06}/{n:08}.mp4", "size": 90_000, "e_tag": f'"{n:032x}"'} for n in numbers]


@contextmanager
def cluster() -> Iterator[tuple[str, dict[str, psutil.Process]]]:
    """Start a scheduler and workers; yield its address, and all processes by their names."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    quiet: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask, local = [PYTHON, "-m", "dask"], ["--host", "127.0.0.1", "--no-dashboard"]
    started = {"scheduler": subprocess.Popen([*dask, "scheduler", "--port", port, *local], **quiet)}
    words = [address, *local, "--nthreads", "1", "--no-nanny", "--memory-limit", "0"]
    for number in range(WORKERS):
        started[f"worker {number}"] = subprocess.Popen([*dask, "worker", *words], **quiet)
    try:
        yield address, {"caller": psutil.Process()} | {name: psutil.Process(one.pid) for name, one in started.items()}
    finally:
        for one in reversed(started.values()):
            one.terminate()
        for one in started.values():
            one.wait(30)


class Mark(msgspec.Struct, frozen=True):
    """What each process has used up to a moment."""

    keys: int
    wall_s: float
    processor_s: dict[str, float]
    peak_mib: dict[str, float]


class Sampler(threading.Thread):
    """Samples the memory of processes, and remembers the most since it was last asked.

    Args:
        processes: by their names.
    """

    def __init__(self, processes: dict[str, psutil.Process]) -> None:
        super().__init__(daemon=True)
        self._processes, self._begun = processes, time.monotonic()
        self._peaks: dict[str, float] = {}
        self._ended = threading.Event()

    def run(self) -> None:
        """Sample until the end."""
        while not self._ended.wait(SAMPLED_S):
            for name, process in self._processes.items():
                with suppress(psutil.Error):
                    self._peaks[name] = max(self._peaks.get(name, 0), process.memory_info().rss / (1 << 20))

    def mark(self, keys: int) -> Mark:
        """Return what has been used, and begin to look for the next peak."""
        peaks, self._peaks = self._peaks, {}
        spent = {name: sum(one.cpu_times()[:2]) for name, one in self._processes.items()}
        return Mark(keys, time.monotonic() - self._begun, spent, peaks)

    def end(self) -> None:
        """Sample no more."""
        self._ended.set()


def judged(keys: int, folder: str) -> list[Mark]:
    """Judge many keys; return what each process used after each tenth."""
    work = JudgingOptions(profile=load(), stores=from_environment(environment={"AWS_SKIP_SIGNATURE": "true"}))
    store = VerdictStore(folder, work.stores)
    marks: list[Mark] = []
    with cluster() as (address, processes):
        sampler = Sampler(processes)
        sampler.start()

        def told(progress: Progress) -> None:
            if progress.tally.done >= (len(marks) + 1) * keys // 10:
                marks.append(sampler.mark(progress.tally.done))
                print(worded(marks), flush=True)

        engine = StubbedDask(work=work, store=store, scheduler=address)
        carry_out([Asset(path="s3://material/many")], Run(work=work, store=store, told=told), engine)
        sampler.end()
    return marks


def worded(marks: list[Mark]) -> str:
    """Word the last tenth."""
    mark = marks[-1]
    memory = ", ".join(f"{name} {most:,.0f}" for name, most in mark.peak_mib.items())
    spent = ", ".join(f"{name} {seconds:,.0f}" for name, seconds in mark.processor_s.items())
    return f"  {mark.keys:,} keys, {mark.wall_s:,.0f} s; processor s: {spent}; MiB at most in this tenth: {memory}"


def many(missed: Missed, keys: int = 1_000_000) -> None:
    """Judge many keys, and print how memory and processor time grew from the second tenth to the last."""
    import obstore

    real = obstore.list

    def pages(store: Any, prefix: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - as obstore's
        return paged(keys) if prefix == "many" else real(store, prefix=prefix, **more)

    obstore.list = pages
    try:
        with tempfile.TemporaryDirectory() as folder:
            marks = judged(keys, folder)
            stored = sum(path.stat().st_size for path in Path(folder).glob("shard-*"))
            store = VerdictStore(folder, from_environment())
            rows = sum(store.read(name, ("key",)).num_rows for name in store.shards())
    finally:
        obstore.list = real
    first, early, before, last = marks[0], marks[1], marks[-2], marks[-1]
    for name in ("caller", "scheduler"):
        memory = last.peak_mib[name] / early.peak_mib[name]
        spent = partial(_spent, name)
        growth = spent(before, last) / spent(first, early)
        missed.any |= growth > WANTED_GROWTH or memory > WANTED_MEMORY
        took = f"{1e6 * last.processor_s[name] / last.keys:,.0f} µs of a processor a key"
        print(f"{name}: {growth:.2f} times the time a key, {memory:.2f} times the memory; {took}")
    missed.any |= rows != keys
    print(f"{keys:,} keys: {rows:,} rows in the store, {stored:,} bytes; {last.keys / last.wall_s:,.0f} keys/s")


def _spent(name: str, early: Mark, late: Mark) -> float:
    """Return the processor time of a process for a key, between two marks."""
    return (late.processor_s[name] - early.processor_s[name]) / (late.keys - early.keys)


def main() -> None:
    """Exit 1 when a bound is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=1_000_000)
    missed = Missed()
    many(missed, parser.parse_args().keys)
    sys.exit(missed.any)


if __name__ == "__main__":
    main()
