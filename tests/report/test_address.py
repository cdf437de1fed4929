"""Addresses: a name is escaped byte by byte and never becomes a scheme, a server or a query."""

import os
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report.address import uri_of
from preflight.values.assets import Asset


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("clip.mov", "clip.mov"),
        ("day 1/clip#2?.mov", "day%201/clip%232%3F.mov"),
        ("a:b", "a%3Ab"),
        ("100%.mov", "100%25.mov"),
        ("/media/clip.mov", "file:///media/clip.mov"),
        ("//server/clip.mov", "file:///server/clip.mov"),
        (os.fsdecode(b"\xff.mov"), "%FF.mov"),
        ("\ud800.mov", "%ED%A0%80.mov"),
        ("파일.mov", "%ED%8C%8C%EC%9D%BC.mov"),
        ("https://example.com/a b%20c.png", "https://example.com/a%20b%20c.png"),
        ("https://user:word@example.com/a.png?key=secret#part", "https://example.com/a.png?..."),
        ("https://example.com/100%", "https://example.com/100%25"),
    ],
)
def test_a_path_becomes_a_reference(path: str, uri: str) -> None:
    assert uri_of(Asset(path=path)) == uri


@given(st.binary(min_size=1, max_size=60).filter(lambda name: b"\0" not in name and not name.startswith(b"/")))
def test_any_name_can_be_had_back_from_its_address(name: bytes) -> None:
    asset = Asset(path=os.fsdecode(name))
    if asset.is_url:
        return
    parts = urlsplit(uri_of(asset))
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote_to_bytes(parts.path) == name
