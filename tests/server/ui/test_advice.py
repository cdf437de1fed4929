"""The next step is told in the page's words where it has any, and in the command line's where it has none."""

import pytest

from preflight.locale import speaking
from preflight.report.remedies import said
from preflight.server.ui.advice import advice
from preflight.server.ui.words import ENGLISH
from preflight.values.remedy import Remedy


def test_a_step_that_is_a_choice_of_a_card_is_told_as_that() -> None:
    assert advice(Remedy("fit")) == ENGLISH["remedy.fit"]
    assert "--" not in advice(Remedy("fit"))
    assert "--" in said(Remedy("fit"))


def test_what_is_filled_in_is_the_remedy_s() -> None:
    assert advice(Remedy("mark-longer-part", span="2.5")) == "Keep at least 2.5 s."


def test_a_step_that_the_page_has_no_words_for_is_told_as_everywhere() -> None:
    assert advice("Do that.") == "Do that."
    other = Remedy("download-saves", task="task-1")
    assert advice(other) == said(other)


def test_several_steps_are_sentences_in_a_row_and_none_is_nothing() -> None:
    assert advice(("Do this.", Remedy("check-key"))) == f"Do this. {ENGLISH['remedy.check-key']}"
    assert advice(()) == advice("") == ""


@pytest.mark.parametrize("key", [key for key in ENGLISH if key.startswith("remedy.")])
def test_each_remedy_that_has_words_has_them_in_every_language(key: str) -> None:
    with speaking("zh"):
        assert advice(Remedy(key.removeprefix("remedy."), span="1")) not in ("", ENGLISH[key])  # type: ignore[arg-type] # of a table
