"""The files service on the wire: parts, pages, and bodies that are no uploads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from preflight.sandbox.errors import FilesError
from preflight.sandbox.routes_files import _form
from tests.sandbox.wire import PNG, UPLOAD, fetched, stored

if TYPE_CHECKING:
    import httpx
    from starlette.types import Message


@pytest.mark.parametrize("link", ["file_url", "download_url"])
def test_the_bytes_are_served_with_their_type_and_without_a_key(files: httpx.Client, link: str) -> None:
    answer = fetched(stored(files)[link])
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, PNG[:4]),
        ("bytes=-8", 206, PNG[-8:]),
        ("bytes=0-1023", 206, PNG),
        ("bytes=100-", 206, PNG[100:]),
        ("bytes=5000-", 416, None),
    ],
)
def test_ranges_are_served(files: httpx.Client, asked: str, status: int, content: bytes | None) -> None:
    answer = fetched(stored(files)["file_url"], Range=asked)
    assert answer.status_code == status
    if content is not None:
        assert answer.content == content
        assert answer.headers["content-range"].endswith(f"/{len(PNG)}")


def test_snake_case_fields_are_understood_too(files: httpx.Client) -> None:
    data = {"file_name": "abc.png", "upload_path": "photos"}
    record = files.post(UPLOAD, files={"file": ("x", PNG)}, data=data).json()["data"]
    assert (record["file_name"], record["upload_path"]) == ("abc.png", "photos")


def test_the_list_is_newest_first_in_pages(files: httpx.Client) -> None:
    ids = [stored(files)["file_id"] for _ in range(5)]
    listed = files.get("/api/v1/files/list", params={"page": 2, "pageSize": 2}).json()["data"]
    assert [record["file_id"] for record in listed["files"]] == [ids[2], ids[1]]
    assert (listed["total"], listed["page"], listed["page_size"]) == (5, 2, 2)


@pytest.mark.parametrize("query", [{"page": "0"}, {"page": "x"}, {"pageSize": "-1"}, {"page": "9" * 5000}])
def test_a_list_that_does_not_exist_is_refused(files: httpx.Client, query: dict[str, str]) -> None:
    answer = files.get("/api/v1/files/list", params=query)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


@pytest.mark.parametrize("path", ["/files/../../etc/passwd", "/files/%2e%2e/%2e%2e/etc/passwd", "/results/..%2fx.mp4"])
def test_nothing_outside_is_served(files: httpx.Client, path: str) -> None:
    assert files.get(path).status_code == 404


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, b"x"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"garbage"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b""),
        ({}, b""),
    ],
)
def test_what_is_no_multipart_body_is_refused(files: httpx.Client, headers: dict[str, str], content: bytes) -> None:
    answer = files.post(UPLOAD, content=content, headers=headers)
    assert (answer.status_code, answer.json()["success"]) == (400, False)


def test_one_file_a_request(files: httpx.Client) -> None:
    answer = files.post(UPLOAD, files=[("file", ("a", PNG)), ("file", ("b", PNG))])
    assert answer.status_code == 400


def test_a_body_that_holds_more_than_a_file_may_is_refused_in_the_shape_of_a_file_that_is_too_large() -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    pieces = iter([head, *[bytes(1 << 20)] * 102, b"\r\n--x--\r\n"])

    async def receive() -> Message:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    with pytest.raises(FilesError, match="at most 100 MB") as refused:
        asyncio.run(_form(Request({"type": "http", "method": "POST", "headers": headers}, receive)))
    assert refused.value.code == 40001
