"""The bit reader: what is written in the notation of the standards comes back, and nothing past the end does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.bits import SE_MAX, UE_MAX, Bits, Malformed
from tests.probe.bit_writer import Writer


@given(st.lists(st.integers(0, UE_MAX)), st.lists(st.integers(-SE_MAX, SE_MAX)))
def test_numbers_come_back(unsigned: list[int], signed: list[int]) -> None:
    writer = Writer()
    writer.ue(*unsigned)
    writer.se(*signed)
    bits = Bits(writer.payload().replace(b"\0\0\3", b"\0\0"))
    assert [bits.ue() for _ in unsigned] == unsigned
    assert [bits.se() for _ in signed] == signed


@given(st.binary(max_size=20), st.lists(st.integers(0, 40)))
def test_fields_come_in_order_until_the_end(data: bytes, counts: list[int]) -> None:
    bits, text, at = Bits(data), "".join(f"{byte:08b}" for byte in data), 0
    for count in counts:
        if at + count > len(text):
            with pytest.raises(Malformed):
                bits.take(count)
            return
        assert bits.take(count) == int(text[at : at + count] or "0", 2)
        at += count


@pytest.mark.parametrize("data", [b"", b"\0", bytes(4), bytes(8), b"\0\0\0\0\x80\0\0\0\0\0"])
def test_endless_zeros_are_no_number(data: bytes) -> None:
    with pytest.raises(Malformed):
        Bits(data).ue()


@pytest.mark.parametrize(("most", "good"), [(6, True), (5, False)])
def test_numbers_are_bounded(most: int, good: bool) -> None:
    writer = Writer()
    writer.ue(6)
    if good:
        assert Bits(writer.payload()).ue(most) == 6
        return
    with pytest.raises(Malformed):
        Bits(writer.payload()).ue(most)


def test_bytes_cannot_be_taken_past_the_end() -> None:
    bits = Bits(b"abc")
    assert bits.take_bytes(2) == b"ab"
    with pytest.raises(Malformed):
        bits.take_bytes(2)
