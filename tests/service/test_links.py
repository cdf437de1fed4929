"""Links as people and services write them become addresses, and nothing else does."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.service.http import ResponseLost
from preflight.service.links import encoded, redirect_target

HERE = httpx.URL("https://example.com/a/b?c=d")
PLAIN = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://example.com/a b.png", "https://example.com/a%20b.png"),
        ("https://example.com/a%20b.png", "https://example.com/a%20b.png"),
        ("https://example.com/길.mp4?q=é", "https://example.com/%EA%B8%B8.mp4?q=%C3%A9"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ],
)
def test_blanks_and_letters_are_encoded_and_what_is_encoded_stays(written: str, url: str) -> None:
    assert str(encoded(written)) == url


@given(PLAIN)
def test_encoding_is_done_once_and_stays_on_its_host(path: str) -> None:
    once = encoded(f"https://example.com/{path}")
    assert once.host == "example.com"
    assert str(once).isascii()
    assert encoded(str(once)) == once


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\0", "\x1f", "\x7f", "\t"])
@pytest.mark.parametrize(
    "place", ["{}https://example.com/a", "https://exa{}mple.com/a", "https://example.com/a{}Key: x"]
)
def test_a_line_end_in_an_address_is_refused_and_not_repeated(place: str, break_: str) -> None:
    with pytest.raises(CallError, match="a line end or another control character") as refused:
        encoded(place.format(break_))
    assert refused.value.message.isprintable()


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_wrong_call(text: str) -> None:
    try:
        assert isinstance(encoded(text), httpx.URL)
    except CallError as refused:
        assert str(refused)  # noqa: PT017 - some texts are addresses, and some are not


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("/x", "https://example.com/x"),
        ("x", "https://example.com/a/x"),
        ("?y", "https://example.com/a/b?y"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example/x", "http://other.example/x"),
    ],
)
def test_a_redirect_leads_on_from_where_it_was_met(location: str, there: str) -> None:
    assert str(redirect_target(HERE, httpx.Response(302, headers={"Location": location}))) == there


@pytest.mark.parametrize("location", ["ftp://example.com/x", "file:///etc/passwd", "javascript:alert(1)", "http:///x"])
def test_a_redirect_to_something_else_than_the_web_is_refused(location: str) -> None:
    with pytest.raises(CallError, match="not an http or https URL"):
        redirect_target(HERE, httpx.Response(302, headers={"Location": location}))


@pytest.mark.parametrize("location", [b"http://[::1", b"http://a:port/"])
def test_a_redirect_to_no_address_is_a_lost_response(location: bytes) -> None:
    with pytest.raises(ResponseLost, match="no address"):
        redirect_target(HERE, httpx.Response(302, headers={b"Location": location}))
