"""What a profile says of the request itself: which lengths may be asked for, and in which words that is told."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles.loader import load, names
from preflight.profiles.settings import OutputLength, PromptLength

ABOUT: dict[str, Any] = {"source": "a page", "read": dt.date(2026, 11, 29)}


def length(**fields: Any) -> OutputLength:  # noqa: ANN401 - any field of a length
    return OutputLength(**ABOUT, **fields)


@pytest.mark.parametrize(
    ("fields", "words", "longest"),
    [
        ({"min": 4, "max": 15}, "4 to 15", 15),
        ({"allowed": (5, 10)}, "5 or 10", 10),
        ({"min": 2, "max": 30, "special": (-1,)}, "2 to 30 or -1", 30),
        ({"allowed": (8,), "special": ("auto",)}, "8 or auto", 8),
        ({"max": 15, "special": (-1,)}, "at most 15 or -1", 15),
        ({"min": 2}, "at least 2", None),
        ({"special": ("auto",)}, "auto", None),
    ],
)
def test_what_may_be_asked_for_has_words_and_a_longest(fields: dict[str, Any], words: str, longest: int | None) -> None:
    assert (length(**fields).words(), length(**fields).longest) == (words, longest)


@given(st.none() | st.integers(-5, 20), st.none() | st.integers(-5, 20), st.integers(-9, 30))
def test_bounds_take_what_lies_between_them_and_none_take_nothing(
    low: int | None, high: int | None, asked: int
) -> None:
    inside = (low is None or low <= asked) and (high is None or asked <= high)
    assert length(min=low, max=high).takes(asked) == (inside and (low is not None or high is not None))


@given(st.sets(st.integers(1, 20), min_size=1), st.integers(-9, 30))
def test_a_list_takes_its_lengths_and_what_is_no_length_beside(allowed: set[int], asked: int) -> None:
    limit = length(allowed=tuple(sorted(allowed)), special=(-1, "auto"))
    assert limit.takes(asked) == (asked in allowed or asked == -1)
    assert limit.takes("auto")
    assert not limit.takes(str(asked))


def test_no_edition_s_lengths_are_told_by_a_bound_that_it_does_not_have() -> None:
    limits = {name: load(name).request.duration_s for name in names()}
    told = {name: limit.words() for name, limit in limits.items() if limit}
    assert {name: words for name, words in told.items() if not words or "None" in words} == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"characters": 5}, "expected characters and words"),
        ({"words": 5}, "expected characters and words"),
        ({"max_wide_characters": 5}, "expected max_characters beside max_wide_characters"),
    ],
)
def test_half_a_budget_of_a_prompt_is_refused(fields: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        PromptLength(**ABOUT, **fields)  # type: ignore[arg-type] # fields by name
