"""Ordinals before a noun, in four languages: which positions, and where they begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.request.prompt.ordinals import MOST_TOGETHER, WINDOW, ordinal_before
from preflight.request.prompt.words import languages, values

NOUNS = ("images", "image", "图", "이미지", "画像")
ENGLISH = values(languages()[0].numbers.ordinals)


def positions(text: str) -> tuple[int, ...] | None:
    """Read the ordinals before the noun that a text ends with."""
    noun = next(one for one in NOUNS if text.endswith(one))
    found = ordinal_before(text, len(text) - len(noun), latin=noun.isascii(), many=noun == "images")
    return found.numbers if found else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the first image", (1,)),
        ("first image", (1,)),
        ("the 3rd reference image", (3,)),
        ("the 12th uploaded image", (12,)),
        ("the second and third images", (2, 3)),
        ("the 2nd to 4th images", (2, 3, 4)),
        ("the first, second and fifth images", (1, 2, 5)),
        ("the 2nd to 4th and the 6th images", (2, 3, 4, 6)),
        ("the first three images", (1, 2, 3)),
        ("the first 3 images", (1, 2, 3)),
        ("the second of the two images", (2,)),
        ("第二张图", (2,)),
        ("第十二张图", (12,)),
        ("第2、3张图", (2, 3)),
        ("前三张图", (1, 2, 3)),
        ("1번 이미지", (1,)),
        ("첫 번째 이미지", (1,)),
        ("열두 번째 이미지", (12,)),
        ("첫번째와 두번째 이미지", (1, 2)),
        ("①번 이미지", (1,)),
        ("最初の画像", (1,)),
        ("2枚目の画像", (2,)),
        ("2〜6枚目の画像", (2, 3, 4, 5, 6)),
        ("最初の3枚の画像", (1, 2, 3)),
    ],
)
def test_an_ordinal_is_read_in_its_language(text: str, found: tuple[int, ...]) -> None:
    assert positions(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "image",
        "a second image",
        "every third image",
        "a 15 second image",
        "the sixty second image",
        "the forty-five second image",
        "the fifteen second image",
        "the second half image",
        "the second three images",
        "the first 31 images",
        "the first 0 images",
        "seconds image",
        "the second of image",
        "倒数第二张图",
        "第0张图",
        "第100张图",
        "桌前两张图",
        "뒤에서 두 번째 이미지",
        "세 이미지",
        "最後から2枚目の画像",
    ],
)
def test_lengths_counts_and_places_from_the_end_are_no_ordinals(text: str) -> None:
    assert positions(text) is None


@given(st.sampled_from(sorted(ENGLISH)))
def test_every_english_ordinal_names_its_place_wherever_it_stands(word: str) -> None:
    assert positions(f"Then the {word} image") == (ENGLISH[word],)


@given(st.integers(1, 99))
def test_counters_take_any_number_up_to_ninety_nine(number: int) -> None:
    for text in (f"第{number}张图", f"{number}번째 이미지", f"{number}枚目の画像"):
        assert positions(text) == (number,)


@given(st.integers(2, MOST_TOGETHER))
def test_the_first_of_some_are_all_up_to_their_number(count: int) -> None:
    for text in (f"the first {count} images", f"前{count}张图", f"最初の{count}枚の画像"):
        assert positions(text) == tuple(range(1, count + 1))


def test_the_start_is_that_of_the_ordinal_in_the_whole_prompt() -> None:
    text = "x" * 3 * WINDOW + " the second and third images"
    found = ordinal_before(text, text.index("images"), latin=True, many=True)
    assert found is not None
    assert text[found.start :].startswith("second and third")


def test_positions_of_another_noun_in_the_list_are_left_to_it() -> None:
    assert positions("第一张图、第二张图") == (2,)


@given(st.text(max_size=100), st.sampled_from(NOUNS))
def test_any_text_before_a_noun_is_read_and_no_position_is_below_one(text: str, noun: str) -> None:
    found = ordinal_before(text + noun, len(text), latin=noun.isascii(), many=noun == "images")
    assert found is None or (min(found.numbers) >= 1 and 0 <= found.start <= len(text))
