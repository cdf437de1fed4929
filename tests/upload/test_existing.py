"""A URL that exists is measured only if the service could read it too, and leads nowhere it should not."""

import socket
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone, PreflightError, Unreachable
from preflight.upload import existing, fetch
from preflight.upload.existing import is_public
from preflight.wire import AnswerLost
from tests.upload.stranger import Stranger, closed_url, drop, say

PART = say(b"x" * 1024, 206, Content_Range="bytes 0-1023/2000")


def got(url: str, folder: Path, max_bytes: int = 10_000) -> Path:
    return fetch(url, folder, max_bytes, allow_private=True)


def refused(url: str, folder: Path, *, allow_private: bool = True, max_bytes: int = 10_000) -> PreflightError:
    with pytest.raises(PreflightError) as caught:
        fetch(url, folder, max_bytes, allow_private=allow_private)
    assert not [*folder.iterdir()]
    return caught.value


def test_a_file_is_fetched_and_its_first_bytes_are_asked_for(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with Stranger(say(b"y" * 2000), PART) as stranger:
        path = fetch(
            f"{stranger.url}/a/b.MP4?sig=1",
            tmp_path,
            10_000,
            allow_private=True,
            progress=lambda done, total: told.append((done, total)),
        )
    assert path.read_bytes() == b"y" * 2000
    assert (path.parent, path.suffix, told[-1]) == (tmp_path, ".mp4", (2000, 2000))
    plain, part = stranger.heard
    assert (plain.method, plain.path, "range" in plain.headers) == ("GET", "/a/b.MP4?sig=1", False)
    assert part.headers["range"] == "bytes=0-1023"


def test_no_key_and_the_right_host_are_sent(tmp_path: Path) -> None:
    with Stranger(say(b"y")) as stranger:
        got(stranger.url.replace("127.0.0.1", "localhost"), tmp_path)
    for heard in stranger.heard:
        assert heard.headers["host"] == stranger.url.replace("http://127.0.0.1", "localhost")
        assert "authorization" not in heard.headers


def test_a_server_that_ignores_ranges_will_do(tmp_path: Path) -> None:
    with Stranger(say(b"y"), say(b"y")) as stranger:
        assert got(stranger.url, tmp_path).read_bytes() == b"y"


def test_a_server_that_refuses_ranges_will_not(tmp_path: Path) -> None:
    with Stranger(say(b"y"), say(b"", 416)) as stranger:
        error = refused(stranger.url, tmp_path)
    assert isinstance(error, NotDone)
    assert "first 1,024 bytes" in error.message
    assert "416" in error.message


@pytest.mark.parametrize("status", [204, 206, 401, 403, 404, 410, 429, 500])
def test_only_200_is_an_answer(tmp_path: Path, status: int) -> None:
    with Stranger(say(b"", status)) as stranger:
        error = refused(f"{stranger.url}/x?token=secret", tmp_path)
    assert str(status) in error.message
    assert "secret" not in error.message
    assert "/x?..." in error.message


def test_the_size_is_capped_whether_it_is_announced_or_not(tmp_path: Path) -> None:
    for reply in (say(b"y" * 101), say(b"y" * 101, Content_Length=None)):
        with Stranger(reply) as stranger:
            assert "larger than the 100 bytes" in refused(stranger.url, tmp_path, max_bytes=100).message
    with Stranger(say(b"y" * 100)) as stranger:
        assert got(stranger.url, tmp_path, max_bytes=100).stat().st_size == 100


def test_half_a_file_is_none(tmp_path: Path) -> None:
    with Stranger(say(b"y" * 50, Content_Length="99")) as stranger:
        assert isinstance(refused(stranger.url, tmp_path), AnswerLost)


@pytest.mark.parametrize("reply", [drop, b"", b"nonsense\r\n\r\n"])
def test_a_broken_server_is_told_in_words(tmp_path: Path, reply: bytes) -> None:
    with Stranger(reply) as stranger:
        assert isinstance(refused(stranger.url, tmp_path), NotDone)


def test_nobody_there(tmp_path: Path) -> None:
    assert isinstance(refused(closed_url(), tmp_path), Unreachable)
    assert isinstance(refused("http://no-such-host.invalid/x", tmp_path), Unreachable)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/y",
        "file:///etc/passwd",
        "x.mp4",
        "",
        "http://",
        "https://u:p@h/x",
        "http://x:port/",
        f"http://{'a' * 70}/",
    ],
)
def test_what_is_no_web_address_is_a_wrong_call(tmp_path: Path, url: str) -> None:
    error = refused(url, tmp_path)
    assert isinstance(error, CallError)
    assert "u:p" not in error.message


THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]


@pytest.mark.parametrize("host", THIS_MACHINE)
def test_private_addresses_are_refused_however_they_are_written(tmp_path: Path, host: str) -> None:
    with Stranger(say(b"y")) as stranger:
        error = refused(f"http://{host}:{stranger.url.rpartition(':')[2]}/x", tmp_path, allow_private=False)
    assert isinstance(error, NotDone)
    assert stranger.connections == 0


def test_one_private_address_among_public_ones_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lines)
    assert "10.0.0.1" in refused("http://mixed.example/x", tmp_path, allow_private=False).message


def test_a_redirect_to_a_private_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existing, "is_public", lambda address: address == "127.0.0.1")
    with Stranger(say(b"", 302, Location="http://127.0.0.2:1/metadata")) as stranger:
        error = refused(f"{stranger.url}/x", tmp_path, allow_private=False)
    assert "127.0.0.2" in error.message


def test_redirects_are_followed_also_relative_ones(tmp_path: Path) -> None:
    with Stranger(say(b"there"), say(b"there")) as other:
        hops = (say(b"", 301, Location="/next"), say(b"", 307, Location=f"{other.url}/file"))
        with Stranger(*hops, *hops) as stranger:
            assert got(f"{stranger.url}/first", tmp_path).read_bytes() == b"there"
    assert [heard.path for heard in stranger.heard] == ["/first", "/next", "/first", "/next"]


def test_redirects_end(tmp_path: Path) -> None:
    with Stranger(say(b"", 302, Location="/again")) as stranger:
        assert "more than 5 redirects" in refused(stranger.url, tmp_path).message
    assert stranger.connections == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://x/", "http://u:p@127.0.0.1/"])
def test_a_redirect_out_of_the_web_is_refused(tmp_path: Path, location: str) -> None:
    with Stranger(say(b"", 302, Location=location)) as stranger:
        assert isinstance(refused(stranger.url, tmp_path), CallError)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with Stranger(say(b"y")) as stranger, pytest.raises(NotDone, match="cannot be stored"):
        got(stranger.url, tmp_path / "absent")


PRIVATE = ["10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255"]
PRIVATE += ["::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b::a00:1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_not_everybody_can_reach(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_that_everybody_can_reach(address: str) -> None:
    assert is_public(address)
