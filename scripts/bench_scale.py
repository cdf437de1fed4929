"""Buckets and clusters: bytes against downloading first, a cluster against one machine, and many keys against few.

python scripts/bench.py scale
python scripts/bench_scale.py [bytes] [cluster] [many] [--objects 20000] [--keys 1000000]
"""

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.objects.reading import probe_object
from preflight.objects.stores import from_environment
from preflight.profiles import load
from preflight.scale import work as judging
from preflight.scale.run import Chunk, Done, Progress, Run, carry_out
from preflight.scale.store import VerdictStore
from preflight.scale.work import Work, judge_chunk
from preflight.values.assets import Asset
from preflight.values.choices import Depth
from preflight.values.facts import Facts
from preflight.values.probed import Probed
from scripts.bench_pairs import PREFLIGHT, ROOT, Missed
from scripts.bucket_server import Bucket, Request, serving

SOURCES = ("video-854x480.mp4", "image-ok.jpeg", "audio-15s.wav", "video-20s.mp4")
WANTED_TIMES, WANTED_RATE, WANTED_GROWTH = 20, 0.8, 1.25
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


def cluster(missed: Missed, objects: int = 20_000) -> None:
    """Compare a cluster of two workers with the pool of this machine, over the same objects, start-up apart."""
    with serving() as bucket, tempfile.TemporaryDirectory() as folder:
        contents = [(ROOT / "fixtures" / "media" / name).read_bytes() for name in SOURCES]
        for number, content in zip(range(objects), itertools.cycle(contents), strict=False):
            bucket.put(f"set/{number:06}{Path(SOURCES[number % len(SOURCES)]).suffix}", content)
        here = rate(bucket, Path(folder) / "here", ())
        there = rate(bucket, Path(folder) / "there", ("--engine", "dask"))
        missed.any |= there < WANTED_RATE * here
        print(f"{objects:,} objects: pool {here:,.0f}/s, cluster {there:,.0f}/s: {there / here:.2f} (wanted: 0.8)")


def rate(bucket: Bucket, place: Path, words: tuple[str, ...]) -> float:
    """Run the program with two workers; return how many objects a second were asked for, from the first to the last."""
    moments: list[float] = []

    def noted(_asked: Request, _content: bytes) -> None:
        moments.append(time.monotonic())

    bucket.faults.update(dict.fromkeys(bucket.objects, noted))
    command = [PREFLIGHT, "check", "s3://material/set", "--output", f"{place}/", "--no-cache", "--jobs", "2", *words]
    subprocess.run(command, env={**os.environ, **bucket.variables}, check=False, stdout=subprocess.DEVNULL)
    return len(bucket.objects) / (max(moments) - min(moments))


# ---- many keys ------------------------------------------------------------------------------------------------------


class Stub(msgspec.Struct):
    """Judges chunks with the real rules and store, but measures nothing."""

    work: Work
    store: VerdictStore
    chunk_assets: int = 512

    def judge(self, chunks: Iterator[Chunk]) -> Iterator[Done]:
        """Judge one chunk after another."""
        for chunk in chunks:
            batch = judge_chunk(chunk, self.work, None)  # type: ignore[arg-type] # nothing is measured
            yield Done(self.store.write_part(batch.table), batch.table.num_rows, batch.tally)


def many(missed: Missed, keys: int = 1_000_000) -> None:
    """Judge many keys with stubs for listing and probe, and print how memory and time grow."""
    import obstore

    from preflight.probe import probe

    facts = probe(Asset(path=str(ROOT / "fixtures" / "media" / SOURCES[0]))).facts
    measured = partial(map, partial(_told_of, facts))
    setattr(judging, "measure_block", lambda block, _how: measured(block))  # noqa: B010 - a stub at the door
    real = obstore.list
    marks: list[tuple[int, float, float]] = []

    def pages(store: Any, prefix: str | None = None, **more: Any) -> Any:  # noqa: ANN401 - as obstore's
        return paged(keys) if prefix == "many" else real(store, prefix=prefix, **more)

    obstore.list = pages
    begun = time.process_time()

    def told(progress: Progress) -> None:
        if progress.tally.done >= (len(marks) + 1) * keys // 10:
            peak = peak_mib()
            marks.append((progress.tally.done, time.process_time() - begun, peak))
            print(f"  {progress.tally.done:,} keys: {marks[-1][1]:,.0f} s, {peak:,.0f} MiB at most", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        variables = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nobody"}
        work = Work(profile=load(), stores=from_environment(environment=variables))
        store = VerdictStore(folder, work.stores)
        carry_out([Asset(path="s3://material/many")], Run(work=work, store=store, told=told), Stub(work, store))
        stored = sum(path.stat().st_size for path in Path(folder).glob("shard-*"))
    first, last = marks[0], marks[-1]
    growth = (last[1] / last[0]) / (first[1] / first[0])
    missed.any |= growth > WANTED_GROWTH or last[2] > first[2] * 1.5
    print(
        f"{keys:,} keys: {growth:.2f} times the time a key, {last[2] / first[2]:.2f} times the memory; {stored:,} bytes"
    )


def _told_of(facts: Facts | None, asset: Asset) -> Probed:
    return Probed(asset=asset, facts=facts)


def paged(keys: int) -> Iterator[list[dict[str, Any]]]:
    """Yield what a listing of many keys would."""
    for begin in range(0, keys, 1000):
        numbers = range(begin, min(begin + 1000, keys))
        yield [{"path": f"many/{n // 1000:06}/{n:08}.mp4", "size": 90_000, "e_tag": f'"{n:032x}"'} for n in numbers]


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
    parser.add_argument("--keys", type=int, default=1_000_000)
    asked, missed = parser.parse_args(), Missed()
    if "bytes" in asked.parts:
        fewer_bytes(missed)
    if "cluster" in asked.parts:
        cluster(missed, asked.objects)
    if "many" in asked.parts:
        many(missed, asked.keys)
    sys.exit(missed.any)


if __name__ == "__main__":
    main()
