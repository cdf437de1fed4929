"""Who may ask a page of this machine: by its names, from its own pages, with its token."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.server.access import Access, Refusal

ACCESS = Access(port=8080, token="the-token")  # noqa: S106 - of this test alone
HOST = "127.0.0.1:8080"


def refusal(
    method: str = "GET", path: str = "/api/state", query: str = "", host: str | None = HOST, **headers: str
) -> Refusal | None:
    named = [(name.replace("_", "-").lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    hosts = [] if host is None else [(b"host", host.encode())]
    raw = query.encode("utf-8", "surrogatepass")
    scope = {"type": "http", "method": method, "path": path, "query_string": raw, "headers": [*hosts, *named]}
    return ACCESS.refusal(scope)


def status(**asked: str | None) -> int | None:
    found = refusal(**asked)  # type: ignore[arg-type] # fields of a table
    return found.status if found else None


COOKIE = {"cookie": f"{ACCESS.cookie}=the-token"}
BEARER = {"authorization": "Bearer the-token"}


def test_an_address_is_loopback_and_its_secret_is_in_the_one_that_is_printed_alone() -> None:
    assert ACCESS.url == "http://127.0.0.1:8080/"
    assert ACCESS.secret_url.partition("?") == (ACCESS.url, "?", "token=the-token")
    assert "the-token" not in ACCESS.url + ACCESS.cookie


def test_every_server_has_a_token_of_its_own_that_nobody_guesses() -> None:
    tokens = {Access(port=1).token for _ in range(10)}
    assert len(tokens) == 10
    assert min(map(len, tokens)) >= 32


def test_a_cookie_is_this_port_s_read_by_no_script_and_sent_from_no_other_site() -> None:
    name, *marks = ACCESS.set_cookie.split("; ")
    assert name == "preflight-8080=the-token"
    assert {*marks} == {"Path=/", "HttpOnly", "SameSite=Strict"}


@pytest.mark.parametrize("host", [HOST, "localhost:8080"])
def test_it_is_called_by_its_names(host: str) -> None:
    assert status(host=host, **BEARER) is None


@pytest.mark.parametrize(
    "host", [None, "", "127.0.0.1", "127.0.0.1:80", "attacker.example:8080", "LOCALHOST:8080", "[::1]:8080"]
)
def test_by_no_other_name_even_with_the_token(host: str | None) -> None:
    assert status(host=host, **BEARER) == 421


def test_two_names_are_none() -> None:
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())] * 2,
    }
    assert ACCESS.refusal(scope) == Refusal(421, "this server is not called by that name")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"origin": f"http://{HOST}"}, None),
        ({"origin": "http://localhost:8080"}, None),
        ({"origin": f"https://{HOST}"}, 403),
        ({"origin": "http://attacker.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, None),
        ({"Sec_Fetch_Site": "none"}, None),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "path": "/"}, None),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "path": "/", "method": "POST"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "cors", "path": "/"}, 403),
    ],
)
def test_another_site_may_not_ask_and_a_link_to_the_page_may_be_followed(
    asked: dict[str, str], expected: int | None
) -> None:
    assert status(**BEARER, **asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (BEARER, None),
        (BEARER | {"method": "POST"}, None),
        ({"authorization": "Bearer the-tokem"}, 403),
        ({"authorization": "Bearer é"}, 403),
        ({"authorization": ""}, 403),
        (COOKIE, None),
        ({"cookie": f"a=b; {ACCESS.cookie}=the-token; c=d"}, None),
        ({"cookie": f"{ACCESS.cookie}="}, 403),
        ({"cookie": "preflight-8081=the-token"}, 403),
        ({"cookie": "\x00=;;; =; é"}, 403),
        ({"path": "/", "query": "token=the-token"}, None),
        ({"path": "/", "query": "token=the-token&token=other"}, None),
        ({"path": "/", "query": "token=other&token=the-token"}, 403),
        ({"path": "/api/state", "query": "token=the-token"}, 403),
        ({"path": "/", "query": "token=the-token", "method": "POST"}, 403),
        ({"path": "/", "query": "a&b&c&d&e&token=the-token"}, 403),
        ({"path": "/", "query": "token=é"}, 403),
        ({}, 403),
    ],
)
def test_a_token_is_in_a_header_a_cookie_or_the_address_that_opens_the_page(
    asked: dict[str, str], expected: int | None
) -> None:
    assert status(**asked) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_change_by_cookie_has_to_say_where_it_comes_from(method: str) -> None:
    assert status(method=method, **COOKIE) == 403
    assert status(method=method, origin=f"http://{HOST}", **COOKIE) is None


@given(st.text(max_size=20), st.text(max_size=20))
def test_nothing_but_the_token_opens_it_and_nothing_breaks_it(told: str, name: str) -> None:
    if "the-token" in told:
        return
    latin = told.encode("latin-1", "replace").decode("latin-1")
    asked = (
        {"authorization": f"Bearer {latin}"},
        {"cookie": f"{ACCESS.cookie}={latin}"},
        {"path": "/", "query": f"token={quote(told, errors='surrogatepass')}&{name}"},
        {"path": "/", "query": told},
    )
    assert [status(**one) for one in asked] == [403] * 4
