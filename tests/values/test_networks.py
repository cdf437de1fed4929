"""Which addresses everybody can reach, as today's registries have it."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.networks import NOT_PUBLIC, PRIVATE_ENDINGS, PUBLIC_WITHIN, is_private_host, is_public

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


# ---- laws -----------------------------------------------------------------------------------------------------------

PRIVATE = (
    st.sampled_from([*NOT_PUBLIC])
    .map(ipaddress.ip_network)
    .flatmap(lambda network: st.integers(0, network.num_addresses - 1).map(lambda at: network[at]))
)


@given(PRIVATE)
def test_every_address_of_a_closed_network_is_closed_but_those_that_are_named(address: ipaddress.IPv4Address) -> None:
    named = any(address in ipaddress.ip_network(one) for one in PUBLIC_WITHIN)
    assert is_public(str(address)) is named


@given(st.ip_addresses(v=6))
def test_an_address_is_as_open_however_it_is_written(address: ipaddress.IPv6Address) -> None:
    assert is_public(address.exploded) is is_public(address.compressed) is is_public(f"{address}%eth0")
    assert is_private_host(f"[{address.exploded.upper()}]") is not is_public(str(address))


@given(st.ip_addresses(v=4), st.sampled_from(["{0}", "{0}.", " {0}".strip(), "[::ffff:{0}]"]))
def test_a_host_that_is_an_address_is_judged_as_that(address: ipaddress.IPv4Address, written: str) -> None:
    assert is_private_host(written.format(address)) is not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_no_spelling_of_an_address_gets_around_it(address: ipaddress.IPv4Address) -> None:
    number, parts = int(address), address.packed
    octal, hexadecimal = (".".join(form.format(part) for part in parts) for form in ("0{:o}", "0x{:x}"))
    wide = str(address).translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
    for host in (str(number), hex(number), octal, hexadecimal, wide, f"{parts[0]}.{number & 0xFFFFFF}"):
        assert is_private_host(host) is not is_public(str(address)), host


@given(st.sampled_from(PRIVATE_ENDINGS), st.text("abc-", min_size=1, max_size=8), st.booleans())
def test_every_name_below_a_private_one_is_private_and_one_that_only_ends_alike_is_not(
    ending: str, name: str, dotted: bool
) -> None:
    assert is_private_host(f"{name}.{ending}{'.' if dotted else ''}".upper())
    assert is_private_host(ending)
    assert not is_private_host(f"x{name}{ending}.example")


@pytest.mark.parametrize("address", ["", "x", "1.2.3", "1.2.3.4.5", "1.2.3.256", ":::", "::1::", "8.8.8.8/32"])
def test_what_is_no_address_is_neither_open_nor_closed(address: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public(address)
