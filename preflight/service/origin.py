"""Addresses of a service as people spell them → the one origin that is written down and compared, everywhere.

    HTTPS://API.Example.com.:443/v1/  →  https://api.example.com

Scheme, host and path are all that counts of an address. Two spellings of one service have one origin, so that a
request is not sent, and paid for, a second time because somebody typed capitals.
"""

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import unquote

import httpx

from preflight.values.assets import printable

ENDPOINTS = re.compile(
    r"/api/v1/files(/(upload(/stream)?|list|quota))?/?$|/v1(/(videos(/generations)?|tasks(/[^/]*)?|credits))?/?$"
)
"""Ends of addresses that are copied from the documents: what the calls themselves add."""
NO_ADDRESS = (httpx.InvalidURL, ValueError)
"""What is raised for a text that is no address; a UnicodeError is a ValueError."""
EDGES = " \t\r\n\f\v\u00a0\u200b\ufeff"
"""What is cut off at both ends of an address."""


def trimmed(text: str) -> str:
    """Return a value without blanks, line ends and invisible marks around it."""
    return text.strip(EDGES)


def normal(text: str) -> str:
    """Return the origin of an address: without what makes no other service of it.

    Raises:
        NO_ADDRESS: it is none.
    """
    url = read(text)
    host = _host(url.host)
    port = None if url.port in (None, {"http": 80, "https": 443}.get(url.scheme)) else url.port
    shown = f"[{host}]" if ":" in host else host
    path = ENDPOINTS.sub("", re.sub(r"/{2,}", "/", url.path)).rstrip("/ ")
    rebuilt = httpx.URL(f"{url.scheme}://{shown}{'' if port is None else f':{port}'}").copy_with(path=path or "/")
    return str(rebuilt).rstrip("/")


def read(text: str) -> httpx.URL:
    """Return an address with all its parts, its letters plain.

    Raises:
        NO_ADDRESS: it is none.
    """
    return httpx.URL(_plain_letters(trimmed(text)))


def spelled(text: str) -> str:
    """Return the one spelling of an address; what is none stays."""
    try:
        return normal(text)
    except NO_ADDRESS:
        return text


def same(one: str, other: str) -> bool:
    """Tell whether two addresses mean the same service; this machine has several names."""
    return key(one) == key(other)


def key(text: str) -> str:
    """Return what is equal for all spellings of one service; of what is no address, the text without its edges."""
    try:
        found = normal(text)
        url = httpx.URL(found)
    except NO_ADDRESS:
        return trimmed(text).rstrip("/").casefold()
    if not is_loopback_host(url.host):
        return found
    return str(url.copy_with(host="localhost")).rstrip("/")


def is_loopback_host(host: str) -> bool:
    """Tell whether a host is this machine, by its name or address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def shown(text: str) -> str:
    """Return an address as a message may repeat it: its origin, without user name and password."""
    try:
        return printable(normal(re.sub(r"^(https?://)[^/?#]*@", r"\1", trimmed(text), flags=re.IGNORECASE)))
    except NO_ADDRESS:
        return printable(re.sub(r"//[^/?#]*@", "//", text))[:200]


def _plain_letters(text: str) -> str:
    """Return an address whose host's full-width letters and stops are plain; what would become a mark is left."""
    match = re.match(r"([a-z]+://)([^/?#]*)", text, re.IGNORECASE)
    if match is None:
        return text
    plain = unicodedata.normalize("NFKC", match[2])
    marks = [re.findall(r"[/?#@:\\]", one) for one in (plain, match[2])]
    return match[1] + plain + text[match.end() :] if marks[0] == marks[1] else text


def _host(host: str) -> str:
    """Return a host as the name service would be asked for it.

    Raises:
        UnicodeError: no host can have such a name.
    """
    import idna

    # As clients read it: percent-encoding is undone, full-width letters and other stops become plain ones.
    name = unquote(host).rstrip(". ").lower()
    if not name.isascii() or "xn--" in name:
        name = idna.encode(name, uts46=True).decode("ascii").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).compressed
    except ValueError:
        pass
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", name):
        # What the system's resolver makes of 127.1 and 0x7f000001.
        try:
            return socket.inet_ntoa(socket.inet_aton(name))
        except OSError:
            return name
    return name
