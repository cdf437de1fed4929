"""A prompt's length on the two documented scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.request.prompt import Length, is_blank, length


@pytest.mark.parametrize(
    ("prompt", "characters", "words"),
    [
        ("", 0, 0),
        ("   \n", 0, 0),
        ("a rider on a hill", 0, 5),
        ("don't stop", 0, 2),
        ("well-known", 0, 1),
        ("24 fps", 0, 2),
        ("- , . !", 0, 0),
        ("이미지 속 인물", 6, 0),
        ("图片\uff0c视频。", 4, 0),
        ("ひらがなカタカナ", 8, 0),
        ("naïve café", 0, 2),
        ("Слово и дело", 0, 3),
        ("이미지 1의 색", 5, 1),
        ("色A色", 2, 1),
        ("👩‍🚀 rides", 0, 1),
        ("𠮷", 1, 0),
        ("각", 1, 0),
        ("dark,moody,wet", 0, 3),
        ("it\u2019s well-known", 0, 2),
        ("a" * 20, 0, 1),
        ("a" * 21, 0, 2),
        ("a-" * 20, 0, 1),
        ("ก" * 5000, 0, 250),
        ("हिन्दी में", 0, 2),
        ("a\u200bb", 0, 2),
        ("a\u200cb", 0, 1),
    ],
)
def test_wide_characters_count_one_by_one_and_the_rest_by_words(prompt: str, characters: int, words: int) -> None:
    assert length(prompt) == Length(characters, words)


def test_a_decomposed_syllable_counts_as_the_one_letter_that_is_seen() -> None:
    assert length("\u1112\u1161\u11ab\u1100\u1173\u11af") == length("한글")


@pytest.mark.parametrize("prompt", ["", " \n", "\u200b", "\u200b \ufeff\u2060", "\x00"])
def test_a_prompt_that_shows_nothing_is_blank(prompt: str) -> None:
    assert is_blank(prompt)
    assert not is_blank(f"{prompt}x")
    assert not is_blank(f"{prompt}-")


@given(st.text(st.sampled_from("가나다漢字")), st.lists(st.sampled_from(["one", "two", "3"])))
def test_lengths_of_parts_add_up(wide: str, words: list[str]) -> None:
    assert length(f"{wide} {' '.join(words)}") == Length(len(wide), len(words))


@pytest.mark.parametrize("prompt", ["\u3164", "\u115f\u1160", "\u2800 \u2800", "\ufe0f", "\u034f\n", "\U000e0100"])
def test_fillers_and_marks_without_a_letter_show_nothing(prompt: str) -> None:
    assert is_blank(prompt)
    assert not is_blank(f"{prompt}图")


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_longer_prompt_is_never_shorter_on_the_scale_of_tokens(one: str, more: str) -> None:
    whole, first = length(f"{one} {more}"), length(one)
    assert whole.fewest_tokens >= first.fewest_tokens
    assert whole.most_tokens >= first.most_tokens
    assert whole.fewest_tokens <= whole.most_tokens


@pytest.mark.parametrize(
    ("prompt", "fewest", "most"), [("", 0, 0), ("a rider", 2, 6), ("이미지", 1, 6), ("이미지 a", 2, 9), ("图", 0, 2)]
)
def test_tokens_are_bounded_on_both_sides(prompt: str, fewest: int, most: int) -> None:
    assert (length(prompt).fewest_tokens, length(prompt).most_tokens) == (fewest, most)
