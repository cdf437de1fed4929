"""Metrics of a watch that goes on: there from the start, up to date, never half a file."""

import shutil
import signal
import time
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from preflight.cli.metrics import BEAT_S, QUIET_S, Heartbeat
from preflight.flow.check import Measuring, check_assets
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.workers.pool import WorkerPool
from tests.cli.test_watch import OK, PATIENCE_S, TOO_LARGE, media_in, once, until, watching
from tests.specimens import PROFILE

Samples = dict[str, float]


def read(path: Path) -> Samples:
    """Return name and labels of each sample → its value."""
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call] # they type no reader of this format
    return {one.name + "".join(one.labels.values()): one.value for family in families for one in family.samples}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path


def test_a_watch_that_goes_on_tells_what_it_came_to_so_far_and_at_the_end_that_it_ended(place: Path) -> None:
    path = place / "watch.prom"
    with watching(place, "--metrics", path) as running:
        until(path.exists)
        begun = read(path)
        assert (begun["preflight_run_complete"], begun["preflight_assetspass"]) == (0, 0)
        assert "preflight_run_exit_code" not in begun
        for file in (OK, TOO_LARGE):
            shutil.copy(file, place / "in")
        until(lambda: (read(path)["preflight_assetspass"], read(path)["preflight_assetsfail"]) == (1, 1))
        so_far = read(path)
        assert so_far["preflight_run_complete"] == 0
        assert so_far["preflight_findingsvideo/pixelserror"] == 1
        assert so_far["preflight_run_end_timestamp_seconds"] > begun["preflight_run_end_timestamp_seconds"]
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=PATIENCE_S) == 130
    ended = read(path)
    assert (ended["preflight_run_complete"], ended["preflight_run_exit_code"]) == (1, 1)
    assert ended.keys() >= so_far.keys()
    assert (ended["preflight_assetspass"], ended["preflight_assetsfail"]) == (1, 1)


def test_who_reads_while_it_is_written_never_reads_a_part(place: Path) -> None:
    path = place / "watch.prom"
    with watching(place, "--metrics", path):
        until(path.exists)
        first = path.stat().st_ino
        for number in range(20):
            shutil.copy(OK, place / "in" / f"{number}.jpeg")

        def is_another_and_whole() -> bool:
            assert path.read_text(encoding="utf-8").endswith("# EOF\n")
            return path.stat().st_ino != first

        until(is_another_and_whole, every_s=0.001)
    assert [one.name for one in place.iterdir() if one.name.startswith(".preflight-")] == []


def test_metrics_that_cannot_be_written_are_told_once_and_files_are_sorted_all_the_same(place: Path) -> None:
    (place / "node").mkdir()
    path, log = place / "node" / "watch.prom", place / "log"
    with log.open("wb") as said_there, watching(place, "--metrics", path, stderr=said_there) as running:
        until(path.exists)
        shutil.rmtree(path.parent)
        path.parent.write_bytes(b"a file where the folder should be")
        shutil.copy(OK, place / "in")
        until(lambda: media_in(place / "ready") == ["image-ok.jpeg"])
        until(lambda: b"cannot be written" in log.read_bytes())
        shutil.copy(OK, place / "in")
        until(lambda: len(media_in(place / "ready")) == 2)
        time.sleep(BEAT_S + 1.0)  # the next beat, if the machine is not too busy for it
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 3
    beaten, end = (
        line for line in log.read_text(encoding="utf-8").splitlines() if "watch.prom: cannot be written" in line
    )
    assert beaten.removeprefix("preflight: ") in end


def test_of_a_run_that_is_short_only_the_end_stays(place: Path) -> None:
    shutil.copy(OK, place / "in")
    assert once(place, "--metrics", "once.prom").returncode == 0
    found = read(place / "once.prom")
    assert (found["preflight_run_complete"], found["preflight_assetspass"]) == (1, 1)


# ---- when -----------------------------------------------------------------------------------------------------------


class Clock:
    """Stands still until it is set."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
def one_file() -> list[Judged]:
    with WorkerPool("exact", jobs=1) as pool:
        return list(check_assets([Asset(path=str(OK))], PROFILE, Measuring(pool=pool)))


def test_it_writes_at_once_then_soon_after_a_file_and_now_and_then_where_none_came(
    tmp_path: Path, one_file: list[Judged]
) -> None:
    clock, path = Clock(), tmp_path / "heartbeat.prom"
    heartbeat = Heartbeat(path, "an edition", Measuring(), clock)

    def writes_after(seconds: float) -> bool:
        before = path.stat().st_ino if path.exists() else 0
        clock.now_s += seconds
        heartbeat()
        return path.exists() and path.stat().st_ino != before

    assert writes_after(0)
    assert not writes_after(QUIET_S - 0.1)
    assert writes_after(0.1)
    assert list(heartbeat.over(one_file)) == one_file
    assert not writes_after(BEAT_S - 0.1)
    assert writes_after(0.1)
    assert read(path)["preflight_assetspass"] == 1
    assert not writes_after(BEAT_S)


def test_without_a_file_to_write_it_does_nothing(tmp_path: Path, one_file: list[Judged]) -> None:
    heartbeat = Heartbeat(None, "an edition", Measuring(), Clock())
    heartbeat()
    assert list(heartbeat.over(one_file)) == one_file
    assert list(tmp_path.iterdir()) == []
