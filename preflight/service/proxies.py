"""Choose the environment's proxy for a URL, or say why it cannot be used.

    HTTPS_PROXY=http://proxy:3128   NO_PROXY=localhost,[::1],10.0.0.0/8,.example.com:8443

Names in NO_PROXY also cover their subdomains; addresses may be networks; a port narrows either.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote
from urllib.request import getproxies

import httpcore
import httpx

from preflight.errors import CallError
from preflight.service.origin import is_loopback_host, shown, trimmed
from preflight.values.phrase import phrase

SCHEMES = ("http", "https", "socks5", "socks5h")
SOCKS_TO = "Write socks5h://HOST:PORT (the proxy looks names up) or socks5://HOST:PORT."
INSTALL = "pip install 'preflight-media[socks]'"


def proxy_for(url: httpx.URL, told: Mapping[str, str] | None = None) -> httpcore.Proxy | None:
    """Choose the proxy for a URL; None where the environment names none, or excludes the host.

    Args:
        url: the address.
        told: scheme → proxy, and "no" → hosts; None for the system's settings.

    Raises:
        CallError: the proxy cannot be used.
    """
    proxies = getproxies() if told is None else told
    if is_loopback_host(url.host) or is_excluded(url, proxies.get("no", "")):
        return None
    for scheme in (url.scheme, "all"):
        if value := trimmed(proxies.get(scheme, "")):
            return read_proxy(value, f"{scheme.upper()}_PROXY")
    return None


def read_proxy(value: str, name: str) -> httpcore.Proxy:
    """Parse a proxy's address; HTTP where it has no scheme.

    Raises:
        CallError: it cannot be used; `name` is the variable named.
    """
    where = f"{name}: {shown(value)}"
    address = value if "://" in value else f"http://{value}"
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, UnicodeError):
        raise CallError(phrase("{q}: not the address of a proxy", q=where), advice="Write http://HOST:PORT.") from None
    if url.scheme.startswith("socks") and url.scheme not in SCHEMES:
        raise CallError(
            phrase("{q}: {w}:// does not say which version of SOCKS", q=where, w=url.scheme), advice=SOCKS_TO
        )
    if url.scheme not in SCHEMES or not re.fullmatch(r"[\w.:-]+(%\w+)?", url.host):
        raise CallError(phrase("{q}: not the address of a proxy", q=where), advice="Write http://HOST:PORT.")
    if url.scheme.startswith("socks") and not _has_socks():
        raise CallError(
            phrase("{q}: proxies that speak SOCKS need socksio, which is not installed", q=where),
            advice=INSTALL,
        )
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 1080)
    bare = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=b"/")
    auth = (unquote(url.username).encode(), unquote(url.password).encode()) if url.userinfo else None
    return httpcore.Proxy(bare, auth=auth)


def is_excluded(url: httpx.URL, hosts: str) -> bool:
    """Tell whether NO_PROXY excludes a URL's host."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    for host, only_port in _excluded(hosts):
        if only_port in (None, port) and (host == "*" or _covers(host, url.host.rstrip(".").lower())):
            return True
    return False


def named_proxies(told: Mapping[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield variable and value of each proxy set."""
    proxies = getproxies() if told is None else told
    for scheme in ("http", "https", "all"):
        if value := trimmed(proxies.get(scheme, "")):
            yield f"{scheme.upper()}_PROXY", value


def _excluded(hosts: str) -> Iterator[tuple[str, int | None]]:
    """Yield the hosts, networks and domains of NO_PROXY, with the port where one is given."""
    for entry in re.split(r"[,\s]+", trimmed(hosts)):
        bare = re.sub(r"^[a-z]+://", "", entry.lower())
        match = re.fullmatch(r"\[([0-9a-f:.]+)\](/[0-9]+)?(?::([0-9]{1,5}))?", bare)
        if match:
            yield match[1] + (match[2] or ""), int(match[3]) if match[3] else None
            continue
        name, mark, port = bare.rpartition(":")
        if mark and ":" not in name and port.isascii() and port.isdecimal() and len(port) <= 5:  # noqa: PLR2004 - ports have 5 digits
            yield name, int(port)
        elif bare:
            yield bare, None


def _covers(entry: str, host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        ending = entry.removeprefix("*").strip(".")
        return bool(ending) and (host == ending or host.endswith(f".{ending}"))
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _has_socks() -> bool:
    from importlib.util import find_spec

    return find_spec("socksio") is not None
