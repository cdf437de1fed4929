"""Buckets and clusters: bytes against downloading first, a cluster against one machine, and many keys against few.

python scripts/bench.py scale
python scripts/bench_scale.py [bytes] [cluster] [many] [--objects 20000] [--rounds 2] [--keys 1000000]
"""

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import imageio_ffmpeg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.objects.reading import probe_object
from preflight.objects.stores import from_environment
from preflight.values.assets import Asset
from preflight.values.choices import Depth
from scripts.bench_many import many
from scripts.bench_pairs import PREFLIGHT, ROOT, Missed, cost_of_children
from scripts.bucket_server import Bucket, Request, serving

SOURCES = ("video-854x480.mp4", "image-ok.jpeg", "audio-15s.wav", "video-20s.mp4")
WANTED_TIMES, WANTED_RATE = 20, 0.8
CLIP_BYTES = 10_000_000


# ---- bytes ----------------------------------------------------------------------------------------------------------


if sys.platform == "win32":

    def peak_mib() -> float:
        """Return the most memory that this process has held, in MiB."""
        raise NotImplementedError

else:

    def peak_mib() -> float:
        """Return the most memory that this process has held, in MiB."""
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fewer_bytes(missed: Missed) -> None:
    """Compare the bytes read of clips of 10 MB with downloading them."""
    with serving() as bucket, tempfile.TemporaryDirectory() as folder:
        stores = from_environment(environment=bucket.variables)
        for name, moved in (("front", ("-movflags", "+faststart")), ("behind", ())):
            url = bucket.put(f"{name}.mp4", clip(Path(folder), moved))
            for depth in ("header", "exact"):
                read(bucket, url, depth, stores, missed)


def clip(folder: Path, moved: tuple[str, ...]) -> bytes:
    """Make a clip of about 10 MB."""
    path = folder / f"{len(moved)}.mp4"
    noise = "testsrc2=s=1280x720:r=30:d=8,noise=alls=40:allf=t"
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "10M", "-g", "60", "-pix_fmt", "yuv420p")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-threads", "2", "-f", "lavfi", "-i", noise)
    subprocess.run([*command, *encode, *moved, path], check=True)
    return path.read_bytes()


def read(bucket: Bucket, url: str, depth: Depth, stores: Any, missed: Missed) -> None:  # noqa: ANN401 - of the package
    """Measure one clip, and print what it cost."""
    bucket.asked.clear()
    probed = probe_object(Asset(path=url), depth, stores)
    size = len(bucket.objects[url.rpartition("/")[2]])
    times = size / bucket.bytes()
    fault = "" if probed.facts else f" {probed.fault}"
    missed.any |= times < WANTED_TIMES or probed.facts is None
    told = f"{bucket.requests()} requests, {bucket.bytes():,} of {size:,} bytes"
    print(f"{url} at depth {depth}: {told}: {times:,.0f} times fewer (wanted: {WANTED_TIMES}){fault}", flush=True)


# ---- a cluster ------------------------------------------------------------------------------------------------------


def cluster(missed: Missed, objects: int = 20_000, rounds: int = 2) -> None:
    """Compare a cluster of two workers with the pool of this machine over the same objects, in turn, start-up apart."""
    with serving() as bucket, tempfile.TemporaryDirectory() as folder:
        contents = [(ROOT / "fixtures" / "media" / name).read_bytes() for name in SOURCES]
        for number, content in zip(range(objects), itertools.cycle(contents), strict=False):
            bucket.put(f"set/{number:06}{Path(SOURCES[number % len(SOURCES)]).suffix}", content)
        pairs: list[tuple[Rate, Rate]] = []
        for number in range(rounds):
            here = rate(bucket, Path(folder) / f"here{number}", ())
            there = rate(bucket, Path(folder) / f"there{number}", ("--engine", "dask"))
            pairs.append((here, there))
            print(f"  pool {here.worded()}; cluster {there.worded()}", flush=True)
    by_time = statistics.median(there.objects_s / here.objects_s for here, there in pairs)
    by_processor = statistics.median(here.processor_s / there.processor_s for here, there in pairs)
    missed.any |= by_time < WANTED_RATE
    told = f"by the clock {by_time:.2f} (wanted: {WANTED_RATE}), by processor time {by_processor:.2f}"
    print(f"{objects:,} objects, the cluster's rate in parts of the pool's: {told}")


class Rate(NamedTuple):
    """How fast a run was."""

    objects_s: float
    processor_s: float
    """Of all its processes, for all objects, their start too."""

    def worded(self) -> str:
        """Word it."""
        return f"{self.objects_s:,.0f}/s, {self.processor_s:,.0f} s of processors"


def rate(bucket: Bucket, place: Path, words: tuple[str, ...]) -> Rate:
    """Run the program with two workers; the clock runs from the first request for an object to the last."""
    moments: list[float] = []

    def noted(_asked: Request, _content: bytes) -> None:
        moments.append(time.monotonic())

    bucket.faults.update(dict.fromkeys(bucket.objects, noted))
    command = [PREFLIGHT, "check", "s3://material/set", "--output", f"{place}/", "--no-cache", "--jobs", "2", *words]
    before, _ = cost_of_children()
    subprocess.run(command, env={**os.environ, **bucket.variables}, check=False, stdout=subprocess.DEVNULL)
    spent, _ = cost_of_children()
    return Rate(len(bucket.objects) / (max(moments) - min(moments)), spent - before)


def scale(missed: Missed) -> None:
    """Run all three."""
    fewer_bytes(missed)
    cluster(missed)
    many(missed)


def main() -> None:
    """Run the parts that are named; exit 1 when a bound is passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["bytes", "cluster", "many"])
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--keys", type=int, default=1_000_000)
    asked, missed = parser.parse_args(), Missed()
    if "bytes" in asked.parts:
        fewer_bytes(missed)
    if "cluster" in asked.parts:
        cluster(missed, asked.objects, asked.rounds)
    if "many" in asked.parts:
        many(missed, asked.keys)
    sys.exit(missed.any)


if __name__ == "__main__":
    main()
