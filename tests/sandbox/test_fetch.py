"""Assets come from this machine alone, by any way that leads there, and never without end."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import pytest

from preflight.sandbox.fetch import FetchError, fetch, is_loopback, loopback_client

if TYPE_CHECKING:
    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.0.9", "::1", "localhost"])
def test_this_machine_is_known_without_asking_anybody(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "0.0.0.0", "::", "10.0.0.1", "192.0.2.1", "localhost.example.com", "2130706433", "0x7f.1", "127.1", "fe80::1"],  # noqa: S104 - refused, not bound
)
def test_no_other_name_is_taken_for_this_machine(host: str) -> None:
    assert not is_loopback(host)


def fetched(url: str, max_bytes: int = 1 << 20, timeout_s: float = 5) -> bytes:
    into = io.BytesIO()

    async def get() -> None:
        async with loopback_client(timeout_s) as client:
            await fetch(client, url, into, max_bytes=max_bytes, timeout_s=timeout_s)

    asyncio.run(get())
    assert into.tell() == 0
    return into.getvalue()


def test_a_file_is_fetched_whole_and_a_longer_one_shows_that_it_is(shelf: Shelf, media: Media) -> None:
    image = media.image()
    content, url = image.read_bytes(), shelf.put(image)
    assert fetched(url) == content
    assert fetched(url, len(content)) == content
    assert len(fetched(url, len(content) - 1)) >= len(content)


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.1/a.png", "http://example.invalid/", "file:///etc/passwd", "http://[::", "http://127.0.0.1:1/"],
)
def test_what_lies_elsewhere_or_nowhere_is_not_downloaded(url: str) -> None:
    with pytest.raises(FetchError, match=r"^Error while downloading$"):
        fetched(url)


def test_what_is_not_there_is_told(shelf: Shelf) -> None:
    with pytest.raises(FetchError, match=r"^Error while downloading$"):
        fetched(shelf.url + "/missing")
