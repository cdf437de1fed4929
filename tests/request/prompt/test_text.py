"""Text is folded character by character: offsets stay, and what looks alike reads alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.request.prompt.text import MANY, characters_of, composed, folded, is_latin


@given(st.text(max_size=60))
def test_folding_keeps_every_offset_and_is_done_once(text: str) -> None:
    once = folded(text)
    assert len(once) == len(text)
    assert folded(once) == once


@given(st.text(max_size=20), st.text(max_size=20))
def test_parts_are_folded_as_the_whole(one: str, other: str) -> None:
    assert folded(one + other) == folded(one) + folded(other)


@given(st.text(max_size=40))
def test_composing_is_done_once_and_undoes_any_decomposing(text: str) -> None:
    assert composed(composed(text)) == composed(text)
    assert composed(unicodedata.normalize("NFD", text)) == composed(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("IMAGE \uff11", "image 1"),
        ("\uff29\uff2d\uff21\uff27\uff25\u30001", "image 1"),
        ("image\u00a0१", "image 1"),
        ("Image\t٣\r", "image 3 "),
        ("one\ntwo", "one\ntwo"),
        ("圖片\uff08\uff12\uff09\uff1a", "圖片(2):"),
        ("İ", "İ"),
        ("ÄΩЯ", "äωя"),
    ],
)
def test_case_width_blanks_and_digits_of_any_script_read_alike(written: str, read: str) -> None:
    assert folded(written) == read


@pytest.mark.parametrize(
    ("letters", "latin"), [("azßéřɏ", True), ("A1_ -.÷\u00d7@", False), ("яω가图あ", False), ("", False)]
)
def test_a_latin_letter_is_told_from_everything_else(letters: str, latin: bool) -> None:
    assert all(is_latin(one) is latin for one in letters or [""])


@given(st.text(), st.sampled_from(["", "ab ", "a한b"]), st.text(st.characters(max_codepoint=127)))
def test_the_characters_of_a_text_of_any_length_are_its_set(first: str, many: str, last: str) -> None:
    text = first + many * MANY + last
    assert characters_of(text) == set(text)
