"""Results on their way into a person's folder: whole or not at all, and nothing left there, even by kill -9."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone
from preflight.service import download as landing
from preflight.service.client import Service
from tests.posix import KILLED
from tests.upload.stranger import KEY, Reply, Stranger, closed_url, drop, say


def downloaded(folder: Path, *replies: Reply, name: str = "a.mp4") -> Path:
    with Stranger(*replies) as stranger, Service(closed_url(), KEY, sleep=lambda _: None) as service:
        path = service.download(f"{stranger.url}/r?sig=secret", folder, name)
    assert all("authorization" not in heard.headers for heard in stranger.heard)
    return path


def test_a_result_gets_its_name_only_when_whole(tmp_path: Path) -> None:
    folder, seen = tmp_path / "new", list[list[str]]()

    def look(*_: object) -> None:
        seen.append([path.name for path in folder.iterdir()])

    with Stranger(say(b"film" * 50_000)) as stranger, Service(closed_url(), KEY) as service:
        path = service.download(stranger.url, folder, "a.mp4", progress=look)
    assert path.read_bytes() == b"film" * 50_000
    assert all(names[0].startswith(".preflight-") and len(names) == 1 for names in seen)
    assert [*folder.iterdir()] == [path]


def test_a_name_that_is_taken_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"mine")
    assert downloaded(tmp_path, say(b"new")) == tmp_path / "a-2.mp4"
    assert downloaded(tmp_path, say(b"newer")) == tmp_path / "a-3.mp4"
    assert (tmp_path / "a.mp4").read_bytes() == b"mine"


def test_half_a_result_is_asked_for_again(tmp_path: Path) -> None:
    assert downloaded(tmp_path, say(b"ha", Content_Length="4"), drop, say(b"half")).read_bytes() == b"half"


@pytest.mark.parametrize("reply", [say(b"ha", Content_Length="4"), drop, say(b"", 404), say(b"", 206), say(b"", 500)])
def test_nothing_stays_behind_of_a_download_that_failed(tmp_path: Path, reply: Reply) -> None:
    with pytest.raises(NotDone) as caught:
        downloaded(tmp_path, reply)
    assert not [*tmp_path.iterdir()]
    assert "secret" not in caught.value.message


def test_a_result_that_is_too_large_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "RESULT_MAX_BYTES", 3)
    with pytest.raises(NotDone, match="larger"):
        downloaded(tmp_path, say(b"four"))
    assert not [*tmp_path.iterdir()]


def test_an_interrupted_download_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with Stranger(say(b"x")) as stranger, Service(closed_url(), KEY) as service, pytest.raises(KeyboardInterrupt):
        service.download(stranger.url, tmp_path, "a.mp4", progress=interrupt)
    assert not [*tmp_path.iterdir()]


def test_a_link_may_lead_elsewhere_without_the_key(tmp_path: Path) -> None:
    with Stranger(say(b"film")) as other:
        assert downloaded(tmp_path, say(b"", 302, Location=f"{other.url}/f")).read_bytes() == b"film"
    assert "authorization" not in other.heard[0].headers


LINKS = ["file:///etc/passwd", "ftp://x/y", "javascript:alert(1)", "", "//x/y", "https://", "https://x/" + "y" * 9000]


@pytest.mark.parametrize("url", LINKS)
def test_a_link_that_is_no_web_address_is_refused(tmp_path: Path, url: str) -> None:
    with Service(closed_url(), KEY) as service, pytest.raises(CallError):
        service.download(url, tmp_path, "a.mp4")


@pytest.mark.parametrize("name", ["", ".", "..", "../a.mp4", "/etc/a", "a\0b", "a\\b"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with Service(closed_url(), KEY) as service, pytest.raises(CallError, match="not a file name"):
        service.download("https://x/y", tmp_path, name)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotDone, match="cannot be made"):
        downloaded(tmp_path / "file", say(b"x"))


HALF = """
import sys
from pathlib import Path
from preflight.service.client import Service

with Service("http://127.0.0.1:1", "sk-any") as service:
    service.download(sys.argv[1], Path(sys.argv[2]), "a.mp4", progress=lambda *_: print("some of it came", flush=True))
"""
SLOW = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"


def hang(connection: socket.socket) -> None:
    """Send half of a film, and the rest when the other side has gone."""
    connection.settimeout(30)
    connection.sendall(SLOW)
    with suppress(OSError):
        connection.recv(1)


def test_what_a_killed_download_left_goes_with_the_next_one_and_what_a_running_one_holds_stays(tmp_path: Path) -> None:
    with Stranger(hang) as stranger:
        command = [sys.executable, "-c", HALF, stranger.url, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == "some of it came\n"
                (draft,) = tmp_path.iterdir()
                os.utime(draft, (1, 1))
                assert downloaded(tmp_path, say(b"meanwhile"), name="b.mp4").read_bytes() == b"meanwhile"
                assert draft.exists()
            finally:
                child.kill()
    assert child.returncode == KILLED
    assert sorted(path.name for path in tmp_path.iterdir()) == [draft.name, "b.mp4"]
    assert downloaded(tmp_path, say(b"film")).read_bytes() == b"film"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_an_attempt_begins_anew_in_the_file_that_is_held(tmp_path: Path) -> None:
    files = set[int]()

    def look(*_: object) -> None:
        (draft,) = tmp_path.iterdir()
        files.add(draft.stat().st_ino)

    replies = (say(b"a long beginning", Content_Length="99"), drop, say(b"film"))
    with Stranger(*replies) as stranger, Service(closed_url(), KEY, sleep=lambda _: None) as service:
        path = service.download(stranger.url, tmp_path, "a.mp4", progress=look)
    assert path.read_bytes() == b"film"
    assert files == {path.stat().st_ino}
