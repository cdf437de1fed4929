"""The Python functions in other people's programs: pools, threads, event loops, scripts without a guard, no script."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MEDIA = Path(__file__).parent.parent / "fixtures" / "media"
CLIP, PICTURE, SOUND = (str(MEDIA / name) for name in ("video-854x480.mp4", "image-ok.jpeg", "audio-15s.wav"))


def ran(*command: str, script: str | None = None, env: dict[str, str] | None = None) -> list[str]:
    """Run a host with warnings as errors, and return the words that it printed."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", *command],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(MEDIA.parent.parent), **(env or {})},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.split()


POOL = """
import multiprocessing, sys
import preflight

def verdict(path):
    assert multiprocessing.current_process().daemon
    return preflight.check(path, cache=False).verdict

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        print(*pool.map(verdict, sys.argv[2:]))
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_daemonic_workers_of_a_pool_measure(tmp_path: Path, method: str) -> None:
    script = tmp_path / "host.py"
    script.write_text(POOL)
    assert ran(str(script), method, CLIP, PICTURE, SOUND) == ["pass"] * 3


THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import preflight

with ThreadPoolExecutor(4) as threads:
    print(*threads.map(lambda path: preflight.check(path, cache=False).verdict, sys.argv[1:]))
"""
LOOP = """
import asyncio, sys
import preflight

async def all_of_them():
    checks = [asyncio.to_thread(preflight.check, path, cache=False) for path in sys.argv[1:]]
    return await asyncio.gather(*checks)

print(*(report.verdict for report in asyncio.run(all_of_them())))
"""


@pytest.mark.parametrize("host", [THREADS, LOOP])
def test_threads_and_event_loops_measure_side_by_side(host: str) -> None:
    assert ran("-c", host, CLIP, PICTURE, SOUND, CLIP) == ["pass"] * 4


UNGUARDED = """
import sys
import preflight

print("host")
print(preflight.check(*sys.argv[1:], cache=False, jobs=2).verdict)
"""


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "host.py"
    script.write_text(UNGUARDED)
    assert ran(str(script), CLIP, PICTURE) == ["host", "pass"]
    assert ran("-c", UNGUARDED, CLIP, PICTURE) == ["host", "pass"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_script_from_standard_input_runs_once(start: str) -> None:
    assert ran("-", CLIP, PICTURE, script=UNGUARDED, env={"PREFLIGHT_START": start}) == ["host", "pass"]


def test_a_program_without_docstrings_and_assertions_measures() -> None:
    assert ran("-OO", "-c", UNGUARDED, CLIP, PICTURE) == ["host", "pass"]
    said = ran("-OO", "-c", "from preflight.cli import main; main()", "check", "--no-cache", CLIP)
    assert "pass:" in said


PLACES = """
import os, sys
import preflight

for folder in sys.argv[1:]:
    os.chdir(folder)
    print(preflight.check("here.mp4", cache=False).assets[0].facts.width_px)
"""


def test_a_path_is_meant_from_where_the_host_stands_at_that_time(tmp_path: Path) -> None:
    for width, height in ((854, 480), (1280, 720)):
        (tmp_path / str(width)).mkdir()
        (tmp_path / str(width) / "here.mp4").write_bytes((MEDIA / f"video-{width}x{height}.mp4").read_bytes())
    assert ran("-c", PLACES, str(tmp_path / "854"), str(tmp_path / "1280")) == ["854", "1280"]


PLANTED = """
import sys
import preflight

print(preflight.check(sys.argv[1], cache=False).verdict)
"""


def test_modules_that_lie_in_the_folder_are_not_taken_for_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "av.py").write_text("raise SystemExit(9)")
    program = [sys.executable, "-P", "-c", PLANTED, CLIP]
    ended = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["pass"]


COUNTED = """
import os, sys, threading
import preflight
from tests.below import children

seen, stop = set(), threading.Event()

def count():
    while not stop.wait(0.002):
        for started in children():
            seen.update([started] if os.environ.get("PREFLIGHT_START") == "spawn" else children(started))

counter = threading.Thread(target=count)
counter.start()
preflight.check(*sys.argv[1:], cache=False, jobs=8)
stop.set()
counter.join()
print(len(seen))
print(*children())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="children are counted in /proc")
def test_there_are_never_more_children_than_files_and_none_is_left() -> None:
    heavy = str(MEDIA / "image-6000x2400.webp")
    assert ran("-c", COUNTED, heavy) == ["1"]
    assert ran("-c", COUNTED, heavy, CLIP, PICTURE) in (["3"], ["2"], ["1"])
