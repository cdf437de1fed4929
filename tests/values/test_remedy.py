"""Remedies are values; the words of each face are filled in from them."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import NotDone
from preflight.values.phrase import Phrase, phrase
from preflight.values.remedy import Kind, Remedy, Sentences, Setting, with_names, worded


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


# ---- settings -------------------------------------------------------------------------------------------------------

NAMES = {"key": "EVOLINK_API_KEY", "bucket": "--bucket"}


def test_a_face_names_the_settings_of_a_message_and_nothing_else_of_it() -> None:
    said = phrase("{one} and {other} of {q}: {n}", one=Setting("key"), other=Setting("bucket"), q="key", n=3)
    assert said == "key and bucket of key: 3"
    assert with_names(said, NAMES) == "EVOLINK_API_KEY and --bucket of key: 3"


def test_a_setting_that_a_face_has_no_name_for_keeps_its_own() -> None:
    said = phrase("{one}, {other}", one=Setting("key"), other=Setting("journal"))
    assert with_names(said, NAMES) == "EVOLINK_API_KEY, journal"
    assert with_names(said, {}) == said


@given(st.text(), st.dictionaries(st.sampled_from(["key", "bucket", "journal"]), st.text(), max_size=3))
def test_a_message_without_settings_stays_the_same_object(words: str, names: dict[str, str]) -> None:
    said = phrase("{q}", q=words)
    assert with_names(words, names) is words
    assert with_names(said, names) is said


@given(st.text(), st.text())
def test_a_message_keeps_its_template_so_that_it_can_be_translated(name: str, words: str) -> None:
    named = with_names(phrase("{setting}: {why}", setting=Setting("key"), why=words), {"key": name})
    assert isinstance(named, Phrase)
    assert (named.template, named) == ("{setting}: {why}", f"{name}: {words}")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_shows_itself_and_crosses_json(kind: Kind) -> None:
    one = Remedy(kind, task="t", entry=3, path="p", rule="a/b", loss="lossy", span="1-2", until="9:00", address="h")
    assert str(one) == f"[{kind}]"
    assert msgspec.json.decode(msgspec.json.encode(one), type=Remedy) == one


def test_a_kind_that_is_none_is_refused_where_it_comes_from_outside() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "pray"}, Remedy)


@given(st.lists(st.sampled_from(["", "One.", "Two.", "Three."])))
def test_advice_in_parts_is_its_sentences_in_their_order(parts: list[str]) -> None:
    assert worded(tuple(parts), {}).split() == [part for part in parts if part]
