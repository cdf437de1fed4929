"""A bucket judged by a cluster: an S3 server, two workers, 2,000 objects, and a worker killed midway.

    python scripts/demo_scale.py [--objects 2000] [--kill-every REQUESTS]

Ends with an error unless every object is counted once, with its right verdict, and a second run takes under a tenth of
the time.
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.api import check
from preflight.objects.stores import from_environment
from preflight.scale.store import VerdictStore
from preflight.scale.summary import summarize
from scripts.bench_pairs import ROOT
from scripts.bucket_server import Bucket, serving

PROGRAM = Path(sys.executable).with_name("preflight")
SOURCES = ("video-854x480.mp4", "image-ok.jpeg", "audio-15s.wav", "video-20s.mp4", "image-299x300.jpg")
MEDIA = ROOT / "fixtures" / "media"


def filled(bucket: Bucket, count: int) -> Counter[str]:
    """Fill a bucket with files in turn; return how many of each verdict there are to be."""
    verdicts = {name: check(MEDIA / name).verdict for name in SOURCES}
    contents = {name: (MEDIA / name).read_bytes() for name in SOURCES}
    expected = Counter[str]()
    for number in range(count):
        name = SOURCES[number % len(SOURCES)]
        bucket.put(f"footage/{number // 100:03}/{number:06}-{name}", contents[name])
        expected[verdicts[name]] += 1
    return expected


def workers_of(program: int) -> Iterator[psutil.Process]:
    """Yield the cluster's workers among a program's children."""
    for child in psutil.Process(program).children():
        try:
            if any("spawn_main" in word for word in child.cmdline()):
                yield child
        except psutil.Error:
            continue


class Killer(threading.Thread):
    """Kills a worker once half the objects have been asked for, or one every so many requests.

    Args:
        program: the process whose workers die.
        bucket: what it reads.
        half: requests after which the first one dies.
        every: requests until the next one; None for one death.
    """

    def __init__(self, program: "subprocess.Popen[bytes]", bucket: Bucket, half: int, every: int | None) -> None:
        super().__init__(daemon=True)
        self.killed = 0
        self._program, self._bucket, self._every = program, bucket, every
        self._due = every or half

    def run(self) -> None:
        """Wait, and kill."""
        while self._program.poll() is None:
            if self._bucket.requests() >= self._due:
                self._kill()
                if self._every is None:
                    return
                self._due = self._bucket.requests() + self._every
            time.sleep(0.05)

    def _kill(self) -> None:
        try:
            workers = list(workers_of(self._program.pid))
            if workers:
                victim = workers[self.killed % len(workers)]
                victim.kill()
                self.killed += 1
                print(f"  killed worker {victim.pid} after {self._bucket.requests():,} requests", flush=True)
        except psutil.Error:
            return


def judged(bucket: Bucket, place: Path, half: int, every: int | None = None) -> tuple[float, int, int]:
    """Run the program; return the seconds that it took, its exit status, and how many workers were killed."""
    words = ("check", f"s3://{bucket.name}/footage", "--output", f"{place}/", "--engine", "dask", "--jobs", "2")
    print(f"$ preflight {shlex.join(words)}", flush=True)
    begun = time.monotonic()
    environment = {**os.environ, **bucket.variables, "XDG_CACHE_HOME": str(place.parent / "cache")}
    with subprocess.Popen([PROGRAM, *words], env=environment, stdout=subprocess.DEVNULL) as program:
        killer = Killer(program, bucket, half, every)
        killer.start()
        status = program.wait()
    killer.join()
    return time.monotonic() - begun, status, killer.killed


def main() -> None:
    """Judge twice, and compare with what is to be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--kill-every", type=int)
    asked = parser.parse_args()
    with serving() as bucket, tempfile.TemporaryDirectory(prefix="demo-scale-") as folder:
        expected = filled(bucket, asked.objects)
        place = Path(folder) / "results"
        first_s, status, killed = judged(bucket, place, asked.objects // 2, asked.kill_every)
        sizes, sent = sum(map(len, bucket.objects.values())), bucket.bytes()
        requests = bucket.requests()
        again_s, again, _ = judged(bucket, place, 10 * asked.objects)
        found = summarize(VerdictStore(str(place), from_environment()))
        told = Counter({"pass": found.passed, "fail": found.failed, "unsure": found.unsure})
        rows = sum(VerdictStore(str(place), from_environment()).read(name).num_rows for name in _shards(place))
        print(f"first run {first_s:.1f} s, {killed} workers killed, {requests:,} requests, {sent:,} of {sizes:,} bytes")
        print(f"second run {again_s:.1f} s, {bucket.requests() - requests} requests")
        print(f"expected {dict(expected)}, found {dict(told)}, {rows:,} rows; exit status {status}, then {again}")
        if +told != expected or rows != asked.objects or (status, again) != (1, 1) or not killed:
            sys.exit("the counts are wrong")
        if again_s > first_s / 10:
            sys.exit("the second run took longer than a tenth of the first")


def _shards(place: Path) -> list[str]:
    return VerdictStore(str(place), from_environment()).shards()


if __name__ == "__main__":
    main()
