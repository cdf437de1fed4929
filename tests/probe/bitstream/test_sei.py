"""Messages of a NAL unit come back as they were written, with types and sizes of any length."""

from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bitstream.sei import MOST_MESSAGES, Message, messages

STOP = b"\x80"
told = st.lists(st.builds(Message, st.integers(0, 700), st.binary(min_size=1, max_size=600)), max_size=5)


def number(value: int) -> bytes:
    return b"\xff" * (value // 255) + bytes((value % 255,))


def unit(*written: Message) -> bytes:
    """Write messages as a payload, with emulation prevention."""
    plain = b"".join(number(one.kind) + number(len(one.content)) + one.content for one in written) + STOP
    found = bytearray()
    for byte in plain:
        if found[-2:] == b"\0\0" and byte <= 3:
            found.append(3)
        found.append(byte)
    return bytes(found)


@given(told)
def test_messages_come_back_as_they_were_written(written: list[Message]) -> None:
    assert list(messages(unit(*written))) == written


def test_a_message_whose_end_is_missing_has_the_bytes_that_are_there() -> None:
    assert list(messages(b"\x05\x10abc")) == [Message(5, b"abc")]


def test_nothing_and_a_stop_bit_alone_are_no_message() -> None:
    assert [list(messages(payload)) for payload in (b"", STOP, b"\xff", b"\xff\xff\xff", b"\x05")] == [[]] * 5


@given(st.binary(max_size=400))
def test_any_bytes_are_messages_up_to_a_bound(payload: bytes) -> None:
    found = list(messages(payload))
    assert len(found) <= MOST_MESSAGES
    assert sum(len(one.content) for one in found) <= len(payload)


def test_a_unit_full_of_empty_messages_ends_at_the_bound() -> None:
    assert len(list(messages(b"\x01\x00" * 1000))) == MOST_MESSAGES
