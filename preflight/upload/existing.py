"""A URL that exists already → a local copy to measure, if the service will be able to read it too.

The key is not known here. The address that was looked at is the address that is connected to, so no name can point
elsewhere in between; for that reason proxies of the environment are not used.
"""

import ipaddress
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from preflight.errors import CallError, NotDone, PreflightError, Unreachable
from preflight.place import remove
from preflight.upload.landing import save
from preflight.wire import Progress, client, fault, shown_url, translated

MAX_HOPS = 5
LIMIT_S = 300.0
"""How long one download may take."""
RANGE = {"Range": "bytes=0-1023"}
OK, PARTIAL = 200, 206
_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def fetch(  # noqa: PLR0913 - what, where to, how much, and what is handed in
    url: str,
    folder: Path,
    max_bytes: int,
    *,
    allow_private: bool = False,
    progress: Progress | None = None,
    transport: httpx.BaseTransport | None = None,
) -> Path:
    """Download a URL to a new file with a temporary name, which is the caller's to remove.

    Asks for it plainly, then for its first 1,024 bytes, as the service does.

    Args:
        url: an http or https address.
        folder: where the file is made.
        max_bytes: the most it may have.
        allow_private: whether addresses that only this machine or network can reach are allowed.
        progress: called with the bytes done and in all.
        transport: what carries the requests; None for real sockets.

    Raises:
        CallError: not an http or https URL, or one with a user name.
        NotDone: private, unreachable, not answered with 200, too large, cut short, or ranges are refused.
    """
    path = folder / f".preflight-{secrets.token_hex(8)}{_suffix(url)}"
    with client(proxies=False, transport=transport) as plain:
        try:
            with _named(url), _opened(plain, url, {}, allow_private=allow_private) as answer:
                _expect(answer, (OK,), "a plain GET")
                save(answer, path, max_bytes=max_bytes, limit_s=LIMIT_S, progress=progress)
            with _named(url), _opened(plain, url, RANGE, allow_private=allow_private) as answer:
                _expect(answer, (OK, PARTIAL), "a GET of the first 1,024 bytes")
        except BaseException:
            remove(path)
            raise
    return path


def is_public(address: str) -> bool:
    """Tell whether an address can be reached from anywhere, also when it is wrapped in an IPv6 one."""
    ip: _Ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else inner
        ip = inner or ip
    return ip.is_global and not ip.is_multicast


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Begin every message with the URL, as it may be shown."""
    name = shown_url(url)
    try:
        with translated(name):
            yield
    except OSError as error:
        raise NotDone(f"{name}: cannot be stored: {error.strerror or error}") from None
    except PreflightError as error:
        if error.message.startswith(name):
            raise
        raise type(error)(f"{name}: {error.message}", advice=error.advice) from None


@contextmanager
def _opened(plain: httpx.Client, url: str, headers: dict[str, str], *, allow_private: bool) -> Iterator[httpx.Response]:
    """Follow at most 5 redirects, looking at the address of each, and give the answer at their end."""
    here = httpx.URL(url)
    for _ in range(MAX_HOPS + 1):
        response = _asked(plain, here, headers, _addresses(here, allow_private=allow_private))
        try:
            if not response.has_redirect_location:
                yield response
                return
            here = here.join(response.headers["Location"])
        finally:
            response.close()
    raise NotDone(f"leads on and on: more than {MAX_HOPS} redirects")


def _asked(plain: httpx.Client, url: httpx.URL, headers: dict[str, str], addresses: list[str]) -> httpx.Response:
    """Ask the first address that takes the connection, under the name that was looked up."""
    host = {"Host": url.netloc.decode("ascii"), **headers}
    error: Exception = httpx.ConnectError("no address")
    for address in addresses:
        pinned = url.copy_with(host=address, fragment=None)
        request = plain.build_request("GET", pinned, headers=host, extensions=_extras(plain, url))
        try:
            return plain.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as failed:
            error = failed
    raise fault(error, shown_url(str(url))) from None


def _extras(plain: httpx.Client, url: httpx.URL) -> dict[str, object]:
    return {"sni_hostname": url.raw_host.decode("ascii"), "timeout": plain.timeout.as_dict()}


def _addresses(url: httpx.URL, *, allow_private: bool) -> list[str]:
    """Look a host up; refuse it when one of its addresses is not for everybody."""
    if url.scheme not in ("http", "https") or not url.host:
        raise CallError("not an http or https URL")
    if url.userinfo:
        raise CallError("carries a user name, which the service could not use")
    try:
        found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{url.host} has no address ({error.strerror})") from None
    addresses = list(dict.fromkeys(str(line[4][0]) for line in found))
    private = [address for address in addresses if not is_public(address)]
    if private and not allow_private:
        raise NotDone(
            f"{url.host} is {private[0]}, an address that the service cannot reach", advice="Upload the file."
        )
    return addresses


def _expect(response: httpx.Response, statuses: tuple[int, ...], asked: str) -> None:
    if response.status_code not in statuses:
        raise NotDone(
            f"{asked} was answered with HTTP {response.status_code}",
            advice="The service could not read it either: give a URL that is open to everybody.",
        )


def _suffix(url: str) -> str:
    match = re.search(r"\.[A-Za-z0-9]{1,5}$", re.split(r"[?#]", url, maxsplit=1)[0])
    return match[0].lower() if match else ""
