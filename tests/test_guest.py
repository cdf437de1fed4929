"""A guest in its host's process: nothing of it is changed, one caller's end is no other's, no call leaves a trace."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MEDIA = Path(__file__).parent.parent / "fixtures" / "media"
CLIP, SLOW, WIDE, MOVING, BROKEN = (
    str(MEDIA / name)
    for name in ("video-854x480.mp4", "video-12fps.mp4", "image-bmp.bmp", "image-gif.gif", "image-closed-early.jpg")
)

HOST = """
import os, signal, sys, threading, warnings
from pathlib import Path

import preflight
from tests.below import children

CLIP, SLOW, WIDE, MOVING, BROKEN, FOLDER = sys.argv[1:]
"""


def ran(script: str, folder: Path) -> list[str]:
    """Run a host with warnings as errors, and return the lines that it printed."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", HOST + script, CLIP, SLOW, WIDE, MOVING, BROKEN, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(MEDIA.parent.parent)},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


SNAPSHOTS = """
import gc, locale, logging, multiprocessing, random, resource, socket
import rich.style  # which draws a number as it is imported
from PIL import Image, ImageFile

def descriptors():
    paths = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
    return sorted(os.readlink(path) for path in paths if os.path.islink(path))

def state():
    mask = os.umask(0)
    os.umask(mask)
    return {
        "pillow": (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, sorted(Image.ID)),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "blocked": signal.pthread_sigmask(signal.SIG_BLOCK, []),
        "environment": dict(os.environ),
        "place": (os.getcwd(), mask, os.nice(0)),
        "descriptors": descriptors(),
        "threads": [thread.name for thread in threading.enumerate()],
        "children": children(),
        "python": (list(sys.path), sys.excepthook, sys.unraisablehook, threading.excepthook),
        "bounds": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "garbage": (gc.get_threshold(), gc.isenabled(), gc.get_freeze_count()),
        "multiprocessing": multiprocessing.get_start_method(allow_none=True),
        "limits": [resource.getrlimit(one) for one in (resource.RLIMIT_AS, resource.RLIMIT_CORE)],
        "logging": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable),
        "others": (locale.setlocale(locale.LC_ALL), socket.getdefaulttimeout(), random.getstate()),
    }

def tried(call):
    try:
        call()
    except preflight.PreflightError as error:
        print(type(error).__name__)
    else:
        print("done")

REQUEST = preflight.build_request("A wide shot of @Video1.", videos=[CLIP], duration=5)
report = preflight.check(WIDE, MOVING, SLOW, cache=False)
SERVICE = {"key": "k", "base_url": "http://127.0.0.1:9", "ledger": FOLDER + "/ledger.sqlite3"}
calls = {
    "check": lambda: preflight.check(CLIP, SLOW, WIDE, BROKEN),
    "check of nothing": lambda: preflight.check("gone.mp4"),
    "fix": lambda: preflight.fix(report, FOLDER + "/made", allow="lossy"),
    "fix where nothing can be": lambda: preflight.fix(report, CLIP + "/made", allow="lossy"),
    "build": lambda: preflight.build_request("A shot of @Image1.", images=[WIDE]),
    "check of a request": lambda: preflight.check_request(REQUEST),
    "body": lambda: preflight.body_of(REQUEST, preflight.check_request(REQUEST), {CLIP: "https://example.com/a.mp4"}),
    "profile": lambda: preflight.load_profile(),
    "no profile": lambda: preflight.load_profile("none"),
    "submit": lambda: preflight.submit(REQUEST, **SERVICE),
    "wait": lambda: preflight.wait("task-1", limit_s=0, **SERVICE),
}
for name, call in calls.items():
    before = state()
    tried(call)
    after = state()
    for what in before:
        assert before[what] == after[what], (name, what, before[what], after[what])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="what a process holds is read from /proc")
def test_no_public_call_changes_anything_of_its_host(tmp_path: Path) -> None:
    told = ran(SNAPSHOTS, tmp_path)
    assert told[:4] == ["done", "CallError", "done", "done"]
    assert told[4:9] == ["done", "done", "done", "done", "ProfileError"]
    assert "done" not in told[9:]


MIXED = """
from concurrent.futures import ThreadPoolExecutor

class Enough(Exception):
    pass

def enough(advance):
    raise Enough

REPORT = preflight.check(WIDE, cache=False)
AHEAD = preflight.check(SLOW, cache=False)

def one(number):
    kind = number % 40
    if kind == 0:
        return preflight.check(CLIP, cache=False).verdict
    if kind == 8:
        return preflight.check(BROKEN, cache=False).verdict
    if kind == 16:
        try:
            preflight.fix(AHEAD, f"{FOLDER}/broken-off-{number}", allow="lossy", progress=enough)
        except Enough:
            return "broken off"
    if kind == 24:
        try:
            preflight.check(f"{number}.gone")
        except preflight.CallError:
            return "refused"
    if kind == 32:
        return preflight.fix(REPORT, f"{FOLDER}/made-{number}", allow="lossy")[0].outcome
    return preflight.build_request(f"Shot {number} of @Image1.", images=[WIDE]).assets[0].role.kind

def twenty(first):
    return [one(first + number) for number in range(20)]

with ThreadPoolExecutor(8) as threads:
    for told in threads.map(twenty, range(0, 40, 5)):
        print(*told, sep=",")
print(sorted(children()), threading.active_count())
"""


def test_eight_threads_of_mixed_calls_do_not_see_each_other(tmp_path: Path) -> None:
    *told, left = ran(MIXED, tmp_path)
    dear = dict(zip(range(0, 40, 8), ("pass", "fail", "broken off", "refused", "fixed"), strict=True))
    expected = [[dear.get((first + n) % 40, "image") for n in range(20)] for first in range(0, 40, 5)]
    assert [line.split(",") for line in told] == expected
    assert left == "[] 1"


TWO = """
class Enough(Exception):
    pass

REPORT = preflight.check(SLOW, cache=False)
other_runs, broken_off = threading.Event(), threading.Event()

def goes_on(advance):
    other_runs.set()
    assert broken_off.wait(60)

def ends(advance):
    assert other_runs.wait(60)
    raise Enough

def other():
    print(preflight.fix(REPORT, FOLDER + "/other", allow="lossy", progress=goes_on)[0].outcome)

thread = threading.Thread(target=other)
thread.start()
try:
    preflight.fix(REPORT, FOLDER + "/mine", allow="lossy", progress=ends)
except Enough:
    print("mine is broken off")
broken_off.set()
thread.join()
"""


def test_an_error_in_one_caller_s_fix_ends_no_other_s(tmp_path: Path) -> None:
    assert ran(TWO, tmp_path) == ["mine is broken off", "fixed"]
    assert [path.name for path in (tmp_path / "other").iterdir() if path.suffix == ".mp4"] == ["video-12fps.mp4"]


NOTEBOOK = """
import asyncio

REPORT = preflight.check(SLOW, cache=False)

pressed = threading.Event()

def press(advance):
    if not pressed.is_set():  # a second one could come when the first is answered already
        pressed.set()
        os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(0.2)

async def cell():
    try:
        preflight.fix(REPORT, FOLDER + "/cell", allow="lossy", progress=press)
    except KeyboardInterrupt:
        print("interrupted")
    print(sorted(children()), os.listdir(FOLDER + "/cell") if os.path.isdir(FOLDER + "/cell") else [])
    checked = await asyncio.to_thread(preflight.check, CLIP, cache=False)
    print(checked.verdict, preflight.check(CLIP, cache=False).verdict)

signal.signal(signal.SIGINT, signal.default_int_handler)
loop = asyncio.new_event_loop()
loop.run_until_complete(cell())
loop.close()
"""


def test_ctrl_c_in_a_notebook_ends_the_call_and_the_next_one_works(tmp_path: Path) -> None:
    assert ran(NOTEBOOK, tmp_path) == ["interrupted", "[] []", "pass pass"]
