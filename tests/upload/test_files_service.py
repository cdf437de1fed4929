"""A file reaches the files service under the hash of its content, whole and unchanged, or not at all."""

import hashlib
import io
import os
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import pytest
from PIL import Image

from preflight.errors import CallError, NotDone, Refused, Unreachable
from preflight.profiles.loader import load
from preflight.profiles.schema import Service as Limits
from preflight.sandbox import Sandbox, running
from preflight.service.http import HttpChannel, ResponseLost
from preflight.upload.files_service import upload_file
from preflight.upload.parcel import Uploaded, hash_file
from tests.posix import make_pipe
from tests.upload.stranger import KEY, Stranger, closed_url, drop, say

LIMITS: Limits = load("seedance-2.0-2026-04").service


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "holiday with Anna.png"
    path.write_bytes(noise())
    return path


@cache
def noise() -> bytes:
    """Draw the picture, once for all tests."""
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 90).save(buffer, "PNG")
    return buffer.getvalue()


def upload(url: str, path: Path, sha256: str | None = None, suffix: str = "png") -> Uploaded:
    with HttpChannel(url, KEY) as files:
        return upload_file(files, path, sha256 or hash_file(path), suffix, limits=LIMITS, sleep=lambda _: None)


def stored(**told: object) -> bytes:
    data = {"file_id": "f-1", "file_url": "https://files.example/x.png", **told}
    return say({"success": True, "code": 200, "msg": "ok", "data": data})


def test_hash_is_that_of_the_content(picture: Path) -> None:
    assert hash_file(picture) == hashlib.sha256(picture.read_bytes()).hexdigest()


def test_what_is_no_file_cannot_be_hashed(tmp_path: Path) -> None:
    make_pipe(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "absent"):
        with pytest.raises(NotDone):
            hash_file(path)


def test_an_upload_can_be_read_at_its_url(sandbox: Sandbox, picture: Path) -> None:
    uploaded = upload(sandbox.url, picture)
    assert httpx.get(uploaded.url, trust_env=False).content == picture.read_bytes()
    assert uploaded.bytes == picture.stat().st_size
    assert uploaded.file_id == sandbox.uploads[-1].file_id
    assert timedelta(hours=71) < uploaded.expires_at - datetime.now(UTC) <= timedelta(hours=72)


def test_the_name_is_the_hash_and_the_users_name_stays_here(picture: Path) -> None:
    with Stranger(stored()) as stranger:
        upload(stranger.url, picture)
    body = stranger.heard[0].body
    assert f'filename="{hash_file(picture)}.png"'.encode() in body
    assert b"\r\n\r\npreflight\r\n" in body
    assert b"Content-Type: image/png" in body
    assert b"Anna" not in body
    assert picture.read_bytes() in body


def test_progress_goes_up_to_the_size(sandbox: Sandbox, picture: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with HttpChannel(sandbox.url, KEY) as files:
        upload_file(
            files,
            picture,
            hash_file(picture),
            "png",
            limits=LIMITS,
            progress=lambda done, total: told.append((done, total)),
        )
    size = picture.stat().st_size
    assert told == sorted(told)
    assert told[-1] == (size, size)


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.truncate(48 << 20)
    sha256 = hash_file(path)

    def take(request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        size = sum(len(piece) for piece in request.stream)
        assert size == int(request.headers["Content-Length"])
        return httpx.Response(200, content=stored().partition(b"\r\n\r\n")[2])

    tracemalloc.start()
    with HttpChannel("http://127.0.0.1", KEY, transport=httpx.BaseTransport()) as files:
        files._client._transport.handle_request = take  # type: ignore[method-assign]  # noqa: SLF001 - sees the stream as sockets do
        upload_file(files, path, sha256, "mp4", limits=LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_file_that_changed_since_the_check_never_arrives(sandbox: Sandbox, picture: Path) -> None:
    sha256, before = hash_file(picture), len(sandbox.uploads)
    content = bytearray(picture.read_bytes())
    content[-1] ^= 1
    picture.write_bytes(content)
    with pytest.raises(NotDone, match="changed since it was checked"):
        upload(sandbox.url, picture, sha256)
    assert len(sandbox.uploads) == before


@pytest.mark.parametrize("change", [-100, 100_000])
def test_a_file_that_changes_its_length_under_way_never_arrives(sandbox: Sandbox, picture: Path, change: int) -> None:
    before = len(sandbox.uploads)

    def meddle(done: int, total: int | None) -> None:
        if done < (total or 0) and picture.stat().st_size == total:
            os.truncate(picture, total + change)

    with HttpChannel(sandbox.url, KEY) as files, pytest.raises(NotDone, match="changed since it was checked"):
        upload_file(files, picture, hash_file(picture), "png", limits=LIMITS, progress=meddle)
    assert len(sandbox.uploads) == before


def test_a_file_over_the_limit_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.truncate(LIMITS.upload_max_bytes + 1)
    with Stranger(stored()) as stranger, pytest.raises(NotDone, match=r"at most 104,857,600 bytes"):
        upload(stranger.url, path, "0" * 64)
    assert stranger.connections == 0


def test_an_absent_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=r"gone\.png"):
        upload("http://127.0.0.1", tmp_path / "gone.png", "0" * 64)


@pytest.mark.parametrize(("sha256", "suffix"), [("x", "png"), ("0" * 64, "../png"), ("0" * 64, ""), ("A" * 64, "png")])
def test_only_a_hash_and_an_ending_make_a_name(picture: Path, sha256: str, suffix: str) -> None:
    with pytest.raises(CallError):
        upload("http://127.0.0.1", picture, sha256, suffix)


def test_an_upload_is_tried_again_from_its_beginning(picture: Path) -> None:
    replies = (drop, say(b"", 502), say(b"", 503, Retry_After="1"), stored())
    with Stranger(*replies) as stranger:
        assert upload(stranger.url, picture).url == "https://files.example/x.png"
    assert len(stranger.heard) == 4
    assert all(picture.read_bytes() in heard.body for heard in stranger.heard)


def test_an_upload_is_tried_four_times(picture: Path) -> None:
    with Stranger(drop) as stranger, pytest.raises(ResponseLost):
        upload(stranger.url, picture)
    assert len(stranger.heard) == 4
    with pytest.raises(Unreachable):
        upload(closed_url(), picture)


def test_a_refusal_is_final(picture: Path) -> None:
    with Stranger(say({"success": False, "code": 40003, "msg": "quota"})) as stranger, pytest.raises(Refused) as caught:
        upload(stranger.url, picture)
    assert (caught.value.code, len(stranger.heard)) == ("40003", 1)
    assert "quota" in caught.value.message
    assert caught.value.advice


def test_the_sandbox_refuses_a_type_it_does_not_know(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing to see")
    with pytest.raises(Refused):
        upload(sandbox.url, path, suffix="txt")


BAD_DATA: list[object] = [None, [], "x", {}, {"file_url": 7}, {"file_url": "ftp://x/y"}, {"file_url": "https://x"}]
BAD_DATA += [{"file_url": "https://x/" + "y" * 9000}, {"file_url": "https://x/a b"}]


@pytest.mark.parametrize("data", BAD_DATA)
def test_an_answer_without_a_url_of_use_is_not_an_upload(picture: Path, data: object) -> None:
    with Stranger(say({"success": True, "data": data})) as stranger, pytest.raises(ResponseLost, match="no URL"):
        upload(stranger.url, picture)


@pytest.mark.parametrize("told", [None, "soon", [], 1e300, "2999-01-01T00:00:00Z", "9" * 400])
def test_a_life_that_is_not_told_or_too_good_is_the_documented_one(picture: Path, told: object) -> None:
    with Stranger(stored(expires_at=told, file_id=12)) as stranger:
        uploaded = upload(stranger.url, picture)
    assert timedelta(hours=71) < uploaded.expires_at - datetime.now(UTC) <= timedelta(hours=72)
    assert uploaded.file_id == ""


@pytest.mark.parametrize("shape", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+00:00"])
def test_a_shorter_life_is_believed(picture: Path, shape: str) -> None:
    ends = (datetime.now(UTC) + timedelta(hours=5)).replace(microsecond=0)
    with Stranger(stored(expires_at=ends.strftime(shape))) as stranger:
        assert upload(stranger.url, picture).expires_at == ends


def test_a_life_in_seconds_since_1970_is_understood(picture: Path) -> None:
    ends = (datetime.now(UTC) + timedelta(hours=5)).replace(microsecond=0)
    with Stranger(stored(expires_at=int(ends.timestamp()))) as stranger:
        assert upload(stranger.url, picture).expires_at == ends
