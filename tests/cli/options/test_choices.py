"""What may be chosen of a fix means the same wherever it is said."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


# ---- laws -----------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["start", "middle", "end", "best"])
PARTS = st.sampled_from(["1-2", "0:10-0:20", "a.mov=3.0-9.5", "video 1=0-4", "b=c.mov=1-2"])


@given(st.lists(WORDS | PARTS, max_size=5))
def test_words_and_parts_may_stand_in_any_order(keeps: list[str]) -> None:
    found = FixChoices(keeps=tuple(keeps)).choice()
    words, parts = [one for one in keeps if one.isalpha()], [one for one in keeps if not one.isalpha()]
    assert len(found.marks) == len(parts)
    assert found.best is ("best" in words)
    assert found.fix_options.keep == (words[-1] if words and words[-1] != "best" else "start")
    assert found.fix_options.keep_named is bool(keeps)


@given(st.text(max_size=12))
def test_any_word_is_a_choice_or_a_wrong_call_with_its_words_in_it(word: str) -> None:
    try:
        FixChoices(keeps=(word,)).choice()
    except CallError as error:
        said = error.message
    else:
        said = "--keep: "
    assert said.startswith("--keep: ")
    assert said.isprintable()


@pytest.mark.parametrize("color", ["black", "white", "#00ff7f", "#ABCDEF"])
@pytest.mark.parametrize("fit", [None, "pad"])
def test_a_color_pads_and_is_kept(color: str, fit: str | None) -> None:
    said: dict[str, Any] = {"pad_color": color} | ({"fit": fit, "typed": frozenset({"fit"})} if fit else {})
    found = FixChoices(**said).options()
    assert (found.fit, found.fit_named, found.pad_color) == ("pad", True, color)


@pytest.mark.parametrize("color", ["", "#fff", "#gggggg", "rgb(0,0,0)", "Black", "# 00000", "red\n", "#１23456"])  # noqa: RUF001 - a digit of another width
def test_a_color_that_is_none_is_refused(color: str) -> None:
    if not color:
        assert FixChoices(pad_color=color).options().pad_color == "black"
        return
    with pytest.raises(CallError, match=r"^--pad-color: "):
        FixChoices(pad_color=color).options()


@pytest.mark.parametrize("fit", ["crop", "blur"])
def test_a_fit_of_the_settings_gives_way_to_a_color_that_is_typed(fit: Any) -> None:  # noqa: ANN401 - one of the fits
    """Only a fit that stands on the command line contradicts it."""
    assert FixChoices(fit=fit, pad_color="white").options().fit == "pad"
    with pytest.raises(CallError, match="pads with no color") as refused:
        FixChoices(fit=fit, pad_color="white", typed=frozenset({"fit"})).options()
    assert refused.value.advice


@pytest.mark.parametrize(
    ("also", "found"),
    [
        (("location,alpha", "hdr"), ("location", "alpha", "hdr")),
        (("alpha", "alpha , image/alpha"), ("alpha",)),
        (("all",), ("all",)),
        ((" , ",), ()),
    ],
)
def test_names_of_warnings_are_read_with_commas_or_repeated(also: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert FixChoices(also=also).options().also == found


def test_a_name_of_no_warning_is_refused_with_the_nearest() -> None:
    with pytest.raises(CallError, match="locaton") as refused:
        FixChoices(also=("locaton",)).options()
    assert "location" in refused.value.advice


def test_pictures_of_the_parts_need_the_media_to_be_looked_into(tmp_path: Path) -> None:
    assert not FixChoices().choice().looks
    assert FixChoices().choice(tmp_path).looks
    assert FixChoices(keeps=("end", "best", "middle")).choice().looks


def test_what_is_chosen_reaches_the_library_under_the_same_name() -> None:
    said: dict[str, Any] = {"allow": "creative", "extend": "loop", "bits": "source", "share": "equal"}
    found = FixChoices(**said, crops=("a.png=top",)).choice()
    assert {name: getattr(found.fix_options, name) for name in said} == said
    assert found.crops == ("a.png=top",)
