"""Remedies are values; the words of each face are filled in from them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import NotDone
from preflight.values.remedy import Remedy, Sentences, worded


def test_a_remedy_without_words_shows_its_kind() -> None:
    error = NotDone("no", advice=("Well.", Remedy("wait-again", task="t")))
    assert error.advice == "Well. [wait-again]"
    assert error.remedies == ("Well.", Remedy("wait-again", task="t"))


def test_remedies_are_values() -> None:
    one = Remedy("wait-again", task="t")
    assert msgspec.convert(msgspec.to_builtins(one), Remedy) == one
    with pytest.raises(AttributeError):
        one.task = "u"  # type: ignore[misc] # the point


SENTENCES: Sentences = {"wait-again": "wait for {0.task}.", "list-tasks": ""}


def test_advice_is_worded_part_by_part_and_parts_without_words_leave_no_gap() -> None:
    advice = ("Well.", Remedy("list-tasks"), Remedy("wait-again", task="t"), "")
    assert worded(advice, SENTENCES) == "Well. wait for t."
    assert worded(Remedy("wait-again", task="t"), SENTENCES) == "wait for t."
    assert worded("", SENTENCES) == ""


@given(st.text(), st.text())
def test_somebody_s_words_in_advice_are_never_read_as_a_pattern(task: str, words: str) -> None:
    assert worded((words, Remedy("wait-again", task=task)), SENTENCES).endswith(f"wait for {task}.")
    assert worded(words, SENTENCES) == words


def test_a_remedy_that_a_face_has_no_sentence_for_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        worded(Remedy("fresh-link"), SENTENCES)
