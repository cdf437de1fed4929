"""The line at which a file could not be read: of a long one, what stands around the place."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.excerpt import LONGEST, Excerpt


def line_of(size: int, word: str) -> str:
    """Repeat a word, whose characters tell places apart, to a length."""
    return (word * size)[:size]


lines = st.builds(line_of, st.integers(0, 3 * LONGEST), st.text("abcde 길é", min_size=1, max_size=12))


@st.composite
def places(draw: st.DrawFn) -> Excerpt:
    """Draw a place in a line, or one past its end."""
    text = draw(lines)
    return Excerpt(line=draw(st.integers(1, 9)), column=draw(st.integers(1, len(text) + 1)), text=text)


@given(places())
def test_what_is_shown_fits_a_terminal_and_the_place_keeps_its_character(place: Excerpt) -> None:
    shown = place.around
    assert len(shown.text) <= LONGEST
    assert shown.text in place.text
    assert shown.text[shown.column - 1 : shown.column] == place.text[place.column - 1 : place.column]
    assert 1 <= shown.column <= len(shown.text) + 1
    assert shown.line == place.line


@given(places())
def test_what_fits_already_is_shown_as_it_is(place: Excerpt) -> None:
    assert place.around.around == place.around
    if len(place.text) <= LONGEST:
        assert place.around == place


def test_a_place_in_the_middle_of_a_long_line_has_as_much_before_it_as_behind_it() -> None:
    shown = Excerpt(line=1, column=1_001, text="a" * 1_000 + "!" + "b" * 1_000).around
    assert shown.text == "a" * 50 + "!" + "b" * 49


def test_a_corrected_line_stands_beside_the_whole_line_alone() -> None:
    place = Excerpt(line=1, column=1, text="a" * 2 * LONGEST, corrected="b")
    assert place.around.corrected is None
    assert msgspec.structs.replace(place, text="a").around.corrected == "b"
