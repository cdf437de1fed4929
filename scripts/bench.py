"""Speed as ratios, side by side against what a person would otherwise run. Absolute times are this machine's alone.

    python scripts/bench.py [start] [folder] [watch] [pictures] [cached] [large] [many] [upload] [submit] [fix]
                            [look] [estimates] [scale] [gateway] [page]

All run when none is named.

Each pair is run in turn, A B A B ..., and the median of the pairwise ratios is what counts: a shared machine drifts.
The peers (ffprobe, mediainfo, exiftool) are taken from PATH; on Debian: ffmpeg, mediainfo, libimage-exiftool-perl.
"""

import hashlib
import itertools
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import msgspec
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.bench_estimates import estimates
from scripts.bench_fix import fix
from scripts.bench_gateway import gateway
from scripts.bench_look import look
from scripts.bench_page import page
from scripts.bench_pairs import (
    PREFLIGHT,
    PYTHON,
    ROOT,
    Missed,
    Pair,
    compare,
    cost_of_children,
    ratio_of,
    seconds,
    timed,
)
from scripts.bench_pictures import pictures
from scripts.bench_scale import scale

if TYPE_CHECKING:
    from preflight.values.facts import Facts
    from preflight.values.findings import Report

MEDIA = ROOT / "fixtures" / "media"
CLIP = str(MEDIA / "video-854x480.mp4")
SMALL_BYTES = 60_000
KINDS = {"image": {".jpg", ".png", ".webp"}, "video": {".mp4", ".mov"}, "audio": {".mp3", ".wav"}}
LARGE_BYTES = 400 << 20
MANY = 100_000
WATCHED = 10_000


def start(missed: Missed) -> None:
    """Compare how fast the program starts."""
    imports = [PYTHON, "-c", "import click, av, PIL.Image"]
    version, check = [PREFLIGHT, "--version"], [PREFLIGHT, "check", CLIP]
    compare(
        Pair(name="--version / import click", ours=version, theirs=[PYTHON, "-c", "import click"], at_most=1.5), missed
    )
    compare(Pair(name="check one.mp4 / import click, av, PIL.Image", ours=check, theirs=imports, at_most=2.0), missed)


@contextmanager
def mixed(count: int) -> Iterator[Path]:
    """Give a folder of small pictures, clips and sounds in turn, as hard links where that is possible."""
    small = [p for p in sorted(MEDIA.iterdir()) if p.stat().st_size < SMALL_BYTES and "000" not in p.name]
    kinds = [[path for path in small if path.suffix in suffixes] for suffixes in KINDS.values()]
    rows = zip(*map(itertools.cycle, kinds), strict=False)
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        folder = Path(name)
        originals = {path: Path(shutil.copy(path, folder / f".{path.name}")) for path in small}
        for number, path in enumerate(itertools.islice(itertools.chain.from_iterable(rows), count)):
            os.link(originals[path], folder / f"{number:06}{path.suffix}")
        time.sleep(2.1)  # what was written a moment ago is not remembered
        yield folder


def folder(missed: Missed) -> None:
    """Compare a folder of 1,000 mixed small files with the tools that a person would otherwise call."""
    with mixed(1000) as here:
        header = [PREFLIGHT, "check", "--no-cache", "--depth", "header", "."]
        exact = [PREFLIGHT, "check", "--no-cache", "."]
        one_by_one = "ls | xargs -P2 -n1 ffprobe -v quiet -print_format json -show_format -show_streams"
        loop = ["sh", "-c", f"command -v ffprobe >/dev/null && {one_by_one}"]
        mediainfo, exiftool = ["mediainfo", "--Output=JSON", "."], ["exiftool", "-fast2", "-json", "."]
        rows = [
            Pair(name="1,000 files, header / ffprobe loop", ours=header, theirs=loop, at_most=1 / 100, rounds=2),
            Pair(name="1,000 files, header / mediainfo", ours=header, theirs=mediainfo, at_most=1 / 3),
            Pair(name="1,000 files, header / exiftool -fast2", ours=header, theirs=exiftool, at_most=1 / 2),
            Pair(name="1,000 files, exact / ffprobe loop", ours=exact, theirs=loop, at_most=1 / 20, rounds=2),
        ]
        for pair in rows:
            compare(pair, missed, here)


def watch(missed: Missed) -> None:
    """Compare a flood of 10,000 small files through `watch`, judged and moved, with `check` of the same files."""
    times: list[tuple[float, float]] = []
    with ExitStack() as folders:  # removed at the end: what is removed slows down what is made just after, on ext4
        for _ in range(3):
            here = folders.enter_context(mixed(WATCHED))
            theirs = seconds([PREFLIGHT, "check", "--no-cache", "."], here)
            aside = here.with_name(f"{here.name}-out")
            folders.callback(shutil.rmtree, aside, ignore_errors=True)
            out = ["--ready", str(aside / "ready"), "--rejected", str(aside / "rejected")]
            ours = seconds([PREFLIGHT, "watch", ".", *out, "--once", "--settle", "0", "--no-cache"], here)
            moved = sum(1 for path in aside.rglob("*") if path.is_file() and not path.name.endswith(".report.json"))
            missed.any |= moved != WATCHED
            times.append((theirs, ours))
    rate, (check_ms, watch_ms) = ratio_of(times)
    missed.any |= rate < 0.8  # noqa: PLR2004 - the bound that was asked for
    print(f"{WATCHED:,} files arrive: watch {watch_ms:,.0f} ms, check {check_ms:,.0f} ms: ", end="")
    print(f"{rate:.2f} of its rate (wanted: at least 0.8) {'ok' if rate >= 0.8 else 'MISSED'}", flush=True)  # noqa: PLR2004 - as above


def cached(missed: Missed) -> None:
    """Compare a second run with the first: over 3,000 small files, and over 60 photographs of 12 megapixels."""
    fresh, again = [PREFLIGHT, "check", "--no-cache", "."], [PREFLIGHT, "check", "."]
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        for name, folder_of in (("3,000 small files", mixed(3000)), ("60 photographs of 12 MP", photographs())):
            with folder_of as here:
                pair = Pair(name=f"{name}, second run / first", ours=again, theirs=fresh, at_most=1 / 10, rounds=5)
                compare(pair, missed, here)


@contextmanager
def photographs() -> Iterator[Path]:
    """Give a folder of JPEGs as a camera makes them: large, and full of noise."""
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        for number in range(60):
            noise = Image.effect_noise((1000, 750), 40 + number % 7).resize((4000, 3000))
            noise.convert("RGB").save(Path(name) / f"{number}.jpg", quality=90)
        time.sleep(2.1)  # what was written a moment ago is not remembered
        yield Path(name)


def large(missed: Missed) -> None:
    """Measure a 400 MB MP4 at depth exact, in a process that has started already, against copying its bytes once."""
    from preflight.probe import probe
    from preflight.values.assets import Asset

    with tempfile.TemporaryDirectory(dir=ROOT) as name:
        clip, long = Path(name) / "clip.mp4", Path(name) / "long.mp4"
        ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
        noise = ["-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=10,noise=alls=60:allf=t"]
        subprocess.run([*ffmpeg, *noise, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "16", clip], check=True)
        loops = LARGE_BYTES // clip.stat().st_size
        subprocess.run([*ffmpeg, "-stream_loop", str(loops), "-i", clip, "-c", "copy", long], check=True)
        probe(Asset(path=str(clip)))
        times = [timed(lambda: probe(Asset(path=str(long)))) for _ in range(15)]
        ms = statistics.median(times) * 1000
        missed.any |= ms > 60  # noqa: PLR2004 - three keyframes of 1.2 MB each are decoded, 13 ms each
        print(f"{long.stat().st_size / 2**20:.0f} MB MP4 at depth exact: {ms:.1f} ms (wanted: under 60)", flush=True)


def many(missed: Missed) -> None:
    """Judge 10,000 and 100,000 hard-linked files: memory has to stay flat, and time to grow with the count."""
    taken: list[tuple[int, float]] = []
    for count in (MANY // 10, MANY):
        with mixed(count) as here:
            taken.append(
                (count, timed(lambda: seconds([PREFLIGHT, "check", "--no-cache", "--depth", "header", "."], here)))
            )
        peak = cost_of_children()[1]
        print(f"{count:,} files: {taken[-1][1]:.1f} s, peak {peak:.0f} MB in the largest process", flush=True)
        missed.any |= peak > 300  # noqa: PLR2004 - the bound that was asked for
    growth = taken[1][1] / taken[0][1] / 10
    print(f"time per file at ten times the count: {growth:.2f} times as much")


UPLOAD_BYTES = 45_000_000


@contextmanager
def sandboxed() -> Iterator[str]:
    """Run the sandbox in a process of its own and give its URL."""
    command = [PREFLIGHT, "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            yield server.stdout.readline().strip() if server.stdout else ""
        finally:
            server.terminate()


def upload(missed: Missed) -> None:
    """Compare uploading a clip of 45 MB, hashed on its way, with httpx streaming it to the same sandbox."""
    import httpx

    from preflight.profiles import load
    from preflight.service.http import HttpChannel
    from preflight.upload.files_service import upload_file
    from preflight.upload.parcel import hash_file

    with tempfile.TemporaryDirectory(dir=ROOT) as name, sandboxed() as url, HttpChannel(url, "any") as files:
        clip = Path(name) / "clip.mp4"
        start_of_it = Path(CLIP).read_bytes()
        clip.write_bytes(start_of_it + os.urandom(UPLOAD_BYTES - len(start_of_it)))
        sha256, limits = hash_file(clip), load().service

        def plain() -> None:
            with httpx.Client(trust_env=False, timeout=60) as client, clip.open("rb") as file:
                parts = {"file": ("plain.mp4", file, "video/mp4")}
                told = {"uploadPath": "plain", "fileName": "plain.mp4"}
                key = {"Authorization": "Bearer any"}
                client.post(f"{url}/api/v1/files/upload/stream", headers=key, data=told, files=parts).raise_for_status()

        def ours() -> None:
            upload_file(files, clip, sha256, "mp4", limits=limits)

        plain()
        ours()
        speeds = [1 / (timed(ours) / timed(plain)) for _ in range(15)]
    speed = statistics.median(speeds)
    missed.any |= speed < 0.8  # noqa: PLR2004 - the bound that was asked for
    print(f"45 MB uploaded: {speed:.2f} times the speed of plain httpx (wanted: at least 0.8)", flush=True)


@contextmanager
def full_request() -> Iterator[Path]:
    """Give a request.toml of nine pictures of about 3 MB, three clips of about 15 MB and three sounds, all clean."""
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        here, ffmpeg = Path(name), [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
        for number in range(9):
            noise = Image.effect_noise((1000, 750), 24 + number).resize((4000, 3000))
            noise.convert("RGB").save(here / f"{number}.jpg", quality=92)
        for number in range(3):
            picture = ["-f", "lavfi", "-i", f"testsrc2=s=1280x720:r=30:d=4,noise=alls={60 + number}:allf=t"]
            rate = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "30M", "-minrate", "30M", "-maxrate", "30M"]
            yuv = ["-bufsize", "30M", "-pix_fmt", "yuv420p"]
            subprocess.run([*ffmpeg, *picture, *rate, *yuv, here / f"{number}.mp4"], check=True)
            tone = ["-f", "lavfi", "-i", f"sine=frequency={440 + number}:sample_rate=48000:duration=4.5"]
            subprocess.run([*ffmpeg, *tone, "-ac", "2", here / f"{number}.wav"], check=True)
        arrays = {kind: [f"{n}.{end}" for n in range(count)] for kind, end, count in KINDS_OF_REQUEST}
        lines = [f"{kind} = {msgspec.json.encode(names).decode()}" for kind, names in arrays.items()]
        (here / "request.toml").write_text("\n".join(['prompt = "Image 1, video 1, audio 1."', *lines]))
        time.sleep(2.1)  # what was written a moment ago is not remembered
        yield here


KINDS_OF_REQUEST = (("images", "jpg", 9), ("videos", "mp4", 3), ("audios", "wav", 3))


def submit(missed: Missed) -> None:
    """Measure our own part of submitting a full request, without network, against reading and hashing its files once.

    Judged, hashed, priced and written as a body, with the facts remembered from `preflight check` and without; and
    all of that with the reading and hashing on the way out, to a place that takes the bytes and sends them nowhere.
    """
    with full_request() as here:
        files = [path for path in sorted(here.iterdir()) if path.suffix != ".toml"]
        megabytes = sum(path.stat().st_size for path in files) / 10**6
        with tempfile.TemporaryDirectory() as cache:
            rows = {
                "first time": partial(submission, here, None, sends=False),
                "checked before": partial(submission, here, Path(cache), sends=False),
                "checked before, and sent": partial(submission, here, Path(cache), sends=True),
            }
            submission(here, Path(cache), sends=True)
            for name, ours in rows.items():
                times = [(timed(ours), timed(lambda: read_and_hash(files))) for _ in range(9)]
                ratio, (ms, once_ms) = ratio_of(times)
                missed.any |= name != "first time" and ratio > 1.5  # noqa: PLR2004 - the bound that was asked for
                verdict = "(no bound)" if name == "first time" else bounded(ratio)
                print(
                    f"submit {megabytes:.0f} MB, {name}: {ms:.0f} ms, read and hashed once {once_ms:.0f} ms: ", end=""
                )
                print(f"ratio {ratio:.2f} {verdict}", flush=True)


def bounded(ratio: float) -> str:
    """Say how a ratio stands to the bound that was asked for."""
    return f"(wanted: under 1.5) {'ok' if ratio < 1.5 else 'MISSED'}"  # noqa: PLR2004 - it is named beside it


def read_and_hash(files: list[Path]) -> None:
    """Read and hash files, one after the other."""
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")


def submission(here: Path, cache: Path | None, *, sends: bool) -> None:
    """Do what `preflight submit` does up to the create call, without a network."""
    from preflight.flow.check import Measuring, check_request
    from preflight.probe.cache import Cache
    from preflight.profiles import load
    from preflight.request.file import load_spec
    from preflight.submission.prepare import body_of, hash_assets, price_of, suffix_of

    profile, spec = load(), load_spec(here / "request.toml")
    with Cache(cache / "measures.sqlite3") if cache else nullcontext() as known:
        report = check_request(spec, profile, Measuring(cache=known))
    hashes = hash_assets(report)
    price_of(spec, report, profile)
    if sends:
        drain(report, hashes, suffix_of)
    body_of(spec, profile, {path: f"upload://{sha256}" for path, sha256 in hashes.items()})


def drain(report: "Report", hashes: dict[str, str], suffix_of: "Callable[[Facts | None], str]") -> None:
    """Read every file as an upload does, hashed on the way, four at a time."""
    from preflight.upload.parcel import HashingReader, Parcel, Uploaded, opened
    from preflight.upload.several import send_all

    def read(parcel: Parcel, progress: Callable[[int, int | None], None], _: object) -> Uploaded:
        with opened(parcel.path) as file:
            watched = HashingReader(file, parcel, progress)
            while watched.read(1 << 16):
                pass
            return Uploaded(url="", expires_at=datetime.now(UTC), bytes=watched.bytes)

    found = [(judged.asset.path, suffix_of(judged.facts)) for judged in report.assets]
    parcels = [Parcel(path=Path(path), sha256=hashes[path], suffix=suffix) for path, suffix in found]
    send_all(parcels, read, lambda *_: None, at_once=4)


PARTS = {
    "start": start,
    "folder": folder,
    "watch": watch,
    "pictures": pictures,
    "cached": cached,
    "large": large,
    "many": many,
    "upload": upload,
    "submit": submit,
    "fix": fix,
    "look": look,
    "estimates": estimates,
    "gateway": gateway,
    "page": page,
    "scale": scale,
}


def main() -> None:
    """Run the parts that are named; exit 1 when a bound is passed."""
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors; medians")
    missed = Missed()
    for name in sys.argv[1:] or PARTS:
        PARTS[name](missed)
    sys.exit(missed.any)


if __name__ == "__main__":
    main()
