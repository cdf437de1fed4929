"""What stands behind a number decides what it is: a position, or a size, a shape, a count, a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.request.prompt.after import Verdict, ends_list, is_name_of_file, is_shape, units, verdict
from preflight.request.prompt.words import languages

shapes = st.sampled_from(languages()[0].shapes.ratios)


def judged(text: str, *, marked: bool = False) -> Verdict:
    """Judge the number that a text begins with."""
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return verdict(text, len(digits), digits, marked=marked)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", "certain"),
        ("1, then", "certain"),
        ("1 sets the palette", "certain"),
        ("1's palette", "certain"),
        ("3 seconds", "none"),
        ("3s", "none"),
        ("3-second", "none"),
        ("1 second long", "count"),
        ("1 second half is snow", "certain"),
        ("4k", "none"),
        ("8 people", "count"),
        ("1.5", "none"),
        ("03.mov", "none"),
        ("1_final", "none"),
        ("2_5>>>", "name"),
        ("16:9", "none"),
        ("1920x1080", "none"),
        ("1/3 of the frame", "none"),
        ("3\u00bd", "none"),
        ("1a", "name"),
        ("1and 2", "certain"),
        ("1video 2", "certain"),
        ("2video", "none"),
        ("2019", "year"),
        ("1850", "certain"),
        ("3只走", "count"),
        ("3秒", "none"),
        ("3秒杀", "certain"),
        ("3초", "none"),
        ("3초점", "certain"),
    ],
)
def test_a_number_is_judged_by_what_follows(text: str, found: Verdict) -> None:
    assert judged(text) == found


@pytest.mark.parametrize("text", ["3 seconds", "8 people", "2019", "1a", "3초"])
def test_a_tag_s_number_is_a_position_whatever_word_follows(text: str) -> None:
    assert judged(text, marked=True) == "certain"


@pytest.mark.parametrize("text", ["16:9", "1.5", "03.mov", "1920x1080"])
def test_but_a_tag_makes_no_position_of_a_shape_or_a_file(text: str) -> None:
    assert judged(text, marked=True) == "none"


@given(shapes, st.sampled_from([":", " : "]))
def test_a_known_ratio_is_a_shape_with_blanks_or_without(ratio: str, colon: str) -> None:
    width, height = ratio.split(":")
    assert is_shape(f"{width}{colon}{height}", len(width), width)


@pytest.mark.parametrize("text", ["1:05", "0:59", "12:30"])
def test_a_time_on_the_clock_is_no_position(text: str) -> None:
    first = text.partition(":")[0]
    assert is_shape(text, len(first), first)


@pytest.mark.parametrize("text", ["1: a rider", "1:9岁", "1:25-year-old", "1/2", "7:3"])
def test_a_colon_before_a_count_a_word_or_an_unknown_ratio_is_no_shape(text: str) -> None:
    assert not is_shape(text, 1, text[0])


@given(st.integers(1, 10**6), st.sampled_from(["x", "\u00d7", "*", " x ", "比"]), st.integers(1, 10**6))
def test_any_width_by_any_height_is_a_shape(width: int, by: str, height: int) -> None:
    assert is_shape(f"{width}{by}{height}", len(str(width)), str(width))


@pytest.mark.parametrize("ending", languages()[0].files.endings)
def test_a_known_ending_makes_a_file_and_a_longer_word_does_not(ending: str) -> None:
    assert is_name_of_file(f"1.{ending}", 1)
    assert is_name_of_file(f"1.{ending} plays", 1)
    assert not is_name_of_file(f"1.{ending}x", 1)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("2", True),
        ("2.", True),
        ("2 are", True),
        ("2 with", True),
        ("2\uff0c", True),
        ("2 dogs", False),
        ("2dogs", True),
    ],
)
def test_a_list_ends_where_nothing_that_is_counted_follows(text: str, ends: bool) -> None:
    assert ends_list(text, 1) is ends


@given(st.text(max_size=30), st.integers(0, 10**9), st.booleans())
def test_any_text_behind_any_number_is_judged(text: str, number: int, marked: bool) -> None:
    assert judged(f"{number}{text}", marked=marked) in {"none", "certain", "count", "name", "year"}


def test_a_unit_is_matched_whole() -> None:
    assert units().sure.match("px")
    assert not units().sure.match("pxa")
    assert not units().sure.match("sun")
