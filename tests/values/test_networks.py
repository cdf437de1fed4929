"""Which addresses everybody can reach, as today's registries have it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.networks import is_private_host, is_public

CLOSED = (
    *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.0.0.1", "192.0.2.1"),
    *("192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("192.88.99.1", "::", "::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1"),
    *("100:0:0:1::1", "64:ff9b:1::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "::127.0.0.1", "::8.8.8.8"),
    *("::ffff:127.0.0.1", "::ffff:0:8.8.8.8", "::ffff:0:10.0.0.1", "2001:db8::1", "2001:2::1", "2001::1", "3fff::1"),
    *("5f00::1", "2002:7f00:1::", "2002:a00:1::", "4000::1", "2001:10::1"),
)
OPEN = (
    *("8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.0.9", "192.0.1.1", "198.20.0.1"),
    *("223.255.255.255", "2606:4700::1111", "2a00::1", "2001:4860::8888", "2001:20::1", "2001:1::1"),
    *("64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::"),
)


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_that_not_everybody_reaches_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN)
def test_an_address_that_everybody_reaches_is_public(address: str) -> None:
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_an_address_is_as_open_mapped_as_it_is_alone(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    assert is_public(f"::ffff:{address}") == is_public(str(address)) == is_public(f"64:ff9b::{address}")


@given(st.ip_addresses(v=4))
def test_what_is_called_public_is_so_by_the_standard_library_too(address: ipaddress.IPv4Address) -> None:
    if is_public(str(address)) and address not in ipaddress.ip_network("192.0.0.0/24"):
        assert address.is_global


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST.", "a.localhost", "nas.local", "x.internal", "127.1", "0x7f000001", "2130706433"),
        *("017700000001", "1.2.3.4.5", "[::1]", "::ffff:a00:1", "\uff11\uff12\uff17.0.0.1", "127\u30020.0.1"),
        *("router.lan", "x.home.arpa", "a.test", "metadata.google.internal"),
    ],
)
def test_a_name_that_is_or_holds_a_closed_address_is_private(host: str) -> None:
    assert is_private_host(host)


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "local.example", "localhost.example.com", "123.example"])
def test_another_name_is_not(host: str) -> None:
    assert not is_private_host(host)
