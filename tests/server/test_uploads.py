"""A body that comes in is a file, whole or not at all, under a name that a file system takes."""

import os
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from preflight.errors import NotDone
from preflight.server.uploads import LONGEST_NAME, PIECE_BYTES, TooLargeError, own_name, save_upload


def request(*chunks: bytes, breaks: bool = False, length: str | None = None) -> Request:
    waiting = [*chunks]

    async def receive() -> dict[str, Any]:
        if breaks and not waiting:
            return {"type": "http.disconnect"}
        return {
            "type": "http.request",
            "body": waiting.pop(0) if waiting else b"",
            "more_body": breaks or bool(waiting),
        }

    headers = [] if length is None else [(b"content-length", length.encode())]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def save(folder: Path, one: Request, name: str = "a.jpg", most: int = 1 << 30) -> Path:
    return anyio.run(save_upload, one, folder, name, most)


@pytest.mark.parametrize("sizes", [(), (1,), (PIECE_BYTES,), (PIECE_BYTES - 1, 2), (1, PIECE_BYTES * 2, 1)])
def test_a_file_is_its_pieces(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    chunks = [os.urandom(size) for size in sizes]
    assert save(tmp_path / "new", request(*chunks)).read_bytes() == b"".join(chunks)


def test_a_taken_name_is_followed_by_the_next_and_nothing_is_overwritten(tmp_path: Path) -> None:
    paths = [save(tmp_path, request(bytes([n]))) for n in range(3)]
    assert len({*paths}) == 3
    assert [path.read_bytes() for path in paths] == [b"\0", b"\1", b"\2"]
    assert paths[0].name == "a.jpg"


@pytest.mark.parametrize(
    "one", [request(b"12345678901"), request(b"123456", b"78901"), request(b"1", length="11"), request(length="9" * 30)]
)
def test_what_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path, one: Request) -> None:
    with pytest.raises(TooLargeError):
        save(tmp_path, one, most=10)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("length", ["", "10", "-1", "ten", "\uff11\uff11"])
def test_what_a_head_says_of_the_length_is_no_more_than_a_hint(tmp_path: Path, length: str) -> None:
    assert save(tmp_path, request(b"1234567890", length=length), most=10).stat().st_size == 10


def test_a_sender_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClientDisconnect):
        save(tmp_path, request(b"half", breaks=True))
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotDone):
        save(tmp_path / "file", request(b"x"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.jpg", "a.jpg"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\windows\\a.jpg", "a.jpg"),
        ("../..", "file"),
        ("", "file"),
        (".hidden", "hidden"),
        ("...a.jpg", "a.jpg"),
        ("a.", "a_"),
        ("a\nb\0c.jpg", "a_b_c.jpg"),
        ("영상 클립.mp4", "영상 클립.mp4"),
        ("a.longerthanten", "a.longerthanten"),
        ("\u202egpj.exe", "_gpj.exe"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_way(name: str, kept: str) -> None:
    assert own_name(name) == kept


@given(st.text(max_size=400))
def test_any_name_is_one_that_can_be_stored(name: str) -> None:
    kept = own_name(name)
    assert kept
    assert not {"/", "\\", "\0"} & {*kept}
    assert not kept.startswith(".")
    assert kept.isprintable()
    assert len(os.fsencode(kept)) <= LONGEST_NAME + 40


def test_a_name_of_any_letters_is_really_stored(tmp_path: Path) -> None:
    for name in ("con.jpg", "a" * 400 + ".jpg", "😀" * 100 + ".mp4", "\udcff.png", "a?b*c:d.jpg"):
        assert save(tmp_path, request(b"x"), name).parent == tmp_path
