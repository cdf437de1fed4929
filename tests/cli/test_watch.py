"""The watch as it is run: a process of its own, that is signalled, killed and started again."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from preflight.system.files import me
from preflight.watch.journal import state_folder
from tests.cli.conftest import MEDIA, Program
from tests.posix import KILLED

PROGRAM = Path(sys.executable).with_name("preflight")
OK, TOO_LARGE, HEIC = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4", MEDIA / "image-heic-named.jpg"
SLOW = MEDIA / "video-12fps.mp4"
SMALL = [MEDIA / name for name in ("image-ok.jpeg", "zeros.jpg", "video-no-index.mp4", "image-truncated.png")]
PATIENCE_S = 180.0
"""How long something may take on a machine that is busy; nothing is shown by how long it takes."""
SHM = Path("/dev/shm")  # noqa: S108 - another file system, where there is one


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path


def call(place: Path, *more: str | Path, ready: Path | None = None) -> list[str]:
    folders = "--ready", ready or place / "ready", "--rejected", place / "rejected"
    return list(map(str, (PROGRAM, "watch", place / "in", *folders, "--settle", "0.3", "--jobs", "1", *more)))


def once(place: Path, *more: str | Path, ready: Path | None = None) -> "subprocess.CompletedProcess[str]":
    command = call(place, "--once", *more, ready=ready)
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd=place)


@contextmanager
def watching(
    place: Path, *more: str | Path, stderr: "IO[bytes] | int" = subprocess.PIPE
) -> Iterator["subprocess.Popen[str]"]:
    pipes = {"stdout": subprocess.PIPE, "stderr": stderr}
    with subprocess.Popen(call(place, *more), text=True, cwd=place, **pipes) as running:  # type: ignore[call-overload] # pipes
        try:
            yield running
        finally:
            running.kill()


def until(holds: Callable[[], bool], every_s: float = 0.05) -> None:
    """Wait until something holds, looking every so often."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(every_s)


def arrive(place: Path, name: str) -> None:
    """Copy a file in and wait until it is ready; it changes again where it came before events were heard."""
    path, again_s = place / "in" / name, time.monotonic()
    shutil.copy(OK, path)

    def is_ready() -> bool:
        nonlocal again_s
        if time.monotonic() > again_s + 3:
            again_s = time.monotonic()
            with suppress(FileNotFoundError):
                os.utime(path)
        return (place / "ready" / name).exists()

    until(is_ready)


def media_in(*folders: Path) -> list[str]:
    """Name every file below folders that is no report, hidden ones too."""
    found = (path for folder in folders if folder.exists() for path in folder.rglob("*") if path.is_file())
    return [path.name for path in found if not path.name.endswith(".report.json")]


def waiting(place: Path) -> list[str]:
    found = (path.relative_to(place / "in") for path in (place / "in").rglob("*") if path.is_file())
    return [str(path) for path in found]


# ---- exit statuses and words ----------------------------------------------------------------------------------------


def test_0_is_that_all_is_ready_and_also_that_nothing_was_there(place: Path) -> None:
    assert once(place).returncode == 0
    shutil.copy(OK, place / "in")
    ended = once(place)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"{place}/in/image-ok.jpeg: ready: {place}/ready/image-ok.jpeg\n"


def test_1_is_that_something_was_rejected(place: Path) -> None:
    for path in (OK, TOO_LARGE):
        shutil.copy(path, place / "in")
    ended = once(place)
    assert ended.returncode == 1
    assert "video-1920x1080.mp4: rejected (video/pixels): " in ended.stdout


def test_3_is_that_something_could_not_be_moved_and_stays_and_it_outranks_1(place: Path) -> None:
    (place / "in" / "x").mkdir()
    (place / "ready").mkdir()
    (place / "ready" / "x").write_bytes(b"a file where the folder should be")
    shutil.copy(OK, place / "in" / "x")
    shutil.copy(TOO_LARGE, place / "in")
    ended = once(place)
    assert ended.returncode == 3
    assert "x/image-ok.jpeg: failed: " in ended.stdout
    assert "Not a directory; it stays, and is tried again after 5 s" in ended.stdout
    assert waiting(place) == ["x/image-ok.jpeg"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["in", "--ready", "out"],
        ["in", "--ready", "in", "--rejected", "no"],
        ["in", "--ready", "out", "--rejected", "out/no"],
        ["absent", "--ready", "out", "--rejected", "no"],
        ["in", "--ready", "out", "--rejected", "no", "--journal", "in/j.jsonl"],
        ["in", "--ready", "out", "--rejected", "no", "--write-baseline", "b.json"],
        ["in", "--ready", "out", "--rejected", "no", "--profile", "absent"],
        ["in", "--ready", "out", "--rejected", "no", "--settle", "-1"],
    ],
)
def test_2_is_a_call_that_is_wrong_and_moves_nothing(program: Program, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(OK, tmp_path / "in")
    ended = program("watch", *arguments, "--once")
    assert ended.status == 2
    assert (tmp_path / "in" / "image-ok.jpeg").exists()
    assert not (tmp_path / "out").exists()


def test_a_second_watch_of_a_folder_is_refused(place: Path) -> None:
    with watching(place):
        until((state_folder(place / "in") / "journal.jsonl").exists)
        ended = once(place)
    assert ended.returncode == 2
    assert "another watch is at work there" in ended.stderr


def test_the_policy_the_profile_and_the_level_that_fails_count_as_in_a_check(place: Path) -> None:
    shutil.copy(TOO_LARGE, place / "in" / "a.mp4")
    (place / "preflight.toml").write_text('[severity]\n"video/pixels" = "warning"\n')
    assert once(place).returncode == 0
    shutil.copy(TOO_LARGE, place / "in" / "b.mp4")
    assert once(place, "--fail-on", "warning").returncode == 1
    (place / "preflight.toml").unlink()
    shutil.copy(TOO_LARGE, place / "in" / "c.mp4")
    assert once(place, "--profile", "seedance-2.0-2026-10").returncode == 0
    assert sorted(media_in(place / "ready")) == ["a.mp4", "c.mp4"]


def test_a_log_in_json_has_a_line_for_each_file(place: Path) -> None:
    shutil.copy(OK, place / "in")
    lines = [json.loads(line) for line in once(place, "--log-format", "json").stderr.splitlines()]
    assert [line["event"] for line in lines] == ["start", "asset", "end"]


def test_fixing_says_where_the_new_file_is_and_originals_go_where_they_are_told_to(place: Path) -> None:
    shutil.copy(HEIC, place / "in" / "p.jpg")
    ended = once(place, "--fix", "--allow", "lossless", "--done", place / "done")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith(f"in/p.jpg: fixed (image/format): {place}/ready/p.png\n")
    assert sorted(media_in(place / "ready")) == ["p.png", "p.png.preflight.json"]
    assert media_in(place / "done") == ["p.jpg"]
    assert not (place / "rejected").exists()


def test_a_name_with_a_newline_stays_on_one_line(place: Path) -> None:
    shutil.copy(OK, place / "in" / os.fsdecode(b"a\n\"'\xff\x1b[31m.jpeg"))
    ended = once(place)
    assert ended.returncode == 0
    assert ended.stdout.count("\n") == 1
    assert "\x1b" not in ended.stdout
    assert waiting(place) == []


# ---- as files come --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [True, False])
def test_files_are_handled_as_they_come_with_events_and_without(place: Path, events: bool) -> None:
    env = {} if events else {"WATCHFILES_FORCE_POLLING": "1"}
    more = ["--rescan", "3600" if events else "0.3"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        with watching(place, *more) as running:
            until((state_folder(place / "in") / "journal.jsonl").exists)
            arrive(place, "a.jpeg")
            (place / "in" / "new" / "er").mkdir(parents=True)
            shutil.copy(OK, place / "in" / "new" / "er" / "b.jpeg")
            until((place / "ready" / "new" / "er" / "b.jpeg").exists)
            (place / "in" / "c.part").write_bytes(OK.read_bytes())
            (place / "in" / "c.part").rename(place / "in" / "c.jpeg")
            until((place / "ready" / "c.jpeg").exists)
            running.terminate()
            assert running.wait(timeout=PATIENCE_S) == 143
    assert Counter(media_in(place / "ready")) == Counter(["a.jpeg", "b.jpeg", "c.jpeg"])


def test_the_rescan_alone_does_where_nothing_sends_events(place: Path) -> None:
    code = "import sys; sys.modules['watchfiles'] = None; from preflight.cli import main; main()"
    command = [sys.executable, "-c", code, *call(place, "--rescan", "0.5")[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        shutil.copy(OK, place / "in" / "a.jpeg")
        until((place / "ready" / "a.jpeg").exists)
        shutil.copy(OK, place / "in" / "b.jpeg")
        until((place / "ready" / "b.jpeg").exists)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130
    assert "watchfiles is not installed" in err
    assert "Traceback" not in err


def test_a_file_that_is_written_slowly_is_not_taken_before_it_is_whole(place: Path) -> None:
    content, path = (MEDIA / "video-854x480.mp4").read_bytes(), place / "in" / "slow.mp4"
    with watching(place, "--rescan", "0.2") as running:
        until((state_folder(place / "in") / "journal.jsonl").exists)
        with path.open("wb", buffering=0) as stream:
            for begin in range(0, len(content), len(content) // 8 + 1):
                stream.write(content[begin : begin + len(content) // 8 + 1])
                time.sleep(0.15)
                assert path.exists()
            time.sleep(1.2)  # longer than it settles, but still open
            taken_early = not path.exists()
        assert not taken_early or not Path("/proc/self/fd").exists()
        until((place / "ready" / "slow.mp4").exists)
        running.terminate()
        running.wait(timeout=PATIENCE_S)
    assert (place / "ready" / "slow.mp4").read_bytes() == content
    assert not (place / "rejected").exists()


def test_once_leaves_what_is_still_being_written_and_says_so(place: Path) -> None:
    shutil.copy(OK, place / "in")
    with (place / "in" / "b.jpeg").open("wb") as stream:
        stream.write(b"half")
        stream.flush()
        ended = once(place)
    assert ended.returncode == 0
    if Path("/proc/self/fd").exists():
        assert waiting(place) == ["b.jpeg"]
        assert "1 file is still being written" in ended.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_between_two_files_and_loses_none(place: Path, number: signal.Signals, status: int) -> None:
    names = fill(place, 400)
    with watching(place) as running:
        until(lambda: bool(media_in(place / "ready", place / "rejected")))
        running.send_signal(number)
        _, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == status
    assert "ended by a signal" in err
    assert "Traceback" not in err
    left = waiting(place)
    assert not [name for name in left if Path(name).name.startswith(".")]
    assert Counter([*(Path(name).name for name in left), *media_in(place / "ready", place / "rejected")]) == Counter(
        names
    )


def test_a_signal_ends_it_while_a_clip_is_encoded_and_leaves_the_clip_as_it_was(place: Path) -> None:
    shutil.copy(MEDIA / "video-sound-longer-than-15s.mp4", place / "in" / "a.mp4")
    shutil.copy(SLOW, place / "in" / "b.mp4")
    with watching(place, "--fix") as running:
        until((state_folder(place / "in") / "made").exists)
        running.terminate()
        running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 143
    assert len(media_in(place / "in")) - len(waiting(place)) <= 8
    assert once(place, "--fix").returncode in (0, 1)
    ready = [name for name in media_in(place / "ready") if not name.endswith(".json")]
    originals = media_in(place / "rejected")
    assert Counter(originals) == Counter(["a.mp4", "b.mp4"])
    assert len(ready) == len(media_in(place / "rejected" / "originals"))


# ---- killed ---------------------------------------------------------------------------------------------------------


def fill(place: Path, count: int, first: int = 0) -> list[str]:
    """Let many small files arrive, as hard links where that can be; return their names."""
    originals = place / "originals"
    originals.mkdir(exist_ok=True)
    copies = [Path(shutil.copy(path, originals / f"{first}-{path.name}")) for path in SMALL]
    names = [f"{number:04}{copies[number % len(copies)].suffix}" for number in range(first, first + count)]
    for number, name in enumerate(names, first):
        folder = place / "in" / f"{number % 3}"
        folder.mkdir(exist_ok=True)
        os.link(copies[number % len(copies)], folder / name)
    return names


def lines_of(place: Path) -> int:
    with suppress(OSError):
        return (state_folder(place / "in") / "journal.jsonl").read_bytes().count(b'"judged"')
    return 0


KILLS = 4
"""How often a watch is killed before one goes on to the end."""


@pytest.mark.parametrize("across", [False, True], ids=["one disk", "another disk"])
def test_killed_at_any_moment_every_file_ends_in_one_place_once(place: Path, across: bool) -> None:
    if across and (not SHM.is_dir() or SHM.stat().st_dev == place.stat().st_dev):
        pytest.skip("there is no second file system")
    ready = Path(tempfile.mkdtemp(dir=SHM, prefix="preflight-test-")) if across else place / "ready"
    try:
        names, chance, kills = list[str](), random.Random(11), 0  # noqa: S311 - moments, not secrets
        for _ in range(KILLS):
            names += fill(place, 60, len(names))
            judged = lines_of(place)
            command = call(place, "--once", "--settle", "0", "--no-cache", ready=ready)
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
                while lines_of(place) == judged and running.poll() is None:
                    time.sleep(0.002)
                time.sleep(chance.random() * 0.12)
                running.kill()
            kills += running.returncode == KILLED
        ended = once(place, "--no-cache", ready=ready)
        assert ended.returncode in (0, 1), ended.stderr
        assert kills
        assert waiting(place) == []
        assert Counter(media_in(ready, place / "rejected")) == Counter(names)
        reports = [path.name for folder in (ready, place / "rejected") for path in folder.rglob("*.report.json")]
        assert Counter(reports) == Counter(f"{name}.report.json" for name in names)
    finally:
        if across:
            shutil.rmtree(ready)


def test_killed_while_mending_every_file_has_one_successor_and_one_original(place: Path) -> None:
    names = [f"{number}.jpg" for number in range(6)]
    for name in names:
        shutil.copy(HEIC, place / "in" / name)
    chance, kills = random.Random(5), 0  # noqa: S311 - moments, not secrets
    while waiting(place) and kills < KILLS:
        command = call(place, "--once", "--settle", "0", "--fix")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            with suppress(subprocess.TimeoutExpired):
                running.wait(timeout=0.6 + chance.random() * 1.5)
            running.kill()
        kills += running.returncode == KILLED
    assert once(place, "--fix").returncode == 0
    ready = [f"{number}.png" for number in range(6)]
    found = [*ready, *(f"{name}.preflight.json" for name in ready)]
    assert Counter(media_in(place / "ready")) == Counter(found)
    assert Counter(media_in(place / "rejected" / "originals")) == Counter(names)
    assert waiting(place) == []


# ---- without permission ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(me() == 0 and not shutil.which("setpriv"), reason="root may read and write everything")
def test_what_may_not_be_read_or_moved_stays_and_the_rest_goes_on(place: Path) -> None:
    (place / "in" / "theirs").mkdir()
    for name in ("a.jpeg", "secret.jpeg", "theirs/b.jpeg"):
        shutil.copy(OK, place / "in" / name)
    (place / "in" / "secret.jpeg").chmod(0)
    (place / "in" / "theirs").chmod(0o555)
    command = call(place, "--once", "--no-cache")
    if me() == 0:
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, cwd=place)
    (place / "in" / "theirs").chmod(0o755)
    assert ended.returncode == 3, ended.stderr
    assert media_in(place / "ready") == ["a.jpeg"]
    assert sorted(waiting(place)) == ["secret.jpeg", "theirs/b.jpeg"]
    assert "secret.jpeg: unsure (image/unjudged): cannot be read: Permission denied; it stays" in ended.stdout
    assert "theirs/b.jpeg: failed: " in ended.stdout
    (place / "in" / "secret.jpeg").chmod(0o644)
    assert once(place).returncode == 0
    assert waiting(place) == []
