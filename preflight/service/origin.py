"""Normalise the addresses of a service.

    HTTPS://API.Example.com.:443/v1/  →  https://api.example.com

Two spellings of one service give one origin, so that a request is not sent, and paid for, twice because of capitals.
"""

import ipaddress
import re
import socket
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import httpx

from preflight.values.assets import printable

ENDPOINTS = re.compile(
    r"/api/v1/files(/(upload(/stream)?|list|quota))?/?$|/v1(/(videos(/generations)?|tasks(/[^/]*)?|credits))?/?$"
)
"""Endings copied from the documents; the calls add them."""
NO_ADDRESS = (httpx.InvalidURL, ValueError)
"""Raised for texts that are no addresses; a UnicodeError is a ValueError."""
EDGES = " \t\r\n\f\v\u00a0\u200b\ufeff"
"""Characters stripped from both ends."""


def trimmed(text: str) -> str:
    """Strip blanks, line ends and invisible characters."""
    return text.strip(EDGES)


@lru_cache(64)
def normal(text: str) -> str:
    """Normalise an address to its origin; one service is asked again and again.

    Raises:
        NO_ADDRESS: it is no address.
    """
    url = read(text)
    host = _host(url.host)
    port = None if url.port in (None, {"http": 80, "https": 443}.get(url.scheme)) else url.port
    shown = f"[{host}]" if ":" in host else host
    path = ENDPOINTS.sub("", re.sub(r"/{2,}", "/", url.path)).rstrip("/ ")
    rebuilt = httpx.URL(f"{url.scheme}://{shown}{'' if port is None else f':{port}'}").copy_with(path=path or "/")
    return str(rebuilt).rstrip("/")


def read(text: str) -> httpx.URL:
    """Parse an address, full-width letters made plain.

    Raises:
        NO_ADDRESS: it is no address.
    """
    return httpx.URL(_plain_letters(trimmed(text)))


def spelled(text: str) -> str:
    """Normalise an address; other texts pass unchanged."""
    try:
        return normal(text)
    except NO_ADDRESS:
        return text


def same(one: str, other: str) -> bool:
    """Tell whether two addresses mean the same service; all loopback names are one."""
    return key(one) == key(other)


def key(text: str) -> str:
    """Build a key, equal for all spellings of one service; other texts are trimmed."""
    try:
        found = normal(text)
        url = httpx.URL(found)
    except NO_ADDRESS:
        return trimmed(text).rstrip("/").casefold()
    if not is_loopback_host(url.host):
        return found
    return str(url.copy_with(host="localhost")).rstrip("/")


def is_loopback_host(host: str) -> bool:
    """Tell whether a host is this machine, by name or address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def shown(text: str) -> str:
    """Format an address for messages: normalised, without user name and password."""
    try:
        return printable(normal(re.sub(r"^(https?://)[^/?#]*@", r"\1", trimmed(text), flags=re.IGNORECASE)))
    except NO_ADDRESS:
        return printable(re.sub(r"//[^/?#]*@", "//", text))[:200]


def _plain_letters(text: str) -> str:
    """Make full-width letters of the host plain, unless that creates a URL delimiter."""
    match = re.match(r"([a-z]+://)([^/?#]*)", text, re.IGNORECASE)
    if match is None:
        return text
    plain = unicodedata.normalize("NFKC", match[2])
    marks = [re.findall(r"[/?#@:\\]", one) for one in (plain, match[2])]
    return match[1] + plain + text[match.end() :] if marks[0] == marks[1] else text


def _host(host: str) -> str:
    """Normalise a host as resolvers do.

    Raises:
        UnicodeError: no host can have such a name.
    """
    import idna

    # As clients do: decode percent-encoding, make full-width letters and dots plain.
    name = unquote(host).rstrip(". ").lower()
    if not name.isascii() or "xn--" in name:
        name = idna.encode(name, uts46=True).decode("ascii").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).compressed
    except ValueError:
        pass
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", name):
        # 127.1 and 0x7f000001, as the system resolves them.
        try:
            return socket.inet_ntoa(socket.inet_aton(name))
        except OSError:
            return name
    return name
