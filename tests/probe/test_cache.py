import mmap
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.flow.check import Measuring, measure
from preflight.probe import probe
from preflight.probe.cache import Cache, _versions
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.phrase import Phrase, phrase
from preflight.values.probed import Fault, Probed

MEDIA = Path(__file__).parent.parent.parent / "fixtures" / "media"
SPECIMENS = [
    "image-ok.jpeg",
    "video-23.976fps.mp4",
    "audio-15s-stored-15.05s.mp3",
    "image-truncated.png",
    "audio-15s.wav",
]
LATER = 60.0


def later() -> float:
    return time.time() + LATER


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "new" / "measures.sqlite3", clock=later) as opened:
        yield opened


@pytest.mark.parametrize("name", SPECIMENS)
def test_what_was_measured_comes_back_exactly(cache: Cache, name: str) -> None:
    measured = probe(Asset(path=str(MEDIA / name)))
    cache.keep(measured, "exact")
    cache.flush()
    assert cache.find([measured.asset], "exact") == {measured.asset: measured}


def test_another_depth_is_another_measure(cache: Cache) -> None:
    measured = probe(Asset(path=str(MEDIA / SPECIMENS[0])))
    cache.keep(measured, "exact")
    cache.flush()
    assert cache.find([measured.asset], "header") == {}


@pytest.mark.parametrize("kind", [ImageFacts, VideoFacts, AudioFacts])
def test_what_was_kept_before_a_fact_was_measured_is_not_found_again(kind: type[AudioFacts]) -> None:
    assert set(kind.__struct_fields__) <= set(_versions().split())


def test_a_file_that_changed_is_measured_anew_even_when_its_time_is_set_back(cache: Cache, tmp_path: Path) -> None:
    path = tmp_path / "a.jpeg"
    path.write_bytes((MEDIA / "image-ok.jpeg").read_bytes())
    measured = probe(Asset(path=str(path)))
    cache.keep(measured, "exact")
    cache.flush()
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.find([measured.asset], "exact") == {}


def test_a_file_written_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.jpeg"
    path.write_bytes((MEDIA / "image-ok.jpeg").read_bytes())
    with Cache(tmp_path / "c.sqlite3") as cache:
        measured = probe(Asset(path=str(path)))
        cache.keep(measured, "exact")
        cache.flush()
        assert cache.find([measured.asset], "exact") == {}


def test_what_could_not_be_measured_is_tried_again(cache: Cache) -> None:
    measured = probe(Asset(path=str(MEDIA / "image-ok.jpeg")))
    cache.keep(Probed(asset=measured.asset, fault=Fault("unmeasured", "x"), identity=measured.identity), "exact")
    cache.flush()
    assert cache.find([measured.asset], "exact") == {}


def test_what_a_recalled_fault_says_can_still_be_translated(cache: Cache) -> None:
    measured = probe(Asset(path=str(MEDIA / "image-ok.jpeg")))
    fault = Fault("unreadable", phrase("cut short: {how}", how="no frame"))
    cache.keep(Probed(asset=measured.asset, fault=fault, identity=measured.identity), "exact")
    cache.flush()
    (recalled,) = cache.find([measured.asset], "exact").values()
    assert recalled.fault == fault
    assert recalled.fault is not None
    assert isinstance(recalled.fault.message, Phrase)


def test_a_row_that_was_tampered_with_is_a_miss_and_never_a_verdict(tmp_path: Path) -> None:
    asset = Asset(path=str(MEDIA / "video-23.976fps.mp4"))
    path = tmp_path / "c.sqlite3"
    with Cache(path, clock=later) as cache:
        cache.keep(probe(asset), "exact")
    for position in range(0, 400, 7):
        with sqlite3.connect(path) as db:
            ((key, value),) = db.execute("SELECT key, value FROM measures").fetchall()
            broken = bytearray(value)
            broken[position % len(broken)] ^= 0x20
            db.execute("UPDATE measures SET value = ?", [bytes(broken)])
        db.close()
        with Cache(path, clock=later) as cache:
            assert cache.find([asset], "exact") == {}
        with sqlite3.connect(path) as db:
            db.execute("UPDATE measures SET value = ? WHERE key = ?", [value, key])
        db.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\0" * 500, b""])
def test_a_cache_that_is_broken_costs_time_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.sqlite3"
    path.write_bytes(content)
    with Cache(path, clock=later) as cache:
        found = list(measure([Asset(path=str(MEDIA / name)) for name in SPECIMENS], Measuring(cache=cache)))
    assert [one.facts is not None for one in found] == [True, True, True, False, True]


def test_a_cache_that_cannot_be_made_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Cache(tmp_path / "file" / "c.sqlite3", clock=later) as cache:
        measured = probe(Asset(path=str(MEDIA / SPECIMENS[0])))
        cache.keep(measured, "exact")
        assert cache.find([measured.asset], "exact") == {}


def test_a_cache_that_another_run_holds_is_passed_by(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite3"
    asset = Asset(path=str(MEDIA / SPECIMENS[0]))
    with Cache(path, clock=later) as cache:
        assert cache.find([asset], "exact") == {}
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        cache.keep(probe(asset), "exact")
        cache.flush()
        other.execute("ROLLBACK")
        other.close()
        assert cache.find([asset], "exact") == {}


def test_two_runs_at_once_share_a_cache(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from preflight.values.assets import Asset
from preflight.probe.cache import Cache, _versions
from preflight.flow.check import Measuring, measure
assets = [Asset(path=path) for path in sys.argv[2:]]
with Cache(Path(sys.argv[1]), clock=lambda: time.time() + 60) as cache:
    for _ in range(3):
        print(sum(1 for _ in measure(assets, Measuring(cache=cache))))
"""
    paths = [str(MEDIA / name) for name in SPECIMENS]
    command = [sys.executable, "-c", code, str(tmp_path / "c.sqlite3"), *paths]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [run.communicate(timeout=120) for run in runs] == [("5\n5\n5\n", "")] * 2


def test_by_content_a_copy_of_a_file_is_known_whatever_its_times(tmp_path: Path) -> None:
    original, copy = MEDIA / "video-23.976fps.mp4", tmp_path / "copy.mp4"
    with Cache(tmp_path / "c.sqlite3", by="content") as cache:
        assert cache.find([Asset(path=str(original))], "exact") == {}
        cache.keep(probe(Asset(path=str(original))), "exact")
        cache.flush()
        copy.write_bytes(original.read_bytes())
        asset = Asset(path=str(copy))
        assert cache.find([asset], "exact") == {asset: probe(asset)}
        content = bytearray(copy.read_bytes())
        content[-1] ^= 1
        copy.write_bytes(content)
        assert cache.find([asset], "exact") == {}


def test_by_content_a_file_that_was_not_read_as_it_was_measured_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.jpeg"
    path.write_bytes((MEDIA / "image-ok.jpeg").read_bytes())
    asset = Asset(path=str(path))
    with Cache(tmp_path / "c.sqlite3", by="content") as cache:
        assert cache.find([asset], "exact") == {}
        path.write_bytes((MEDIA / "image-alpha.png").read_bytes())
        cache.keep(probe(asset), "exact")
        cache.flush()
        assert cache.find([asset], "exact") == {}


def test_a_second_run_says_the_same_as_the_first(tmp_path: Path) -> None:
    assets = [Asset(path=str(MEDIA / name)) for name in SPECIMENS]
    with Cache(tmp_path / "c.sqlite3", clock=later) as cache:
        first = list(measure(assets, Measuring(cache=cache)))
    with Cache(tmp_path / "c.sqlite3", clock=later) as cache:
        assert list(cache.find(assets, "exact")) == assets
        assert list(measure(assets, Measuring(cache=cache))) == first
    assert isinstance(first[0].facts, ImageFacts)


# ---- what the times of a file do not tell ----------------------------------------------------------------------------


def measured_alone(cache: Cache, path: Path) -> Probed:
    """Measure as a run does: what is known is looked for first."""
    asset = Asset(path=str(path))
    assert cache.find([asset], "exact") == {}
    probed = probe(asset)
    cache.keep(probed, "exact")
    cache.flush()
    return probed


def test_a_file_that_changed_just_before_it_was_measured_is_not_remembered_however_late_that_ends(
    tmp_path: Path,
) -> None:
    path = Path(shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a.jpeg"))
    now = [path.stat().st_mtime + 1.0]
    with Cache(tmp_path / "c.sqlite3", clock=lambda: now[0]) as cache:
        asset = Asset(path=str(path))
        assert cache.find([asset], "exact") == {}
        probed = probe(asset)
        now[0] += LATER
        cache.keep(probed, "exact")
        cache.flush()
        assert cache.find([asset], "exact") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells who has a file open for writing")
@pytest.mark.parametrize("set_back", [False, True])
def test_what_is_written_through_a_mapping_after_measuring_is_never_taken_for_what_was_measured(
    cache: Cache, tmp_path: Path, *, set_back: bool
) -> None:
    path = Path(shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a.jpeg"))
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[-3] ^= 1
        before = path.stat()
        measured = measured_alone(cache, path)
        mapped[-3] ^= 1
        if set_back:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert set_back or path.stat().st_mtime_ns == before.st_mtime_ns  # nothing tells of the second write
        assert cache.find([measured.asset], "exact") == {}
    assert cache.find([measured.asset], "exact") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells who has a file open for writing")
def test_a_file_that_is_mapped_and_written_after_it_was_remembered_is_measured_anew(
    cache: Cache, tmp_path: Path
) -> None:
    path = Path(shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a.jpeg"))
    measured = measured_alone(cache, path)
    assert cache.find([measured.asset], "exact") == {measured.asset: measured}
    time.sleep(0.02)
    before = path.stat()
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[-3] ^= 1
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert cache.find([measured.asset], "exact") == {}


def test_by_content_a_write_that_no_time_tells_of_is_seen(tmp_path: Path) -> None:
    path = Path(shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a.jpeg"))
    with (
        Cache(tmp_path / "c.sqlite3", by="content") as cache,
        path.open("r+b") as stream,
        mmap.mmap(stream.fileno(), 0) as mapped,
    ):
        mapped[-3] ^= 1
        measured = measured_alone(cache, path)
        mapped[-3] ^= 1
        assert cache.find([measured.asset], "exact") == {}
