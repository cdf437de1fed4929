"""Putting files at URLs."""

from __future__ import annotations

import io
import threading
import time
from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import running
from preflight.sandbox.errors import FilesError
from preflight.sandbox.files import safe_name, safe_path
from tests.sandbox.wire import PNG, accepted, connect, fetched, send, stored

if TYPE_CHECKING:
    import httpx

    from preflight.sandbox import Sandbox
    from tests.sandbox.media import Media

MB = 1 << 20


def test_an_upload_is_told_in_the_documented_shape(files: httpx.Client, sandbox: Sandbox) -> None:
    record = stored(files, name="abc.png", path="photos")
    assert record["file_id"].startswith("file_")
    assert (record["file_name"], record["upload_path"]) == ("abc.png", "photos")
    assert (record["file_size"], record["mime_type"]) == (len(PNG), "image/png")
    assert record["file_url"] == f"{sandbox.url}/files/photos/abc.png"
    assert record["upload_time"] < record["expires_at"]


def test_without_a_name_one_is_made_up_and_the_folder_follows_the_type(files: httpx.Client) -> None:
    record = stored(files)
    assert record["file_name"] == f"{record['file_id']}.png"
    assert record["upload_path"] == "image"


def test_the_same_name_overwrites(files: httpx.Client, sandbox: Sandbox) -> None:
    first, second = stored(files, name="a.png"), stored(files, PNG + b"second", name="a.png")
    assert first["file_url"] == second["file_url"]
    assert fetched(second["file_url"]).content == PNG + b"second"
    assert len(sandbox.uploads) == 1
    assert len(list((sandbox.state.folder / "uploads").iterdir())) == 1


def test_real_media_of_every_documented_kind_can_be_uploaded_and_used(files: httpx.Client, media: Media) -> None:
    records = {
        kind: stored(files, path.read_bytes())
        for kind, path in (("image", media.image()), ("video", media.video()), ("audio", media.audio()))
    }
    types = [record["mime_type"] for record in records.values()]
    assert types == ["image/png", "video/mp4", "audio/mpeg"]
    accepted(files, **{f"{kind}_urls": [record["file_url"]] for kind, record in records.items()})


def test_what_is_no_medium_is_refused_whatever_its_name(files: httpx.Client) -> None:
    for content in (b"#EXTM3U\n", b"<svg/>", b"", b"MZ"):
        told = send(files, content, name="video.mp4")
        assert (told["success"], told["code"]) == (False, 40002)


def test_100_mb_are_allowed_and_not_a_byte_more(sandbox: Sandbox) -> None:
    store = sandbox.state.files.store
    assert store(io.BytesIO(PNG), size_bytes=100 * MB, name="", path="").file_bytes == 100 * MB
    with pytest.raises(FilesError, match="at most 100 MB") as refused:
        store(io.BytesIO(PNG), size_bytes=100 * MB + 1, name="", path="")
    assert refused.value.code == 40001


def test_the_101st_file_is_refused_but_one_may_be_replaced_or_deleted(files: httpx.Client) -> None:
    for number in range(100):
        stored(files, name=f"{number}.png")
    told = send(files, name="one-too-many.png")
    assert (told["success"], told["code"]) == (False, 40003)
    assert files.get("/api/v1/files/quota").json()["data"] == {
        "user_group": "default",
        "used_files": 100,
        "max_files": 100,
        "remain_files": 0,
    }
    replaced = stored(files, name="0.png")
    assert files.delete(f"/api/v1/files/{replaced['file_id']}").json()["success"] is True
    stored(files, name="one-too-many.png")


def test_a_deleted_file_is_gone(files: httpx.Client) -> None:
    record = stored(files)
    files.delete(f"/api/v1/files/{record['file_id']}")
    assert fetched(record["file_url"]).status_code == 404
    again = files.delete(f"/api/v1/files/{record['file_id']}")
    assert (again.status_code, again.json()["success"]) == (404, False)


def test_files_expire() -> None:
    with running(upload_lifetime_s=4, upload_quota=1) as sandbox, connect(sandbox) as client:
        record = stored(client)
        assert fetched(record["file_url"]).status_code == 200
        give_up = time.monotonic() + 120
        while fetched(record["file_url"]).status_code != 404:
            assert time.monotonic() < give_up
            time.sleep(0.2)
        for link in ("file_url", "download_url"):
            assert fetched(record[link]).status_code == 404
        assert client.get("/api/v1/files/list").json()["data"]["files"] == []
        stored(client, name="the-quota-is-free-again.png")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../../evil.png", "photos"),
        ("evil.png", "../../.."),
        ("/tmp/evil.png", "/tmp"),  # noqa: S108 - a path that an attacker would try
        ("..\\..\\evil.png", "a\\..\\..\\b"),
        ("evil\0.png", "a\0b"),
        ("evil\r\nSet-Cookie: a=b.png", "a\r\nb"),
        ("%2e%2e%2fevil.png", "%2e%2e/%2e%2e"),
        ("..", ".."),
        ("CON" * 1000, "x/" * 1000),
    ],
)
def test_hostile_names_stay_inside_and_their_links_work(
    files: httpx.Client, sandbox: Sandbox, name: str, path: str
) -> None:
    record = stored(files, name=name, path=path)
    assert not {"..", ".", ""} & {*record["upload_path"].split("/"), record["file_name"]}
    assert fetched(record["file_url"]).content == PNG
    (upload,) = sandbox.uploads
    assert upload.stored.parent == sandbox.state.folder / "uploads"
    assert {entry.name for entry in sandbox.state.folder.iterdir()} == {"uploads", "results"}


def test_safe_names_keep_letters_of_every_script() -> None:
    assert safe_name("비디오 1.mp4") == "비디오_1.mp4"
    assert safe_path("/사진//./../b c/") == "사진/b_c"


def test_a_file_that_cannot_be_written_is_told_with_its_code() -> None:
    with running() as sandbox, connect(sandbox) as client:
        (sandbox.state.folder / "uploads").rmdir()
        told = send(client)
    assert (told["success"], told["code"]) == (False, 50001)


def test_a_file_can_be_read_while_one_of_its_name_is_uploaded_again(files: httpx.Client) -> None:
    url = stored(files, PNG, name="busy.png")["file_url"]
    seen: set[tuple[int, bytes]] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            answer = fetched(url)
            seen.add((answer.status_code, answer.content))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(40):
        stored(files, PNG, name="busy.png")
    over.set()
    reader.join(120)
    assert seen == {(200, PNG)}
