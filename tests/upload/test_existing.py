"""A URL that exists is measured only if the service could read it too, and leads nowhere it should not."""

import socket
from pathlib import Path

import pytest

from preflight.errors import CallError, NotDone, PreflightError, Unreachable
from preflight.service.http import ResponseLost
from preflight.upload import existing
from preflight.upload.existing import fetch, first_byte, private_address
from preflight.values.networks import is_public
from tests.upload.stranger import Stranger, closed_url, drop, say

PART = say(b"y" * 1024, 206, Content_Range="bytes 0-1023/2000")


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
        assert isinstance(refused(stranger.url, tmp_path), ResponseLost)


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


MEDIA_TYPES = [
    "image/png",
    "video/mp4; charset=x",
    "AUDIO/mpeg",
    "application/octet-stream",
    "binary/octet-stream",
    None,
]


@pytest.mark.parametrize("served", MEDIA_TYPES)
def test_what_is_served_as_a_medium_or_as_mere_bytes_is_measured(tmp_path: Path, served: str | None) -> None:
    with Stranger(say(b"y", Content_Type=served)) as stranger:
        assert got(stranger.url, tmp_path).read_bytes() == b"y"


@pytest.mark.parametrize("served", ["text/html", "text/html; charset=utf-8", "application/json", "text/plain", "video"])
def test_what_is_served_as_something_else_is_not_even_downloaded(tmp_path: Path, served: str) -> None:
    with Stranger(say(b"y" * 9000, Content_Type=served)) as stranger:
        error = refused(f"{stranger.url}/x?token=secret", tmp_path)
    assert isinstance(error, NotDone)
    assert f"is served as {served.partition(';')[0]}" in error.message
    assert "secret" not in error.message
    assert stranger.connections == 1


@pytest.mark.parametrize("second", [say(b"z" * 1024, 206), say(b"z" * 2000), say(b"y" * 10, 206), say(b"", 206)])
def test_a_second_answer_with_another_file_is_refused(tmp_path: Path, second: bytes) -> None:
    with Stranger(say(b"y" * 2000), second) as stranger:
        assert "gave another file" in refused(stranger.url, tmp_path).message


def test_a_range_answered_with_more_than_was_asked_for_is_not_read_to_its_end(tmp_path: Path) -> None:
    with Stranger(say(b"y" * 2000), say(b"y" * 2000, Content_Length=str(1 << 40))) as stranger:
        assert got(stranger.url, tmp_path).stat().st_size == 2000


def test_one_byte_more_than_allowed_is_read_and_no_whole_flood(tmp_path: Path) -> None:
    flood = say(b"y" * 300_000, Content_Length=None)
    with Stranger(flood) as stranger:
        told: list[int] = []
        with pytest.raises(NotDone, match="larger than the 100 bytes"):
            fetch(stranger.url, tmp_path, 100, allow_private=True, progress=lambda done, _: told.append(done))
    assert told == []
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (say(b"y", 206, Content_Range="bytes 0-0/2000"), None),
        (say(b"y", 206, Content_Range="bytes 0-0/*"), None),
        (say(b"y" * 2000), None),
        (say(b"y", 206, Content_Range="bytes 0-0/1999"), "has 1,999 bytes, and 2,000 were uploaded"),
        (say(b"y" * 1999), "has 1,999 bytes"),
        (say(b"", 404), "HTTP 404"),
        (say(b"", 302, Location="/elsewhere"), "HTTP 302"),
        (drop, "connection"),
    ],
)
def test_an_upload_is_where_it_is_said_to_be_only_with_its_size(reply: bytes, words: str | None) -> None:
    with Stranger(reply) as stranger:
        if words is None:
            first_byte(f"{stranger.url}/x", 2000)
        else:
            with pytest.raises(NotDone, match=words) as caught:
                first_byte(f"{stranger.url}/x?X-Amz-Signature=secret", 2000)
            assert "secret" not in caught.value.message
    assert stranger.heard[0].headers["range"] == "bytes=0-0"
    assert "authorization" not in stranger.heard[0].headers


def test_an_empty_upload_has_no_first_byte_to_ask_for() -> None:
    with Stranger(say(b"")) as stranger:
        first_byte(stranger.url, 0)
    assert "range" not in stranger.heard[0].headers


def test_a_private_address_is_told_and_a_name_without_one_is_not() -> None:
    assert private_address("http://127.0.0.1:9000/bucket/x?sig") == "127.0.0.1"
    assert private_address("http://[::ffff:10.0.0.1]/x") == "::ffff:10.0.0.1"
    assert private_address("https://8.8.8.8/x") is None
    assert private_address("https://no-such-host.invalid/x") is None


THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
THIS_MACHINE += ["0x7f000001", "017700000001", "127.1", "[::ffff:7f00:1]", "127.255.255.254", "LOCALHOST"]


@pytest.mark.parametrize("host", THIS_MACHINE)
def test_private_addresses_are_refused_however_they_are_written(tmp_path: Path, host: str) -> None:
    with Stranger(say(b"y")) as stranger:
        error = refused(f"http://{host}:{stranger.url.rpartition(':')[2]}/x", tmp_path, allow_private=False)
    assert isinstance(error, NotDone)
    assert stranger.connections == 0


@pytest.mark.parametrize("host", ["0177.0.0.1", "0251.0376.0251.0376", "127.0.0.1.", "0x7f.0.0.0x1"])
def test_an_address_that_readers_take_for_different_ones_is_not_asked(tmp_path: Path, host: str) -> None:
    with Stranger(say(b"y")) as stranger:
        refused(f"http://{host}:{stranger.url.rpartition(':')[2]}/x", tmp_path, allow_private=False)
    assert stranger.connections == 0


METADATA = ["169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]"]


@pytest.mark.parametrize("host", [*METADATA, "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]"])
def test_a_cloud_s_own_address_for_secrets_is_refused_however_it_is_written(tmp_path: Path, host: str) -> None:
    assert (
        "an address that the service cannot reach" in refused(f"http://{host}/", tmp_path, allow_private=False).message
    )


MIXED = [["93.184.216.34", "::1"], ["::ffff:10.0.0.1", "93.184.216.34"], ["2606:4700::1111", "fd00::1"]]


@pytest.mark.parametrize("answers", MIXED)
def test_answers_of_both_families_that_mix_public_and_private_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    lines = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (ip, 80, 0, 0)) for ip in answers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lines)
    assert "cannot reach" in refused("http://mixed.example/x", tmp_path, allow_private=False).message


def test_one_private_address_among_public_ones_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: lines)
    assert "10.0.0.1" in refused("http://mixed.example/x", tmp_path, allow_private=False).message


def test_a_redirect_to_a_private_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existing, "is_public", lambda address: address == "127.0.0.1")
    with Stranger(say(b"", 302, Location="http://127.0.0.2:1/metadata")) as stranger:
        error = refused(f"{stranger.url}/x", tmp_path, allow_private=False)
    assert error.message.endswith(": 127.0.0.2 is an address that the service cannot reach")


INWARD = ["http://[::ffff:127.0.0.2]/x", "http://2130706434/x", "http://0x7f.2/x", "//127.0.0.2/x", "http://10.0.0.1/x"]


@pytest.mark.parametrize("location", INWARD)
def test_a_redirect_inward_is_refused_however_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str
) -> None:
    monkeypatch.setattr(existing, "is_public", lambda address: address == "127.0.0.1")
    with Stranger(say(b"", 302, Location=location)) as stranger:
        error = refused(f"{stranger.url}/x", tmp_path, allow_private=False)
    assert "cannot reach" in error.message
    assert stranger.connections == 1


def test_a_redirect_of_the_second_question_alone_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(existing, "is_public", lambda address: address == "127.0.0.1")
    with Stranger(say(b"y"), say(b"", 302, Location="http://127.0.0.2/x")) as stranger:
        assert "127.0.0.2" in refused(f"{stranger.url}/x", tmp_path, allow_private=False).message


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
