"""The words of the grammar: each can be met in a folded prompt, and means one thing."""

from collections.abc import Iterator

import msgspec
import pytest

from preflight.profiles.loader import load, names
from preflight.request.prompt.text import composed, folded
from preflight.request.prompt.words import LANGUAGES, Language, languages, values


def words(found: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every word of a table with its place."""
    if isinstance(found, str):
        yield place, found
    elif isinstance(found, dict):
        for name, inner in found.items():
            yield from words(inner, f"{place}.{name}" if place else name)
    elif isinstance(found, tuple | list):
        for inner in found:
            yield from words(inner, place)


EACH = pytest.mark.parametrize("language", languages(), ids=LANGUAGES)


@EACH
def test_every_word_is_written_as_prompts_are_read(language: Language) -> None:
    """The grammar meets text in lower case, half width and composed characters: another spelling is never met."""
    written = list(words(msgspec.to_builtins(language)))
    assert [(place, word) for place, word in written if folded(composed(word)) != word or word != word.strip()] == []


@EACH
def test_no_word_stands_twice_in_its_list(language: Language) -> None:
    written = list(words(msgspec.to_builtins(language)))
    assert [one for one in dict.fromkeys(written) if written.count(one) > 1] == []


def test_a_noun_means_one_kind_in_all_languages() -> None:
    every = [(word, kind) for language in languages() for word, kind in language.nouns.by_word().items()]
    assert len(dict(every)) == len(every)


@EACH
def test_headings_and_weak_nouns_are_nouns(language: Language) -> None:
    assert {*language.nouns.headings, *language.nouns.weak} <= {*language.nouns.by_word()}


@EACH
def test_a_word_that_only_begins_like_a_noun_begins_like_one(language: Language) -> None:
    assert all(word.startswith(tuple(language.nouns.by_word())) for word in language.nouns.not_nouns)


@EACH
def test_a_word_that_only_begins_like_a_unit_begins_like_one(language: Language) -> None:
    units = (*language.units.sure, *language.units.doubtful)
    wide = [word for word in language.units.not_before if not word.isascii()]
    assert [word for word in wide if not word.startswith(units)] == []


def test_numbers_are_counted_from_one_with_other_spellings_beside() -> None:
    assert values(("first|1st", "second|2nd", "third")) == {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3}
    assert values(()) == {}


def test_english_and_korean_count_as_far_as_any_edition_takes_files() -> None:
    english, _, korean, _ = languages()
    most = max(load(name).image.count.max for name in names())
    for known in (english.numbers.words, english.numbers.ordinals, korean.numbers.ordinals):
        assert len(known) >= most


def test_digits_of_an_ordinal_are_its_place() -> None:
    digits = {word: place for word, place in values(languages()[0].numbers.ordinals).items() if word[0].isdecimal()}
    assert all(int(word[:-2]) == place for word, place in digits.items())
    assert sorted(digits.values()) == list(range(1, 31))
