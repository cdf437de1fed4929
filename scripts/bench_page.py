"""The page against the same work without it: a card, a filmstrip, a fix; its size, and its tasks with sixty files."""

import json
import shutil
import subprocess
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import imageio_ffmpeg

from scripts.bench_pairs import ROOT, Missed, timed, told
from tests.server.browsers import busiest_task

if TYPE_CHECKING:
    from preflight.server.access import Access
    from preflight.server.ui.context import PageContext

MEDIA = ROOT / "fixtures" / "media"
STATIC = ROOT / "preflight" / "server" / "ui" / "static"
CLIP = MEDIA / "video-854x480.mp4"
FFMPEG = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
MOST_BYTES = 120_000
LONGEST_TASK_MS = 100
FILES = 60
ROUNDS = 5


def page(missed: Missed) -> None:
    """Measure the page's own work."""
    size(missed)
    with tempfile.TemporaryDirectory(prefix="preflight-bench-", dir=ROOT) as name:
        folder = Path(name)
        cards(folder / "cards", missed)
        strips(folder / "strips", missed)
        fixes(folder / "fixes", missed)
        many(folder / "many", missed)


def size(missed: Missed) -> None:
    """Print the compressed size of everything that the page loads."""
    parts = [*STATIC.iterdir(), *(STATIC.parent / "templates").iterdir()]
    bytes_ = sum(len(zlib.compress(part.read_bytes(), 6)) for part in parts)
    missed.any |= bytes_ > MOST_BYTES
    print(f"the page, compressed: {bytes_:,} bytes (wanted: {MOST_BYTES:,})", flush=True)


def cards(folder: Path, missed: Missed) -> None:
    """Compare a file's first card with its verdict to a check of it in a started process."""
    from preflight.flow.check import Measuring, check_assets
    from preflight.profiles import load
    from preflight.values.assets import Asset
    from preflight.workers.pool import WorkerPool
    from preflight.workers.session import session

    profile = load()
    with opened(folder) as (_, client, _), session(), ThreadPoolExecutor(1) as poster:

        def check() -> None:
            list(check_assets([Asset(path=str(CLIP))], profile, Measuring(pool=WorkerPool("exact", jobs=1))))

        def drop() -> float:
            content = CLIP.read_bytes()
            with client.stream("GET", "/api/events") as events:
                lines = events.iter_lines()
                next(lines)
                begun = time.perf_counter()
                posted = poster.submit(client.post, "/api/assets", params={"name": CLIP.name}, content=content)
                next(line for line in lines if '"state":"judged"' in line)
                took = time.perf_counter() - begun
            (made,) = posted.result().json()["ids"]
            client.delete(f"/api/assets/{made}").raise_for_status()
            return took

        drop()
        check()
        times = [(drop(), timed(check)) for _ in range(ROUNDS)]
        told("a file's card with its verdict / a check of it", times, 1.5, missed)


def strips(folder: Path, missed: Missed) -> None:
    """Compare the filmstrip of a 4K HEVC clip with decoding the keyframes that it shows."""
    folder.mkdir()
    clip = folder / "phone.mov"
    options = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=30", "-tag:v", "hvc1"]
    made([*FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=3840x2160:r=30:d=15", *options, str(clip)])
    with opened(folder / "project") as (context, client, _):

        def strip() -> None:
            shutil.rmtree(context.workspace.project.own / "seen", ignore_errors=True)
            client.get(f"/api/assets/{made_id}/strip0").raise_for_status()

        context.workspace.add([(str(clip), clip.name)])
        made_id = until(client, lambda state: bool(state["cards"][0]["verdict"]))["cards"][0]["id"]
        strip()
        told("15 s of 4K HEVC begin to show / their keyframes", pairs(strip, partial(keyframes, clip)), 2.0, missed)


def keyframes(clip: Path) -> None:
    """Decode as many keyframes as a filmstrip shows."""
    import av

    from preflight.media.filmstrip import TILES

    with av.open(str(clip)) as container:
        track = container.streams.video[0]
        track.codec_context.skip_frame = "NONKEY"
        for number, _ in enumerate(container.decode(track), 1):
            if number == TILES:
                break


def fixes(folder: Path, missed: Missed) -> None:
    """Compare a fix on the page with the same fix without it."""
    from preflight.flow.fix import fix_one, order_of
    from preflight.workers.session import session

    folder.mkdir()
    clip = folder / "wide.mp4"
    made(
        [*FFMPEG, "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=4", "-c:v", "libx264", "-preset", "fast", str(clip)]
    )
    with opened(folder / "project") as (context, client, _), session():
        context.workspace.add([(str(clip), clip.name)])
        state = until(client, lambda state: bool(state["request"]["fixable"]))
        id_ = state["cards"][0]["id"]
        item, count = context.workspace.item(id_), iter(range(100))
        judged, plan = item.now, item.plan
        if judged is None or plan is None:
            return

        def alone() -> None:
            fix_one(judged, plan, order_of(context.workspace.profile, folder / f"alone-{next(count)}"), lambda *_: None)

        def on_the_page() -> None:
            shutil.rmtree(context.workspace.project.ready, ignore_errors=True)
            before = item.result
            client.post(f"/api/assets/{id_}/again").raise_for_status()
            while item.result is before:
                time.sleep(0.005)

        told("a fix on the page / the fix alone", pairs(on_the_page, alone, 3), 1.05, missed)


def many(folder: Path, missed: Missed) -> None:
    """Print the processor time of the browser's longest task while sixty files are dropped."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("sixty files: no Chromium is installed here")
        return
    from playwright.sync_api import sync_playwright

    folder.mkdir()
    content = (MEDIA / "image-ok.jpg").read_bytes()
    for number in range(FILES):
        (folder / f"{number:02}.jpg").write_bytes(content + bytes(number))
    with opened(folder / "project") as (_, _, access), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(access.secret_url)
        tab.locator('input[type="file"]').first.wait_for(state="attached")
        with busiest_task(tab) as took_ms:
            tab.locator('input[type="file"]').first.set_input_files(sorted(folder.glob("*.jpg")))
            tab.locator(f'article[data-asset="image {FILES}"][data-verdict="pass"]').wait_for(timeout=120_000)
            tab.wait_for_timeout(1000)
        (longest,) = took_ms
        browser.close()
    missed.any |= longest > LONGEST_TASK_MS
    print(
        f"{FILES} files dropped: the longest task takes {longest:.0f} ms of the processor (wanted: {LONGEST_TASK_MS})",
        flush=True,
    )


# ---- what they share ------------------------------------------------------------------------------------------------


@contextmanager
def opened(folder: Path) -> "Iterator[tuple[PageContext, httpx.Client, Access]]":
    """Open a page in this process, with a client that may ask it."""
    from preflight.profiles import load
    from preflight.server.ui.start import PageOptions, running_page

    with running_page(PageOptions(request=folder / "request.toml", profile=load())) as (context, access):
        headers = {"Authorization": f"Bearer {access.token}"}
        with httpx.Client(base_url=access.url, headers=headers, timeout=600, trust_env=False) as client:
            yield context, client, access


def until(client: httpx.Client, true: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - the state, as it is told
    """Wait until something is so, as a page does: by listening; return the state."""
    with client.stream("GET", "/api/events") as events:
        lines = events.iter_lines()
        while not true(state := client.get("/api/state").json()):
            for line in lines:
                if line.startswith("data: ") and line != f"data: {json.dumps(None)}":
                    break
    return state


def pairs(ours: Callable[[], None], theirs: Callable[[], None], rounds: int = ROUNDS) -> list[tuple[float, float]]:
    """Time both in turn."""
    return [(timed(ours), timed(theirs)) for _ in range(rounds)]


def made(command: list[str]) -> None:
    """Run ffmpeg."""
    subprocess.run([*command, "-y"], check=True)
