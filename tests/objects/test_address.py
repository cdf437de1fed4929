"""Addresses of objects: a key is taken letter by letter, and no secret is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.objects.address import Address, parse


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("s3://footage/a/b.mp4", Address("s3", "footage", "a/b.mp4")),
        ("GS://footage", Address("gs", "footage", "")),
        ("az://footage/", Address("az", "footage", "")),
        ("s3://a.b-c_d/x", Address("s3", "a.b-c_d", "x")),
        ("s3://footage//a", Address("s3", "footage", "/a")),
        ("s3://footage/a%20b?c#d", Address("s3", "footage", "a%20b?c#d")),
        ("s3://footage/a\nb", Address("s3", "footage", "a\nb")),
    ],
)
def test_nothing_in_a_key_is_decoded(url: str, address: Address) -> None:
    assert parse(url) == address


@given(st.sampled_from(["s3", "gs", "az"]), st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True), st.text())
def test_an_address_that_is_printed_is_the_same_one_read_again(scheme: str, bucket: str, key: str) -> None:
    address = Address(scheme, bucket, key)
    assert parse(str(address)) == address
    assert str(address).startswith(f"{address.root}/")


@pytest.mark.parametrize(
    "url", ["", "s3:", "s3://", "s3:///a", "https://a/b", "s3://-a/b", "s3://\u00fc/b", " s3://a/b", "file://a"]
)
def test_what_is_no_address_is_refused_with_what_is_one(url: str) -> None:
    with pytest.raises(CallError, match="expected s3://BUCKET/KEY"):
        parse(url)


def test_what_stands_before_an_at_is_not_repeated() -> None:
    with pytest.raises(CallError) as refused:
        parse("s3://key:secret@footage/a")
    assert "secret" not in str(refused.value)
