"""Public and private network addresses: one table for downloads, redirects and sent links.

In: an address or a host name. Out: whether everybody can reach it. Malformed addresses and reserved names count as
private.

Source: IANA, IPv4 and IPv6 Special-Purpose Address Registries, and RFC 4291 for those they omit; read 2026-11-29.
"""

import ipaddress
import re
import socket
import unicodedata
from functools import cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NOT_PUBLIC = (
    "0.0.0.0/8",  # this network, RFC 791
    "10.0.0.0/8",  # private, RFC 1918
    "100.64.0.0/10",  # shared, RFC 6598
    "127.0.0.0/8",  # loopback, RFC 1122
    "169.254.0.0/16",  # link-local, RFC 3927: a cloud's metadata service, too
    "172.16.0.0/12",  # private, RFC 1918
    "192.0.0.0/24",  # protocol assignments, RFC 6890
    "192.0.2.0/24",  # documentation, RFC 5737
    "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
    "192.168.0.0/16",  # private, RFC 1918
    "198.18.0.0/15",  # benchmarks, RFC 2544
    "198.51.100.0/24",  # documentation, RFC 5737
    "203.0.113.0/24",  # documentation, RFC 5737
    "224.0.0.0/4",  # multicast, RFC 5771
    "240.0.0.0/4",  # reserved, RFC 1112, with 255.255.255.255
    "2001::/23",  # protocol assignments, RFC 2928: Teredo and benchmarks among them
    "2001:db8::/32",  # documentation, RFC 3849
    "3fff::/20",  # documentation, RFC 9637
)
"""Networks that are not public; of IPv6, those within global unicast."""
PUBLIC_WITHIN = (
    *("192.0.0.9/32", "192.0.0.10/32"),  # anycast, RFC 7723 and 8155
    *("2001:1::1/128", "2001:1::2/128", "2001:1::3/128"),  # anycast, RFC 7723, 8155 and 9665
    *("2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28"),  # AMT, AS112, ORCHIDv2, drone ids
)
"""Public networks within those."""
GLOBAL_UNICAST = "2000::/3"
"""Allocated IPv6 space, RFC 4291 2.4. Outside it are loopback, unique local, link-local, the old site-local
(fec0::/10), 64:ff9b:1::/48, 100::/64, 5f00::/16, multicast and mapped addresses."""
NAT64 = "64:ff9b::/96"
"""Prefix that embeds an IPv4 address and routes to it, RFC 6052."""
PRIVATE_ENDINGS = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "home.arpa",
    "test",
    "invalid",
    "onion",
)
"""Top-level names that are never public: RFC 6761, 6762, 7686 and 8375, and common private ones."""
NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
IPV4_BITS = 0xFFFFFFFF


@cache
def _networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(map(ipaddress.ip_network, written))


def _within(address: Address, written: tuple[str, ...]) -> bool:
    return any(address in network for network in _networks(written))


def is_public(address: str) -> bool:
    """Tell whether everybody can reach an address; unwrap IPv4 embedded in IPv6.

    Raises:
        ValueError: not an address.
    """
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _held(ip)
        if inner is not None:
            ip = inner
        elif not _within(ip, (GLOBAL_UNICAST,)):
            return False
    return _within(ip, PUBLIC_WITHIN) or not _within(ip, NOT_PUBLIC)


def _held(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address embedded in an IPv6 one (mapped, 6to4, NAT64), or None."""
    if _within(ip, (NAT64,)):
        return ipaddress.IPv4Address(int(ip) & IPV4_BITS)
    return ip.ipv4_mapped or ip.sixtofour


def is_private_host(host: str) -> bool:
    """Tell whether a host is a private address or a reserved name.

    Understands 127.1, 0x7f000001, 2130706433, ::ffff:a00:1, full-width letters and a trailing dot; looks up no name.
    """
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".").lower().strip("[]").rstrip(".")
    try:
        return not is_public(host if ":" in host else str(ipaddress.IPv4Address(socket.inet_aton(host))))
    except (OSError, ValueError):
        last = host.rpartition(".")[2]
        return bool(NUMERIC.fullmatch(last)) or any(host == one or host.endswith(f".{one}") for one in PRIVATE_ENDINGS)
