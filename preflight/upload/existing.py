"""Download an existing URL to measure it, if the service can read it too.

The key is not known here. The address that was checked is the one connected to, so DNS cannot redirect in between; the
environment's proxies are therefore not used.
"""

import re
import secrets
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from preflight.errors import CallError, NotDone, PreflightError, Unreachable
from preflight.files.atomic import remove
from preflight.service.download import save
from preflight.service.http import Progress, cleaned, client, fault, shown_url, translated
from preflight.service.links import encoded, redirect_target
from preflight.service.transport import Client
from preflight.values.networks import is_public

MAX_HOPS = 5
LIMIT_S = 300.0
"""Seconds for one download."""
BEGINNING_BYTES = 1024
RANGE = {"Range": f"bytes=0-{BEGINNING_BYTES - 1}"}
FIRST = {"Range": "bytes=0-0"}
OK, PARTIAL = 200, 206
MEDIA = re.compile(r"(image|video|audio)/.+|(application|binary)/octet-stream|application/(mp4|ogg)|", re.IGNORECASE)
"""Content types of media; a missing one is accepted, the content decides."""


def fetch(  # noqa: PLR0913 - what, where to, how much, and what is handed in
    url: str,
    folder: Path,
    max_bytes: int,
    *,
    allow_private: bool = False,
    progress: Progress | None = None,
    agent: str | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Path:
    """Download a URL to a new temporary file, which the caller removes.

    Requests it plainly, then its first 1,024 bytes, as the service does; both must begin alike.

    Args:
        url: an http or https address.
        folder: where the file is made.
        max_bytes: its greatest size.
        allow_private: whether private addresses are allowed.
        progress: called with the bytes done and in all.
        agent: User-Agent; None for preflight's own.
        transport: carries the requests; None for real sockets.

    Raises:
        CallError: not an http or https URL, or one with a user name.
        NotDone: private, unreachable, not 200, served as a page or another type that is no medium, too large, cut
            short, ranges are refused, or a second response is another file.
    """
    path = folder / f".preflight-{secrets.token_hex(8)}{_suffix(url)}"
    with client(agent=agent, proxies=False, limit_s=LIMIT_S, transport=transport) as plain:
        try:
            with _named(url), _opened(plain, url, {}, allow_private=allow_private) as response:
                _expect(response, (OK,), "a plain GET")
                _expect_medium(response)
                with path.open("xb") as file:
                    save(response, file, max_bytes=max_bytes, limit_s=LIMIT_S, progress=progress)
            with _named(url), _opened(plain, url, RANGE, allow_private=allow_private) as response:
                _expect(response, (OK, PARTIAL), "a GET of the first 1,024 bytes")
                _expect_alike(response, path)
        except BaseException:
            remove(path)
            raise
    return path


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
            raise NotDone(f"has {told:,} bytes, and {size:,} were uploaded")


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


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Begin every message with the URL, secrets removed."""
    name = shown_url(url)
    try:
        with translated(name):
            yield
    except OSError as error:
        raise NotDone(f"{name}: cannot be stored: {error.strerror or error}") from None
    except PreflightError as error:
        if error.message.startswith(name):
            raise
        raise type(error)(f"{name}: {error.message}", advice=error.remedies) from None


@contextmanager
def _opened(plain: Client, url: str, headers: dict[str, str], *, allow_private: bool) -> Iterator[httpx.Response]:
    """Follow at most 5 redirects, checking each address, and yield the last response."""
    here = encoded(url)
    for _ in range(MAX_HOPS + 1):
        response = _requested(plain, here, headers, _addresses(here, allow_private=allow_private))
        try:
            if not response.has_redirect_location:
                yield response
                return
            here = redirect_target(here, response)
        finally:
            response.close()
    raise NotDone(f"leads on and on: more than {MAX_HOPS} redirects")


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


def _addresses(url: httpx.URL, *, allow_private: bool) -> list[str]:
    """Look a host up; refuse it where one of its addresses is private."""
    if url.scheme not in ("http", "https") or not url.host:
        raise CallError("not an http or https URL")
    if url.userinfo:
        raise CallError("carries a user name, which the service could not use")
    try:
        addresses = _looked_up(url)
    except OSError as error:
        raise Unreachable(f"{url.host} has no address ({error.strerror})") from None
    if not allow_private and (private := _private(addresses)):
        said = "" if url.host == private else f"{private}, "
        raise NotDone(f"{url.host} is {said}an address that the service cannot reach", advice="Upload the file.")
    return addresses


def _looked_up(url: httpx.URL) -> list[str]:
    found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(line[4][0]) for line in found))


def _expect(response: httpx.Response, statuses: tuple[int, ...], asked: str) -> None:
    if response.status_code not in statuses:
        raise NotDone(
            f"{asked} was answered with HTTP {response.status_code}",
            advice="The service could not read it either: give a URL that is open to everybody.",
        )


def _expect_medium(response: httpx.Response) -> None:
    """Refuse content types that are no media, such as a login page."""
    served = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if not MEDIA.fullmatch(served):
        raise NotDone(
            f"is served as {cleaned(served)[:80]}, which is no picture, clip or sound",
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
