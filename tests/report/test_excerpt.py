"""The line at which a file could not be read, as a person sees it."""

from preflight.report.excerpt import excerpt_lines
from preflight.values.excerpt import LONGEST, Excerpt


def test_the_caret_stands_under_the_place_and_the_corrected_line_below() -> None:
    found = Excerpt(line=12, column=10, text="prompt = “a”", corrected='prompt = "a"')
    assert list(excerpt_lines(found)) == ["  12 | prompt = “a”", "     |          ^", 'Write: prompt = "a"']


def test_wide_characters_and_escapes_keep_the_caret_in_its_column() -> None:
    text, caret = list(excerpt_lines(Excerpt(line=1, column=4, text="길이\x1b= 5")))
    assert text == "  1 | 길이\\x1b= 5"
    assert caret == "    | \u3000\u3000    ^"


def test_of_a_long_line_only_what_stands_around_the_place_is_shown() -> None:
    text, caret = list(excerpt_lines(Excerpt(line=1, column=5_001, text="a" * 5_000 + "!" + "b" * 5_000)))
    assert len(text) == len("  1 | ") + LONGEST
    assert text[caret.index("^")] == "!"


def test_a_place_past_the_end_of_a_line_is_shown_behind_it() -> None:
    text, caret = list(excerpt_lines(Excerpt(line=1, column=5, text="a = ")))
    assert caret.index("^") == len(text)
