"""What the environment says of proxies and certificates is used, or named as what it is."""

import socket
import threading

import httpx
import pytest

from preflight.errors import CallError, Unreachable
from preflight.service.http import HttpChannel
from preflight.service.proxies import is_excluded, proxy_for, read_proxy
from tests.upload.stranger import KEY, Stranger, say

FAR = "https://api.example.com"


@pytest.mark.parametrize(
    ("hosts", "url", "out"),
    [
        ("localhost,[::1]", FAR, False),
        ("[::1]", "https://[::1]", True),
        ("::1", "https://[::1]", True),
        ("[2001:db8::]/32", "https://[2001:db8::7]", True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("192.168.1.7", "https://192.168.1.7", True),
        ("example.com", FAR, True),
        (".example.com", FAR, True),
        ("*.example.com", FAR, True),
        ("ample.com", FAR, False),
        ("EXAMPLE.com ", FAR, True),
        ("api.example.com:443", FAR, True),
        ("api.example.com:8443", FAR, False),
        ("a.b, api.example.com c.d", FAR, True),
        ("https://api.example.com", FAR, True),
        ("*", FAR, True),
        ("", FAR, False),
        (",,,", FAR, False),
        ("10.0.0.0/99,[::1]/x,%%,[", FAR, False),
    ],
)
def test_no_proxy_is_read_as_people_write_it(hosts: str, url: str, out: bool) -> None:
    assert is_excluded(httpx.URL(url), hosts) is out


@pytest.mark.parametrize(
    ("value", "scheme", "host", "port"),
    [
        ("http://proxy:3128", b"http", b"proxy", 3128),
        ("proxy:3128", b"http", b"proxy", 3128),
        ("http://proxy", b"http", b"proxy", 80),
        ("https://proxy", b"https", b"proxy", 443),
        ("socks5://proxy", b"socks5", b"proxy", 1080),
        ("socks5h://user:p%40ss@[::1]:9", b"socks5h", b"::1", 9),
    ],
)
def test_a_proxy_is_read(value: str, scheme: bytes, host: bytes, port: int) -> None:
    proxy = read_proxy(value, "X")
    assert (proxy.url.scheme, proxy.url.host.strip(b"[]"), proxy.url.port) == (scheme, host, port)
    assert proxy.auth == ((b"user", b"p@ss") if "user" in value else None)


@pytest.mark.parametrize(
    "value",
    ["socks://p:1", "socks4://p:1", "socks4a://p", "ftp://p", "http://", "http://[", "://", "socks5://u:secret@"],
)
def test_what_is_no_proxy_is_named_without_its_password(value: str) -> None:
    with pytest.raises(CallError, match=r"^ALL_PROXY: ") as caught:
        read_proxy(value, "ALL_PROXY")
    assert "secret" not in caught.value.message
    assert caught.value.advice


def test_socks_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.service.proxies._has_socks", lambda: False)
    with pytest.raises(CallError, match="SOCKS") as caught:
        read_proxy("socks5://p:1", "ALL_PROXY")
    assert caught.value.advice == "pip install 'preflight-media[socks]'"


def test_the_nearest_variable_counts_and_this_machine_needs_no_proxy() -> None:
    told = {"https": " http://a:1\r", "all": "http://b:2"}
    found = proxy_for(httpx.URL(FAR), told)
    assert found is not None
    assert found.url.port == 1
    other = proxy_for(httpx.URL("http://x.example"), told)
    assert other is not None
    assert other.url.port == 2
    for url in ("http://127.0.0.1:1", "http://localhost", "https://[::1]", "http://a.localhost"):
        assert proxy_for(httpx.URL(url), told) is None
    assert proxy_for(httpx.URL(FAR), {"all": "http://b:2", "no": "*"}) is None


def test_a_service_is_asked_by_way_of_the_proxy_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with Stranger(say(b"", 407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "localhost,[::1],10.0.0.0/8")
        with HttpChannel(FAR, KEY) as line, pytest.raises(Unreachable, match="the proxy gave no connection"):
            line.call("GET", "/v1/credits")
    assert [heard.method for heard in proxy.heard] == ["CONNECT"]
    assert KEY not in str(proxy.heard)


def test_a_socks_proxy_is_spoken_to(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    def answer(port: socket.socket) -> None:
        connection, _ = port.accept()
        with connection:
            heard.append(connection.recv(100))
            connection.sendall(b"\x05\x00")
            heard.append(connection.recv(200))
            connection.sendall(b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00")

    with socket.create_server(("127.0.0.1", 0)) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{port.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        thread = threading.Thread(target=answer, args=(port,))
        thread.start()
        with HttpChannel(FAR, KEY) as line, pytest.raises(Unreachable):
            line.call("GET", "/v1/credits")
        thread.join()
    assert heard[0].startswith(b"\x05")
    assert b"api.example.com" in heard[1]
