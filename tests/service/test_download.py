"""A file appears under its name only when it is whole, and never over another one."""

from pathlib import Path

import httpx
import pytest

from preflight.errors import NotDone
from preflight.service.download import save
from preflight.service.http import ResponseLost


def saved(path: Path, answer: httpx.Response, max_bytes: int = 100) -> bytes:
    with path.open("xb") as file:
        save(answer, file, max_bytes=max_bytes)
    return path.read_bytes()


def streamed(content: bytes, **headers: str) -> httpx.Response:
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))


def test_save_writes_the_bytes(tmp_path: Path) -> None:
    assert saved(tmp_path / "a", streamed(b"x" * 100)) == b"x" * 100


def test_save_stops_at_the_limit(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="larger than the 100 bytes"):
        saved(tmp_path / "a", streamed(b"x" * 101))
    with pytest.raises(NotDone, match="larger"):
        saved(tmp_path / "b", streamed(b"x", **{"Content-Length": "101"}))
    assert (tmp_path / "b").read_bytes() == b""


def test_save_compares_the_length(tmp_path: Path) -> None:
    with pytest.raises(ResponseLost, match="3 bytes came, of 9"):
        saved(tmp_path / "a", streamed(b"abc", **{"Content-Length": "9"}))


def test_save_takes_no_packed_file(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match="packed"):
        saved(tmp_path / "a", streamed(b"abc", **{"Content-Encoding": "gzip"}))


def test_save_does_not_wait_for_ever(tmp_path: Path) -> None:
    with (tmp_path / "a").open("xb") as file, pytest.raises(ResponseLost, match="not whole"):
        save(streamed(b"abc"), file, max_bytes=9, limit_s=-1)
