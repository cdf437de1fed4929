"""The gateway beside what it stands before: the service asked directly, and `preflight check` of the same files.

known     a clean request whose assets are known, by the gateway and directly, in turn: the median of the differences
load      64 programs at once, each with one request after another: errors, second creates, memory, slow answers
first     nine images, three clips and three sounds that were never seen, beside `preflight check` of the same files
"""

import asyncio
import json
import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from scripts.bench_pairs import PREFLIGHT, ROOT, Missed, ratio_of, seconds

MEDIA = ROOT / "fixtures" / "media"
CLEAN = "image-300x300.jpg"
ROUNDS, AT_MOST_MS = 100, 15.0
CLIENTS, LOAD_S, SETTLED_S = 64, 60.0, 20.0
FLAT, SLOWEST = 1.1, 10.0
FIRST_ROUNDS, FIRST_AT_MOST = 5, 1.3
KEY = "any-key-will-do-in-the-sandbox"
MODEL = "seedance-2.0-reference-to-video"


def gateway(missed: Missed) -> None:
    """Measure all three."""
    with _set_up() as (service, url, folder):
        _known(missed, service, url, folder)
        asyncio.run(_load(missed, service, url, folder))
    _first(missed)


@contextmanager
def _set_up() -> Iterator[tuple[str, str, Path]]:
    """Run a sandbox with credits without end, and a host; give both addresses and a folder."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="preflight-bench-")))
        words = ("sandbox", "--port", "0", "--run-s", "0", "--credits", "1e12")
        yield stack.enter_context(_started(words, folder))[0], stack.enter_context(_host()), folder


@contextmanager
def _started(words: tuple[str, ...], folder: Path) -> Iterator[tuple[str, int]]:
    """Run a command that serves; give its address and process id."""
    own = {f"XDG_{name}_HOME": str(folder) for name in ("DATA", "CACHE", "CONFIG")}
    with subprocess.Popen(
        [PREFLIGHT, *words], env={**os.environ, **own}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            yield (child.stdout.readline().strip() if child.stdout else ""), child.pid
        finally:
            child.terminate()


@contextmanager
def _host() -> Iterator[str]:
    """Serve the fixtures."""

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self) -> None:
            found = Path(self.translate_path(self.path))
            if found.is_file():
                self.send_header("ETag", f'"{found.stat().st_mtime_ns:x}-{found.stat().st_size:x}"')
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(MEDIA))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _gateway(service: str, folder: Path, name: str) -> Any:  # noqa: ANN401 - a context
    return _started(("serve", "--port", "0", "--base-url", service, "--ledger", str(folder / name)), folder)


def _body(url: str, number: object) -> dict[str, Any]:
    prompt = f"Image 1 sets the palette: take {number}."
    return {"model": MODEL, "prompt": prompt, "image_urls": [f"{url}/{CLEAN}"], "duration": 4, "quality": "480p"}


# ---- a known request ------------------------------------------------------------------------------------------------


def _known(missed: Missed, service: str, url: str, folder: Path) -> None:
    with (
        _gateway(service, folder, "known.sqlite3") as (there, _),
        httpx.Client(trust_env=False, timeout=60, headers={"Authorization": f"Bearer {KEY}"}) as client,
    ):

        def took_ms(base: str, number: object) -> float:
            began = time.perf_counter()
            client.post(f"{base}/v1/videos/generations", json=_body(url, number)).raise_for_status()
            return (time.perf_counter() - began) * 1000

        for number in range(3):
            took_ms(service, f"direct before {number}")
            took_ms(there, f"gateway before {number}")
        pairs = [(took_ms(service, f"direct {n}"), took_ms(there, f"gateway {n}")) for n in range(ROUNDS)]
    direct, through = (statistics.median(one) for one in zip(*pairs, strict=True))
    more = statistics.median(ours - theirs for theirs, ours in pairs)
    missed.any |= more > AT_MOST_MS
    print(f"a clean request, its assets known: {through:.1f} ms by the gateway, {direct:.1f} ms directly: ", end="")
    print(f"{more:.1f} ms more (wanted: at most {AT_MOST_MS:g}) {_word(more <= AT_MOST_MS)}", flush=True)


def _word(holds: bool) -> str:  # noqa: FBT001 - the one thing that is asked
    return "ok" if holds else "MISSED"


# ---- many at once ---------------------------------------------------------------------------------------------------


async def _load(missed: Missed, service: str, url: str, folder: Path) -> None:
    before = _count(service)
    with _gateway(service, folder, "load.sqlite3") as (there, pid):
        times: list[float] = []
        ids: list[str] = []
        client = partial(_client, there, url, time.monotonic() + LOAD_S, times=times, ids=ids)
        clients = [asyncio.create_task(client(number)) for number in range(CLIENTS)]
        await asyncio.sleep(SETTLED_S)
        settled = _resident(pid)
        errors = [error for done in await asyncio.gather(*clients) for error in done]
        grown = _resident(pid) / settled if settled else 1.0
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    twice = len(ids) - len(set(ids)) + abs(_count(service) - before - len(ids))
    holds = not errors and not twice and grown <= FLAT and p99 <= SLOWEST * p50
    missed.any |= not holds
    print(
        f"{CLIENTS} programs for {LOAD_S:.0f} s: {len(times):,} requests, {len(errors)} errors, {twice} second creates,"
    )
    print(f"  memory x {grown:.2f} (at most {FLAT}), p99 {p99 * 1000:.0f} ms = {p99 / p50:.1f} x p50 ", end="")
    print(f"(at most {SLOWEST:g}) {_word(holds)}{f': {errors[0]}' if errors else ''}", flush=True)


async def _client(  # noqa: PLR0913 - where, what, until when, and what is noted
    there: str, url: str, end: float, number: int, *, times: list[float], ids: list[str]
) -> list[str]:
    """Send one request after another until a moment; list what went wrong."""
    host, _, port = there.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    errors, count = list[str](), 0
    while time.monotonic() < end:
        count += 1
        content = json.dumps(_body(url, f"{number}/{count}")).encode()
        head = f"POST /v1/videos/generations HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        began = time.perf_counter()
        writer.write(head.encode() + content)
        said = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", said, re.IGNORECASE)
        told = json.loads(await reader.readexactly(int(length[1]) if length else 0))
        times.append(time.perf_counter() - began)
        if said.startswith("HTTP/1.1 200") and "replayed" not in said:
            ids.append(told["id"])
        else:
            errors.append(f"{said[:30]} {told}")
    writer.close()
    return errors


def _count(service: str) -> int:
    answer = httpx.get(f"{service}/v1/tasks", headers={"Authorization": f"Bearer {KEY}"}, trust_env=False)
    return int(answer.json()["total"])


def _resident(pid: int) -> int:
    """Read how much memory a process holds, in KiB; 0 where the system does not tell."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) if found else 0


# ---- what was never seen --------------------------------------------------------------------------------------------


def _first(missed: Missed) -> None:
    names = {
        "image_urls": ["image-300x300.jpg", "image-ok.jpeg", *_some("image-*.png", 7)],
        "video_urls": ["video-854x480.mp4", *_some("video-24*.mp4", 2)],
        "audio_urls": ["audio-2s.wav", "audio-5s.wav", "audio-10s.wav"],
    }
    files = [str(MEDIA / name) for some in names.values() for name in some]
    with tempfile.TemporaryDirectory(prefix="preflight-bench-") as there, _host() as url:
        folder = Path(there)
        body = {key: [f"{url}/{name}" for name in some] for key, some in names.items()}
        times = []
        for number in range(FIRST_ROUNDS):
            theirs = seconds([PREFLIGHT, "check", "--no-cache", *files], folder)
            with _gateway("http://127.0.0.1:9", folder, f"first-{number}.sqlite3") as (gateway_url, _):
                time.sleep(1)  # it has started what measures
                began = time.perf_counter()
                sent = {"model": MODEL, "prompt": "Image 1.", **body}
                httpx.post(f"{gateway_url}/preflight/check", json=sent, timeout=60, trust_env=False).raise_for_status()
                times.append((time.perf_counter() - began, theirs))
    ratio, (ours_ms, check_ms) = ratio_of(times)
    missed.any |= ratio > FIRST_AT_MOST
    print(f"nine images, three clips, three sounds, first seen: {ours_ms:,.0f} ms, check {check_ms:,.0f} ms: ", end="")
    print(f"{ratio:.2f} (wanted: at most {FIRST_AT_MOST}) {_word(ratio <= FIRST_AT_MOST)}", flush=True)


def _some(pattern: str, count: int) -> list[str]:
    return [path.name for path in sorted(MEDIA.glob(pattern))][:count]
