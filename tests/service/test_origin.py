"""However an address is spelled, a service has one origin."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.service.http import is_loopback, origin_of
from preflight.service.origin import key, normal, same, shown

HOME = "https://api.example.com"
SPELLINGS = (
    *("HTTPS://api.example.com", "https://API.Example.COM", "https://api.example.com/", "https://api.example.com:443"),
    *(
        "https://api.example.com.",
        " https://api.example.com\r\n",
        "https://api.example.com//",
        "https://api.example.com/v1",
    ),
    *("https://api.example.com:0443/v1/", "https://api.example.com/v1/videos/generations", "https://%61pi.example.com"),
    *(
        "https://\uff41pi.example.com",
        "https://api\u3002example\u3002com",
        "\ufeffhttps://api.example.com",
        "https://api.example.com:",
    ),
)


@pytest.mark.parametrize("text", SPELLINGS)
def test_spellings_of_one_service_have_one_origin(text: str) -> None:
    assert normal(text) == HOME
    assert origin_of(text) == HOME
    assert same(text, HOME)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "http://127.0.0.1:8787",
            "http://LOCALHOST:8787/",
            "http://localhost.:8787",
            "http://127.1:8787",
            "http://[::1]:8787",
        ),
        *(
            "http://0x7f000001:8787",
            "http://2130706433:8787",
            "http://[0:0:0:0:0:0:0:1]:8787/v1",
            "http://[::ffff:127.0.0.1]:8787",
        ),
    ],
)
def test_this_machine_has_many_names(text: str) -> None:
    assert same(text, "http://localhost:8787")
    assert is_loopback(text)
    origin_of(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.example.com", "http://api.example.com"),
        ("https://api.example.com", "https://api.example.com:8443"),
        ("https://api.example.com", "https://api.example.org"),
        ("https://api.example.com", "https://api.example.com/proxy"),
        ("https://api.example.com/A", "https://api.example.com/a"),
        ("http://localhost:1", "http://localhost:2"),
        ("https://api.example.com", "https://api.example.com/v1beta"),
        ("https://b\u00fccher.example", "https://bucher.example"),
    ],
)
def test_what_differs_is_another_service(one: str, other: str) -> None:
    assert not same(one, other)


def test_names_of_other_scripts_are_one_with_their_ascii_form() -> None:
    assert (
        normal("https://B\u00fccher.example")
        == normal("https://XN--bcher-kva.example")
        == "https://xn--bcher-kva.example"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example.com",
        "https://",
        "ftp://x",
        "https://u:p@x",
        "https://x?a=1",
        "https://x:port",
        "https://a\u2100b",
    ],
)
def test_what_is_no_address_of_a_service_is_a_wrong_call_and_hides_its_secrets(text: str) -> None:
    with pytest.raises(CallError) as caught:
        origin_of(text)
    assert ":p@" not in caught.value.message
    assert ":p@" not in shown(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_key_and_equal_texts_have_one(one: str, other: str) -> None:
    assert key(one) == key(one + " ") == key(" " + one)
    assert same(one, other) == same(other, one)


@given(
    st.sampled_from(["http", "https"]),
    st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9](\.[a-z][a-z0-9]{1,5}){1,2}", fullmatch=True),
    st.integers(1, 65535) | st.none(),
    st.from_regex(r"(/[a-z0-9._~-]{1,6}){0,2}", fullmatch=True),
)
def test_an_origin_is_its_own_origin(scheme: str, host: str, port: int | None, path: str) -> None:
    text = f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"
    found = normal(text)
    assert normal(found) == found
    assert same(text.replace(host, host.upper()), text)
    assert httpx.URL(found).host == host
