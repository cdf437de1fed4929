"""Tags between two sounds are told from what is none, in any order."""

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_junk import APE, LYRICS
from fixtures.recipe_sound import HTML, ID3, ID3V1
from preflight.probe.tags import id3v2_bytes, only_tags

APE_ITEM = b"\x04\0\0\0\0\0\0\0Title\0tone"


def ape(*, head: bool, foot: bool) -> bytes:
    size = len(APE_ITEM) + (32 if foot else 0)
    flags = (1 << 31 if head else 0) | (0 if foot else 1 << 30)

    def mark(more: int) -> bytes:
        numbers = (2000, size, 1, flags | more)
        return b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in numbers) + bytes(8)

    return (mark(1 << 29) if head else b"") + APE_ITEM + (mark(0) if foot else b"")


ENLARGED = b"TAG+".ljust(227, b"\0")
TAGS = [ID3, ID3V1, LYRICS, ape(head=True, foot=True), APE, ENLARGED, bytes(300)]
BEHIND = [ID3V1, LYRICS, APE]


def are_tags(content: bytes, before: bytes = b"") -> bool:
    return only_tags(io.BytesIO(before + content), len(before), len(before) + len(content))


@given(st.lists(st.sampled_from(TAGS[:2]), max_size=4), st.lists(st.sampled_from(BEHIND), max_size=4), st.binary())
def test_tags_one_behind_the_other_are_nothing_else(ahead: list[bytes], behind: list[bytes], before: bytes) -> None:
    assert are_tags(b"".join([*ahead, *behind]), before)


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_alone_is_one_and_less_or_more_than_it_is_none(tag: bytes) -> None:
    assert are_tags(tag)
    assert not are_tags(tag + b"x")
    assert not are_tags(b"x" + tag)


@pytest.mark.parametrize("tag", TAGS[:-1])
def test_a_tag_that_claims_more_than_there_is_is_none(tag: bytes) -> None:
    assert not are_tags(tag[: len(tag) // 2])


@pytest.mark.parametrize("last", [b"", ID3V1, LYRICS + ID3V1, APE + ID3V1])
def test_what_ends_one_file_and_begins_the_next_are_tags(last: bytes) -> None:
    assert are_tags(last + ID3 + bytes(50))


@given(st.integers(0, 2**32))
def test_noise_and_a_web_page_are_no_tags(seed: int) -> None:
    noise = random.Random(seed).randbytes(500)  # noqa: S311 - noise, no secret
    assert not are_tags(noise)
    assert not are_tags(HTML + ID3V1)


@pytest.mark.parametrize("head", [b"ID3\xff\0\0\0\0\0\1", b"ID3\3\0\0\0\0\x80\1", b"ID3\3\0\0", b"", b"TAG"])
def test_what_no_player_takes_for_the_head_of_a_tag_is_none(head: bytes) -> None:
    assert id3v2_bytes(head) == 0


@given(st.integers(0, (1 << 28) - 1), st.integers(2, 4), st.booleans())
def test_a_tag_is_as_long_as_its_seven_bit_numbers_say_with_head_and_foot(
    length: int, version: int, foot: bool
) -> None:
    sizes = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    head = b"ID3" + bytes((version, 0, 0x10 if foot else 0)) + sizes
    assert id3v2_bytes(head) == length + (20 if foot else 10)
    assert id3v2_bytes(head + b"more") == length + (20 if foot else 10)
    assert [id3v2_bytes(head[:size]) for size in range(10)] == [0] * 10


@pytest.mark.parametrize("place", range(6, 10))
def test_a_size_with_a_high_bit_is_none(place: int) -> None:
    head = bytearray(b"ID3\3\0\0\0\0\1\1")
    head[place] |= 0x80
    assert id3v2_bytes(bytes(head)) == 0


@given(st.lists(st.sampled_from(TAGS), max_size=4), st.integers(0, 300))
def test_zeros_between_tags_are_nothing_else(tags: list[bytes], zeros: int) -> None:
    behind = [tag for tag in tags if tag in (ID3, ID3V1)]
    assert are_tags(bytes(zeros).join(behind))


@given(st.binary(max_size=200), st.integers(0, 50), st.integers(0, 250))
def test_any_range_of_any_bytes_is_tags_or_not(content: bytes, start: int, end: int) -> None:
    stream = io.BytesIO(content)
    found = only_tags(stream, min(start, len(content)), min(end, len(content)))
    assert found or content[start:end].strip(b"\0")


@pytest.mark.parametrize("length", [0, 31, 1 << 24, 0xFFFFFFFF])
def test_a_foot_that_claims_more_than_there_is_or_nothing_is_no_tag_of_what_stands_before_it(length: int) -> None:
    foot = b"APETAGEX" + b"".join(number.to_bytes(4, "little") for number in (2000, length, 1, 0)) + bytes(8)
    assert not are_tags(b"sound and more sound" + foot)


@pytest.mark.parametrize("told", [b"000000", b"999999", b"00a011", b"-00011"])
def test_lyrics_of_a_false_length_are_no_tag(told: bytes) -> None:
    assert not are_tags(b"sound LYRICSBEGINabc" + told + b"LYRICS200")
