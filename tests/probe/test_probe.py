"""The one door to files: whatever lies behind a path, a measurement ends, as a value."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

import pytest

from preflight.probe import Depth, identity, probe
from preflight.system.files import me
from preflight.values.assets import Asset, Role
from preflight.values.probed import Probed
from tests.posix import make_pipe
from tests.specimens import MEDIA, copied, media, probed

LIMIT_S = 120
"""Nothing here may take that long; opening a pipe would take for ever."""


def told(found: Probed) -> str:
    assert found.fault
    assert found.fault.kind == "unmeasured"
    assert found.facts is None
    return found.fault.message


def at(path: str | Path) -> Probed:
    started = time.monotonic()
    found = probe(Asset(path=str(path)))
    assert time.monotonic() - started < LIMIT_S
    return found


@pytest.mark.parametrize(
    ("name", "kind"), [("image-ok.png", "image"), ("video-5s.mp4", "video"), ("audio-5s.mp3", "audio")]
)
def test_a_file_is_measured_by_its_content(name: str, kind: str) -> None:
    found = probed(name)
    assert (found.kind, found.fault) == (kind, None)
    assert found.facts
    assert found.facts.bytes == (MEDIA / name).stat().st_size


def test_a_file_knows_which_state_of_it_was_measured() -> None:
    assert probed("image-ok.png").identity == identity((MEDIA / "image-ok.png").stat())


def test_the_kind_of_what_cannot_be_read_is_what_role_or_name_promise() -> None:
    assert probed("text-named.mp3").kind == "audio"
    asset = Asset(path=media("text-named.mp3"), role=Role("video", 1))
    assert probe(asset).kind == "video"


def test_an_absent_file_is_unmeasured(tmp_path: Path) -> None:
    assert told(at(tmp_path / "gone.png")) == "cannot be read: No such file or directory"


def test_a_dangling_link_is_unmeasured(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    assert told(at(tmp_path / "a.png")) == "cannot be read: No such file or directory"


def test_a_link_that_loops_is_unmeasured(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    assert "cannot be read: " in told(at(tmp_path / "a.png"))


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(media("image-ok.png"))
    assert at(tmp_path / "a.png").fault is None


def test_a_folder_is_unmeasured(tmp_path: Path) -> None:
    assert told(at(tmp_path)) == "cannot be read: it is not a regular file"


def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    make_pipe(tmp_path / "a.mp4")
    assert told(at(tmp_path / "a.mp4")) == "cannot be read: it is not a regular file"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_that_never_ends_is_not_read(device: str) -> None:
    assert "cannot be read: " in told(at(device))


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(getattr(socket, "AF_UNIX", socket.AF_INET)) as listener:
        listener.bind("a.mp4")
        assert "cannot be read: " in told(at("a.mp4"))


@pytest.mark.skipif(me() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unmeasured(tmp_path: Path) -> None:
    path = copied("image-ok.png", tmp_path)
    path.chmod(0)
    assert told(at(path)) == "cannot be read: Permission denied"


@pytest.mark.parametrize("name", ["empty.jpg", "empty.png", "empty.mp4", "empty.mov", "empty.mp3", "empty.wav"])
def test_an_empty_file_is_unreadable(name: str) -> None:
    fault = probed(name).fault
    assert fault
    assert (fault.kind, fault.message) == ("unreadable", "is empty (0 bytes)")


@pytest.mark.parametrize("name", ["text-named.jpg", "playlist-named.mp4", "ffconcat-named.mp4", "zeros.mp4"])
def test_what_is_no_medium_is_unreadable(name: str) -> None:
    fault = probed(name).fault
    assert fault
    assert fault.message == "its content is no picture, clip or sound that is known here"


def test_a_playlist_beside_a_good_clip_does_not_read_it(tmp_path: Path) -> None:
    copied("video-10s.mp4", tmp_path)
    assert at(copied("playlist-named.mp4", tmp_path)).facts is None
    assert at(copied("ffconcat-named.mp4", tmp_path)).facts is None


@pytest.mark.parametrize(
    "name",
    [
        *("-x.mp4", "-version", "http:x.mp4", "img%03d.mp4", "concat:x.mp4", "파일 (1).mp4", "a'b\".mp4", "pipe:0"),
        os.fsdecode(b"\xff\xfe.mp4"),
    ],
)
def test_no_name_is_anything_but_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied("video-2s.mp4", tmp_path, name)
    monkeypatch.chdir(tmp_path)
    found = at(name)
    assert found.fault is None
    assert found.kind == "video"


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Go on writing to a file, as a copy that is not finished does."""
    stop = threading.Event()

    def write() -> None:
        with path.open("ab") as stream:
            while not stop.is_set():
                stream.write(b"\0")
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("name", ["image-6000x6000.png", "image-6000x2400.webp"])
def test_a_file_that_changes_while_it_is_measured_is_unmeasured(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    with growing(path):
        found = at(path)
    assert told(found) == "changed while it was measured; still being written?"


def test_a_file_that_vanishes_while_it_is_measured_is_still_a_value(tmp_path: Path) -> None:
    path = copied("image-6000x6000.png", tmp_path)
    remover = threading.Timer(0.01, path.unlink)
    remover.start()
    found = at(path)
    remover.join()
    assert found.facts is not None or found.fault is not None
    assert told(at(path)) == "cannot be read: No such file or directory"


@pytest.mark.parametrize("depth", get_args(Depth))
@pytest.mark.parametrize("name", ["image-ok.png", "video-2s.mp4", "audio-2s.mp3"])
def test_a_good_file_is_good_at_every_depth(name: str, depth: Depth) -> None:
    assert probe(Asset(path=media(name)), depth).fault is None


def test_measuring_leaves_no_file_open(tmp_path: Path) -> None:
    names = ["image-ok.png", "video-2s.mp4", "audio-2s.mp3", "image-truncated.png", "zeros.mp4", "empty.mp4"]
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        for name in names:
            probed(name)
        at(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


def test_every_specimen_is_measured_to_a_value_twice_the_same() -> None:
    for path in sorted(MEDIA.iterdir())[::7]:
        first = at(path)
        assert first.facts is not None or first.fault is not None
        assert at(path) == first
