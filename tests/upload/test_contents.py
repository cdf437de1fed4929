"""Contents by their hash: each once, held for as long as somebody wants it, brought again only when it changed."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.upload.contents import Contents, FetchPolicy, UrlContents
from preflight.upload.existing import is_strong, is_unchanged
from tests.posix import make_pipe
from tests.server.gateway.hosts import Host

LOCAL = FetchPolicy(loopback=True)


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    return Contents(tmp_path / "contents")


def test_equal_bytes_are_one_content_until_the_last_holder_gives_it_up(contents: Contents) -> None:
    first, second = contents.of_bytes(b"abc", "jpg"), contents.of_bytes(b"abc", "jpg")
    assert (first, first.sha256, first.bytes) == (second, hashlib.sha256(b"abc").hexdigest(), 3)
    contents.release(first)
    assert first.path.read_bytes() == b"abc"
    assert contents.hold_if_here(first)
    contents.release(first)
    contents.release(first)
    assert not contents.hold_if_here(first)
    assert list(contents.folder.iterdir()) == []


def test_many_threads_take_and_give_up_the_same_content(contents: Contents) -> None:
    def once(_: int) -> bytes:
        content = contents.of_bytes(b"of all", "png")
        try:
            return content.path.read_bytes()
        finally:
            contents.release(content)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(once, range(200))) == {b"of all"}
    assert list(contents.folder.iterdir()) == []


def test_what_an_ended_program_left_is_removed_but_for_what_is_still_wanted(tmp_path: Path) -> None:
    before = Contents(tmp_path)
    kept, left = before.of_bytes(b"kept"), before.of_bytes(b"left")
    (tmp_path / ".draft-of-a-killed-one").write_bytes(b"half")
    after = Contents(tmp_path)
    after.clean_up([kept.path])
    assert list(tmp_path.iterdir()) == [kept.path]
    assert not left.path.exists()
    after.release(kept)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_taken_as_it_is_now(contents: Contents, tmp_path: Path) -> None:
    (source := tmp_path / "a.JPG").write_bytes(b"now")
    content = contents.of_file(source, 3)
    source.write_bytes(b"later")
    assert content.path.read_bytes() == b"now"
    with pytest.raises(NotDone, match="5 bytes; at most 3"):
        contents.of_file(source, 3)
    make_pipe(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotDone):
            contents.of_file(path, 3)


def test_a_url_is_brought_once_while_its_strong_etag_stays(contents: Contents) -> None:
    with Host() as host:
        url, urls = host.put(b"a" * 2000, "a.png"), UrlContents(contents, LOCAL)
        first = urls.bring(url, lambda _: False)
        again = urls.bring(url, lambda _: False)
        assert (first.is_here, again.is_here, again.content) == (True, False, first.content)
        whole = urls.bring(url, lambda _: True)
        assert (whole.is_here, urls.downloads) == (True, 2)
        host.put(b"b" * 2000, "a.png")
        changed = urls.bring(url, lambda _: False)
        assert changed.content.sha256 == hashlib.sha256(b"b" * 2000).hexdigest()
        host.etags = False
        assert urls.bring(url, lambda _: False).is_here
    with pytest.raises(NotDone):
        urls.bring(url, lambda _: False)


def test_who_wants_a_new_url_at_the_same_time_brings_it_once(contents: Contents) -> None:
    with Host() as host:
        url, urls = host.put(b"a" * 2000, "a.png"), UrlContents(contents, LOCAL)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: urls.bring(url, lambda _: False), range(8)))
    assert (urls.downloads, sum(one.is_here for one in found)) == (1, 1)


@pytest.mark.parametrize(
    ("etag", "strong"), [('"a"', True), ('W/"a"', False), ("a", False), ("", False), ('"a"b"', False), ('"\n"', False)]
)
def test_a_weak_validator_is_none(etag: str, *, strong: bool) -> None:
    assert is_strong(etag) is strong


def test_a_private_address_is_not_asked_whether_it_changed() -> None:
    with Host() as host:
        url = host.put(b"a", "a.png")
        with pytest.raises(NotDone, match="cannot reach"):
            is_unchanged(url, '"a"')
        host.redirects["/a.png"] = "http://10.0.0.1/a.png"
        with pytest.raises(NotDone, match="cannot reach"):
            is_unchanged(url, '"a"', loopback=True)
    assert set(host.asked) == {("/a.png", 302)}
