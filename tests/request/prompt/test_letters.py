"""Numbers in letters behind a noun: in English up to thirty, in Chinese up to ninety-nine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.request.prompt.letters import Letters, chinese_at, letters_at

DIGITS = "一二三四五六七八九"


def spelled(number: int) -> str:
    """Write a number up to 99 in Chinese characters."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens - 1]}十"
    return ten + (DIGITS[ones - 1] if ones else "")


def english(text: str, before: str = "") -> Letters | None:
    """Read the number behind "image"."""
    whole = f"{before}image {text}"
    end = len(before) + len("image")
    return letters_at(whole, end, end + 1, latin=True, before=before)


def chinese(text: str) -> Letters | None:
    return letters_at(f"图{text}", 1, 1, latin=False, before="")


@given(st.integers(1, 99), st.sampled_from(["", "的", "。", "abc"]))
def test_every_chinese_number_up_to_ninety_nine_is_read_with_its_end(number: int, behind: str) -> None:
    assert chinese_at(f"图{spelled(number)}{behind}", 1) == (number, 1 + len(spelled(number)))


@pytest.mark.parametrize("written", ["一二", "十十", "一二三", "十十一", "二二十", "一二三四"])
def test_characters_that_make_no_number_are_none(written: str) -> None:
    assert chinese_at(written, 0)[0] == 0


@pytest.mark.parametrize("written", ["两", "兩", "二"])
def test_two_is_written_in_three_ways(written: str) -> None:
    assert chinese(written) == Letters(2, 2, "certain")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("一", "certain"),
        ("一的风格", "certain"),
        ("一\uff0c然后", "certain"),
        ("三女主", "certain"),
        ("三狗", "name"),
        ("一样", None),
        ("三秒", None),
        ("两个人", "name"),
        ("", None),
    ],
)
def test_a_chinese_number_is_certain_where_the_word_ends(written: str, found: str | None) -> None:
    read = chinese(written)
    assert (read.verdict if read else None) == found


@pytest.mark.parametrize(
    ("written", "number", "found"),
    [
        ("one", 1, "certain"),
        ("ten.", 10, "certain"),
        ("twenty-one.", 21, "certain"),
        ("thirty", 30, "certain"),
        ("two people", 2, "count"),
    ],
)
def test_an_english_number_is_read(written: str, number: int, found: str) -> None:
    read = english(written)
    assert read is not None
    assert (read.number, read.verdict) == (number, found)


@pytest.mark.parametrize(
    "written", ["one of", "one second", "two seconds", "one-eyed", "oneself", "ones", "one sees", "forty", "", "won"]
)
def test_words_that_only_look_like_a_number_are_none(written: str) -> None:
    assert english(written) is None


@pytest.mark.parametrize(
    ("before", "found"), [("the ", "count"), ("an ", "count"), ("", "certain"), ("use ", "certain")]
)
def test_one_behind_an_article_may_be_a_pronoun(before: str, found: str) -> None:
    read = english("one", before)
    assert read is not None
    assert read.verdict == found


def test_an_english_number_is_not_glued_to_its_noun() -> None:
    assert letters_at("imageone", 5, 5, latin=True, before="") is None
