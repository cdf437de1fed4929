"""A catalogue gives what it holds, by itself or in a context; what it does not hold stays as it is."""

import pytest

from preflight.locale import Language
from preflight.locale.catalogue import APART, LOCALES, _loaded, in_context, messages


def test_english_is_what_the_program_says_and_has_no_catalogue() -> None:
    assert messages("en") == {}
    assert in_context("en", "any", "declined") == "declined"


@pytest.mark.parametrize("language", LOCALES)
def test_a_message_is_of_one_context_or_of_none(language: Language) -> None:
    found = messages(language)
    assert found
    assert not any(APART in key or not key for key in found)
    for whole, words in _loaded(language).items():
        context, apart, text = whole.rpartition(APART)
        if apart:
            assert in_context(language, context, text) == words
        else:
            assert found[whole] == words


@pytest.mark.parametrize("language", LOCALES)
def test_what_no_catalogue_holds_stays_as_it_is(language: Language) -> None:
    assert in_context(language, "no such context", "no such words") == "no such words"
    assert in_context(language, "no such context", "") == ""
