"""Children that may crash, hang or balloon alone."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PIL import Image

from preflight.probe import probe
from preflight.system.processes import kill
from preflight.values.assets import Asset
from preflight.values.bounds import Bounds
from preflight.workers.pool import WorkerPool
from tests.posix import KILLED

MEDIA = Path(__file__).parent.parent.parent / "fixtures" / "media"
SMALL = [MEDIA / "image-ok.jpeg", MEDIA / "video-854x480.mp4", MEDIA / "audio-15s.wav", MEDIA / "image-truncated.png"]
LARGE = MEDIA / "image-6000x2400.webp"


def assets(*paths: Path) -> list[Asset]:
    return [Asset(path=str(path)) for path in paths]


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_come_in_the_order_of_the_assets_and_are_those_of_one_process(jobs: int) -> None:
    given = assets(*SMALL * 9)
    with WorkerPool("exact", jobs=jobs) as pool:
        assert list(pool.measure(given)) == [probe(asset) for asset in given]


def test_assets_are_taken_only_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Iterator[Asset]:
        nonlocal taken
        while True:
            taken += 1
            yield Asset(path=str(SMALL[1]))

    with WorkerPool("header", jobs=2) as pool:
        results = pool.measure(endless())
        for _ in range(10):
            assert next(results).facts is not None
    assert taken < 1000


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 36 bytes that unpacks to 507 million, in seconds."""
    path = tmp_path_factory.mktemp("heavy") / "heavy.webp"
    Image.new("RGB", (13_000, 13_000), 7).save(path, lossless=True, quality=0, method=0)
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file that unpacks to 169 million bytes."""
    path = tmp_path_factory.mktemp("large") / "large.gif"
    Image.new("L", (13_000, 13_000), 7).save(path)
    return path


def test_a_file_that_takes_too_long_could_not_be_judged_and_the_run_goes_on(heavy: Path) -> None:
    with WorkerPool("exact", jobs=2, bounds=Bounds(seconds=1.0)) as pool:
        first, slow, last = pool.measure(assets(SMALL[0], heavy, SMALL[1]))
    assert first.facts is not None
    assert slow.fault is not None
    assert (slow.fault.kind, slow.facts) == ("unmeasured", None)
    assert "more than 1 s" in slow.fault.message
    assert last.facts is not None


MEASURE_WITH_LITTLE_MEMORY = """
import os, sys
from preflight.values.assets import Asset
from preflight.values.bounds import Bounds
from preflight.workers.pool import WorkerPool
from pathlib import Path
from preflight.workers.isolated import call_isolated
taken = int(call_isolated(Path.read_text, Path("/proc/self/statm")).split()[0]) * os.sysconf("SC_PAGESIZE")
with WorkerPool("exact", jobs=1, bounds=Bounds(memory_bytes=taken + (128 << 20))) as pool:
    for probed in pool.measure([Asset(path=path) for path in sys.argv[1:]]):
        print(probed.fault.kind if probed.fault else "measured")
"""


def test_a_file_that_needs_too_much_memory_could_not_be_judged_and_the_run_goes_on(large: Path) -> None:
    command = [sys.executable, "-c", MEASURE_WITH_LITTLE_MEMORY, str(large), str(SMALL[0])]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["unmeasured", "measured"]


def below(pid: int | str) -> list[int]:
    """Return the processes that any thread of one has started."""
    pids: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            pids += map(int, task.read_text().split())
    return pids


def servers() -> list[int]:
    return [pid for pid in below("self") if b"preflight.workers" in command_of(pid)]


def children() -> list[int]:
    """Return the processes that measure."""
    return [pid for server in servers() for pid in (below(server) if b"\0all\0" in command_of(server) else [server])]


def command_of(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@contextmanager
def killing_children(every_s: float, most: int) -> Iterator[list[int]]:
    """Kill children of this process as they appear, as a crash would end them."""
    killed: list[int] = []
    stop = threading.Event()

    def kill_them() -> None:
        while not stop.wait(every_s) and len(killed) < most:
            for pid in children():
                with suppress(OSError):
                    if Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z":
                        kill(pid)
                        killed.append(pid)

    killer = threading.Thread(target=kill_them)
    killer.start()
    try:
        yield killed
    finally:
        stop.set()
        killer.join()


def test_a_child_that_crashes_once_loses_nothing() -> None:
    given = assets(*[LARGE] * 8)
    with WorkerPool("exact", jobs=1) as pool, killing_children(0.02, most=1) as killed:
        found = list(pool.measure(given))
    assert len(killed) == 1
    assert [one.facts is not None for one in found] == [True] * 8


def test_a_file_that_crashes_its_reader_again_could_not_be_judged() -> None:
    with WorkerPool("exact", jobs=1) as pool, killing_children(0.005, most=40):
        found = list(pool.measure(assets(LARGE, LARGE)))
    faults = [one.fault for one in found if one.fault]
    assert faults
    assert all(fault.kind == "unmeasured" and "crashed the reader" in fault.message for fault in faults)


def test_no_child_outlives_its_crew() -> None:
    with WorkerPool("exact", jobs=2) as pool:
        results = pool.measure(assets(*[LARGE] * 20))
        next(results)
        started = children()
    assert started
    deadline = time.monotonic() + 120
    while any(Path(f"/proc/{pid}").exists() for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


MEASURE = """
import sys
from preflight.values.assets import Asset
from preflight.workers.pool import WorkerPool
with WorkerPool("exact", jobs=1) as pool:
    for probed in pool.measure([Asset(path=path) for path in sys.argv[1:]]):
        print(probed.fault.kind if probed.fault else "measured")
"""


def test_what_c_code_says_of_a_damaged_file_is_for_nobody(tmp_path: Path) -> None:
    path = tmp_path / "damaged.tif"
    Image.effect_noise((300, 300), 90).convert("RGB").save(path, compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[2000:2400] = bytes(400)
    path.write_bytes(content)
    here = subprocess.run(
        [sys.executable, "-c", f"from PIL import Image; Image.open({str(path)!r}).load()"],
        capture_output=True,
        check=False,
    )
    assert b"LZWDecode" in here.stderr or b"code" in here.stderr
    ended = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), str(SMALL[0])], capture_output=True, text=True, check=True
    )
    assert (ended.stdout.split()[1], ended.stderr) == ("measured", "")


OUTLIVE = """
import os, sys
from preflight.values.assets import Asset
from preflight.workers.pool import WorkerPool
def below(pid):
    return [int(one) for one in open(f"/proc/{pid}/task/{pid}/children").read().split()]
crew = WorkerPool("exact", jobs=3)
results = crew.measure([Asset(path=path) for path in sys.argv[1:]] * 40)
next(results)
print(*(one for server in below(os.getpid()) for one in [server, *below(server)]), flush=True)
os.kill(os.getpid(), 9)
"""


def test_children_end_when_their_parent_is_killed() -> None:
    command = [sys.executable, "-c", OUTLIVE, *map(str, SMALL)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == KILLED
    started = [Path(f"/proc/{pid}") for pid in ended.stdout.split()]
    assert len(started) == (3 if os.environ.get("PREFLIGHT_START") == "spawn" else 4)
    deadline = time.monotonic() + 120
    while any(path.exists() for path in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [path for path in started if path.exists()] == []
