"""What may be chosen of a fix means the same wherever it is said."""

from fractions import Fraction
from typing import Any

import pytest

from preflight.cli.options.choices import FixChoices
from preflight.errors import CallError
from preflight.plan import FixOptions


def test_without_a_choice_a_fix_is_as_the_library_has_it() -> None:
    assert FixChoices().options() == FixOptions()


def test_the_last_word_counts_and_parts_of_files_are_marks() -> None:
    choice = FixChoices(keeps=("end", "a.mov=3.0-9.5", "middle")).choice()
    assert (choice.fix_options.keep, choice.best, [mark.name for mark in choice.marks]) == ("middle", False, ["a.mov"])
    assert choice.marks[0].window.end_s == Fraction("9.5")


def test_what_has_no_best_part_keeps_its_start() -> None:
    choice = FixChoices(keeps=("best",)).choice()
    assert (choice.fix_options.keep, choice.best, choice.looks) == ("start", True, True)


def test_only_a_fit_that_is_typed_allows_what_it_does() -> None:
    assert FixChoices(fit="pad").options().fit_named is False
    assert FixChoices(fit="pad", typed=frozenset({"fit"})).options().fit_named is True
    assert FixChoices(pad_color="white").options().fit == "pad"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"keeps": ("middel",)}, "--keep: expected start, middle, end, best, START-END or FILE=START-END"),
        ({"keeps": ("a.mov=x",)}, "--keep: "),
        ({"pad_color": "mauve"}, "--pad-color: expected black, white or #rrggbb"),
        ({"pad_color": "white", "fit": "crop", "typed": frozenset({"fit"})}, "--fit crop pads with no color"),
    ],
)
def test_a_choice_that_is_none_is_named(said: dict[str, Any], words: str) -> None:
    with pytest.raises(CallError) as caught:
        FixChoices(**said).choice()
    assert words in caught.value.message
