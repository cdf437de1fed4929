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
