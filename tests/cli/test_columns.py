"""Text fits a terminal, of which a Chinese or Korean character takes two columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from preflight.cli.columns import NEVER_FIRST, columns, definitions, wrapped

SIGNS = st.sampled_from("ab \u56fe\u50cf\uc774\ubbf8\uff0c\u3002\u300c\u300d.,(")


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("\u56fe\u50cf", 4), ("\uc774 a", 4), ("\uff0c", 2)])
def test_a_wide_character_takes_two_columns(text: str, width: int) -> None:
    assert columns(text) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("one two three", 7, ["one two", "three"]),
        ("unbreakable", 4, ["unbreakable"]),
        ("\u56fe\u50cf\u592a\u5927", 4, ["\u56fe\u50cf", "\u592a\u5927"]),
        ("\u56fe\u50cf\uff0c\u592a\u5927", 4, ["\u56fe", "\u50cf\uff0c", "\u592a\u5927"]),
        ("\uc774\ubbf8\uc9c0 \uac00", 4, ["\uc774\ubbf8\uc9c0", "\uac00"]),
        ("", 4, [""]),
    ],
)
def test_text_is_broken_at_blanks_and_between_chinese_characters_alone(text: str, width: int, lines: list[str]) -> None:
    assert wrapped(text, width) == lines


@given(st.text(SIGNS, max_size=40), st.integers(1, 20))
def test_no_sign_is_lost_and_no_line_is_longer_than_it_must_be(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert columns(line) <= width or len(wrapped(line, width)) == 1
    assert " " in text or not any(line[0] in NEVER_FIRST for line in lines[1:])


@given(st.lists(st.tuples(st.text("ab\u56fe", min_size=1, max_size=40), st.text(SIGNS, max_size=60)), max_size=4))
def test_every_term_stands_at_the_margin_and_what_it_means_in_one_column(rows: list[tuple[str, str]]) -> None:
    said = list(definitions(rows, 80, 2))
    terms = [line for line in said if line[2:3].strip()]
    assert [line[2:].split(" ")[0] for line in terms] == [term for term, _ in rows]
    first = min(max((columns(term) for term, _ in rows), default=0), 30) + 2
    assert all(line[: first + 2].strip() == "" for line in said if line not in terms)
    assert all(columns(line) <= 80 for line in said if columns(line.split(" ")[2]) <= 30)
