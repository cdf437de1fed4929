"""Download an existing URL to measure it, if the service can read it too.

The key is not known here. The address that was checked is the one connected to, so DNS cannot redirect in between; the
environment's proxies are therefore not used.
"""

import ipaddress
import re
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx

from preflight.errors import CallError, NotDone, PreflightError, Unreachable
from preflight.files.atomic import remove
from preflight.service.download import save
from preflight.service.http import Progress, cleaned, client, fault, shown_url, translated
from preflight.service.links import encoded, redirect_target
from preflight.service.transport import Client
from preflight.values.networks import is_public
from preflight.values.phrase import phrase

MAX_HOPS = 5
LIMIT_S = 300.0
"""Seconds for one download."""
BEGINNING_BYTES = 1024
RANGE = {"Range": f"bytes=0-{BEGINNING_BYTES - 1}"}
FIRST = {"Range": "bytes=0-0"}
OK, PARTIAL, UNCHANGED = 200, 206, 304
MEDIA = re.compile(r"(image|video|audio)/.+|(application|binary)/octet-stream|application/(mp4|ogg)|", re.IGNORECASE)
"""Content types of media; a missing one is accepted, the content decides."""
Reach = Literal["public", "loopback", "all"]
"""Which addresses may be asked, each redirect's too."""
Heard = Callable[[httpx.Headers], None]


def fetch(  # noqa: PLR0913 - what, where to, how much, and what is handed in
    url: str,
    folder: Path,
    max_bytes: int,
    *,
    allow_private: bool = False,
    loopback: bool = False,
    limit_s: float = LIMIT_S,
    progress: Progress | None = None,
    agent: str | None = None,
    heard: Heard | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Path:
    """Download a URL to a new temporary file, which the caller removes.

    Requests it plainly, then its first 1,024 bytes, as the service does; both must begin alike.

    Args:
        url: an http or https address.
        folder: where the file is made.
        max_bytes: its greatest size.
        allow_private: whether private addresses are allowed.
        loopback: whether those of this machine are, and no other private ones.
        limit_s: seconds for one response.
        progress: called with the bytes done and in all.
        agent: User-Agent; None for preflight's own.
        heard: called with the headers of the response that is saved.
        transport: carries the requests; None for real sockets.

    Raises:
        CallError: not an http or https URL, or one with a user name.
        NotDone: private, unreachable, not 200, served as a page or another type that is no medium, too large, cut
            short, ranges are refused, or a second response is another file.
    """
    path = folder / f".preflight-{secrets.token_hex(8)}{_suffix(url)}"
    reach = _reach(allow_private=allow_private, loopback=loopback)
    with _whole_or_removed(path), client(agent=agent, proxies=False, limit_s=limit_s, transport=transport) as plain:
        with _named(url), _opened(plain, url, {}, reach) as response:
            _expect_file(response)
            if heard:
                heard(response.headers)
            with path.open("xb") as file:
                save(response, file, max_bytes=max_bytes, limit_s=limit_s, progress=progress)
        with _named(url), _opened(plain, url, RANGE, reach) as response:
            _expect(response, (OK, PARTIAL), "a GET of the first 1,024 bytes")
            _expect_alike(response, path)
    return path


@contextmanager
def _whole_or_removed(path: Path) -> Iterator[None]:
    """Remove a file where a block fails."""
    try:
        yield
    except BaseException:
        remove(path)
        raise


def is_unchanged(  # noqa: PLR0913 - what, what was told of it before, and as whom
    url: str,
    etag: str,
    *,
    allow_private: bool = False,
    loopback: bool = False,
    limit_s: float = LIMIT_S,
    agent: str | None = None,
    transport: httpx.BaseTransport | None = None,
) -> bool:
    """Ask a host whether a URL still leads to the same bytes; no file is read.

    Args:
        url: the address.
        etag: the strong validator that came with the bytes (RFC 9110, 8.8.3).
        allow_private: as for `fetch`.
        loopback: as for `fetch`.
        limit_s: as for `fetch`.
        agent: as for `fetch`.
        transport: as for `fetch`.

    Raises:
        CallError, NotDone: as `fetch`; a host that answers otherwise has changed it.
    """
    headers, reach = {"If-None-Match": etag}, _reach(allow_private=allow_private, loopback=loopback)
    with (
        client(agent=agent, proxies=False, limit_s=limit_s, transport=transport) as plain,
        _named(url),
        _opened(plain, url, headers, reach) as response,
    ):
        same = response.headers.get("ETag") == etag
        return response.status_code == UNCHANGED or (response.status_code == OK and same)


def is_strong(etag: str) -> bool:
    """Tell whether a validator changes with every byte: `"..."`, and not `W/"..."`."""
    return re.fullmatch(r'"[\x21\x23-\x7e]{1,512}"', etag) is not None


def first_byte(url: str, size: int, *, transport: httpx.BaseTransport | None = None) -> None:
    """Request the first byte of an uploaded file, as the service would.

    Args:
        url: the uploaded file's.
        size: its size in bytes; the response must not state another.
        transport: carries the request; None for real sockets.

    Raises:
        NotDone: there is no response, or not with that file.
    """
    headers = {"Accept": "*/*", **(FIRST if size else {})}
    with (
        _named(url),
        client(transport=transport) as plain,
        plain.stream("GET", encoded(url), headers=headers) as response,
    ):
        _expect(response, (OK, PARTIAL), "a GET of the first byte")
        told = _stated_size(response)
        if told not in (None, size):
            raise NotDone(phrase("has {n1} bytes, and {n2} were uploaded", n1=f"{told:,}", n2=f"{size:,}"))


def _stated_size(response: httpx.Response) -> int | None:
    """Read the size of the whole file from a response's headers; None where missing."""
    partial = response.status_code == PARTIAL
    text = response.headers.get("Content-Range" if partial else "Content-Length", "")
    found = re.fullmatch(r"bytes [0-9-]+/([0-9]{1,18})" if partial else r"([0-9]{1,18})", text)
    return int(found[1]) if found else None


def private_address(url: str) -> str | None:
    """Find a private address of a URL's host; None where there is none, or DNS fails."""
    try:
        return _private(_looked_up(httpx.URL(url)))
    except OSError:
        return None


def _private(addresses: Iterable[str]) -> str | None:
    return next((address for address in addresses if not is_public(address)), None)


def _beyond(addresses: Iterable[str], reach: Reach) -> str | None:
    """Find an address that may not be asked; None where there is none."""
    if reach == "all":
        return None
    return _private(one for one in addresses if reach == "public" or not ipaddress.ip_address(one).is_loopback)


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Begin every message with the URL, secrets removed."""
    name = shown_url(url)
    try:
        with translated(name):
            yield
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be stored: {why}", q=name, why=error.strerror or error)) from None
    except PreflightError as error:
        if error.message.startswith(name):
            raise
        raise type(error)(phrase("{q}: {fault}", q=name, fault=error.message), advice=error.remedies) from None


def _reach(*, allow_private: bool, loopback: bool) -> Reach:
    return "all" if allow_private else "loopback" if loopback else "public"


@contextmanager
def _opened(plain: Client, url: str, headers: dict[str, str], reach: Reach) -> Iterator[httpx.Response]:
    """Follow at most 5 redirects, checking each address, and yield the last response."""
    here = encoded(url)
    for _ in range(MAX_HOPS + 1):
        response = _requested(plain, here, headers, _addresses(here, reach))
        try:
            if not response.has_redirect_location:
                yield response
                return
            here = redirect_target(here, response)
        finally:
            response.close()
    raise NotDone(phrase("leads on and on: more than {n} redirects", n=MAX_HOPS))


def _requested(plain: Client, url: httpx.URL, headers: dict[str, str], addresses: list[str]) -> httpx.Response:
    """Request the first address that connects, under the name that was looked up."""
    host = {"Host": url.netloc.decode("ascii"), **headers}
    error: Exception = httpx.ConnectError("no address")
    for address in addresses:
        pinned = url.copy_with(host=address, fragment=None)
        try:
            return plain.send("GET", pinned, headers=host, extensions={"sni_hostname": url.raw_host.decode("ascii")})
        except (httpx.ConnectError, httpx.ConnectTimeout) as failed:
            error = failed
    raise fault(error, shown_url(str(url))) from None


def _addresses(url: httpx.URL, reach: Reach) -> list[str]:
    """Look a host up; refuse it where one of its addresses is private."""
    if url.scheme not in ("http", "https") or not url.host:
        raise CallError("not an http or https URL")
    if url.userinfo:
        raise CallError("carries a user name, which the service could not use")
    try:
        addresses = _looked_up(url)
    except OSError as error:
        raise Unreachable(phrase("{q} has no address ({why})", q=url.host, why=error.strerror)) from None
    if private := _beyond(addresses, reach):
        words = "{q} is {q2}, an address that the service cannot reach"
        if url.host == private:
            words = "{q} is an address that the service cannot reach"
        raise NotDone(phrase(words, q=url.host, q2=private), advice="Upload the file.")
    return addresses


def _looked_up(url: httpx.URL) -> list[str]:
    found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(line[4][0]) for line in found))


def _expect(response: httpx.Response, statuses: tuple[int, ...], asked: str) -> None:
    if response.status_code not in statuses:
        raise NotDone(
            phrase("{q1} was answered with HTTP {q2}", q1=asked, q2=response.status_code),
            advice="The service could not read it either: give a URL that is open to everybody.",
        )


def _expect_file(response: httpx.Response) -> None:
    """Refuse what is no whole file, and content types that are no media, such as a login page."""
    _expect(response, (OK,), "a plain GET")
    served = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if not MEDIA.fullmatch(served):
        raise NotDone(
            phrase("is served as {q}, which is no picture, clip or sound", q=cleaned(served)[:80]),
            advice="Is it a page about the file? Give the address of the file itself.",
        )


def _expect_alike(response: httpx.Response, path: Path) -> None:
    """Compare the first bytes of a second response with the downloaded file."""
    with path.open("rb") as file:
        wanted = file.read(BEGINNING_BYTES)
    got = b""
    for piece in response.iter_raw(BEGINNING_BYTES):
        got += piece
        if len(got) >= len(wanted):
            break
    if got[: len(wanted)] != wanted:
        raise NotDone("gave another file when it was asked a second time", advice="Give a URL that stays the same.")


def _suffix(url: str) -> str:
    match = re.search(r"\.[A-Za-z0-9]{1,5}$", re.split(r"[?#]", url, maxsplit=1)[0])
    return match[0].lower() if match else ""
