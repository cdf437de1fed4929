"""A store is asked letter by letter, again where it is at fault, and its own words say why it refuses."""

from urllib.parse import urlsplit

import pytest

from preflight.objects.wire import TRIES, Response, get, listing, told
from scripts.bucket_server import Answer, Bucket, said


def test_a_target_is_asked_for_letter_by_letter_and_signed_each_time(bucket: Bucket) -> None:
    bucket.put("a/../b//c.mp4", b"x")
    busy = Answer(503, said("SlowDown", "Slow down."))
    bucket.faults["a/../b//c.mp4"] = lambda *_: busy if bucket.requests() < TRIES - 1 else None
    times = iter(range(9))
    answer = get(urlsplit(bucket.url), "/material/a/../b//c.mp4", {}, lambda: {"x-time": str(next(times))})
    assert (answer.status, answer.body) == (200, b"x")
    assert [one.headers["x-time"] for one in bucket.asked] == ["0", "1", "2"]
    bucket.faults["a/../b//c.mp4"] = lambda *_: busy
    assert get(urlsplit(bucket.url), "/material/a/../b//c.mp4", {}, dict).status == 503


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>", r"no \[AccessDenied\]"),
        (418, b"teapot", "HTTP 418"),
        (200, b"<html>log in", "its listing cannot be read"),
    ],
)
def test_what_is_no_listing_is_an_error_in_the_stores_words(status: int, body: bytes, words: str) -> None:
    with pytest.raises(OSError, match=words):
        listing(Response(status, {}, body))


def test_names_lose_their_spaces() -> None:
    page = b'<a:Error xmlns:a="urn:b"><a:Code>X</a:Code><a:Message>y</a:Message></a:Error>'
    assert told(Response(400, {}, page)) == "y [X]"
