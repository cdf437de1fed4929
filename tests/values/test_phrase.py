"""A phrase is its English text, and keeps the template and the arguments it was made of."""

import pickle
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import NotDone
from preflight.values.findings import Finding
from preflight.values.phrase import Listing, Phrase, all_of, any_of, joined, packed, phrase, plain, unpacked

WORDS = st.text(min_size=1, max_size=12)


def test_a_phrase_compares_hashes_and_joins_as_its_text() -> None:
    said = phrase("{n} s long; {limit} allowed", n="16", limit=phrase("at most {n} s", n=15))
    assert said == "16 s long; at most 15 s allowed"
    assert hash(said) == hash(str(said))
    assert type(str(said)) is str


def test_items_are_listed_as_english_does() -> None:
    assert [str(any_of(words)) for words in ("a", "ab", "abc")] == ["a", "a or b", "a, b or c"]
    assert (all_of("abc"), joined("abc"), joined("ab", "; "), any_of("")) == ("a, b and c", "a, b, c", "a; b", "")


@given(st.dictionaries(st.sampled_from(["n", "w", "q", "why"]), WORDS, min_size=1), st.lists(WORDS, max_size=4))
def test_what_fills_a_phrase_stands_in_it_whole_and_crosses_a_pickle(given: dict[str, str], items: list[str]) -> None:
    template = " x ".join(f"{{{name}}}" for name in given) + " {l}"
    said = Phrase(template, {**given, "l": any_of(items)})
    there = pickle.loads(pickle.dumps(said))  # noqa: S301 - made a line before
    assert said == " x ".join(given.values()) + f" {any_of(items)}"
    assert (there, there.template, there.arguments) == (said, template, said.arguments)
    listing = there.arguments["l"]
    assert isinstance(listing, Listing)
    assert listing.items == tuple(items)


def test_an_error_and_a_finding_keep_their_phrase_across_a_pickle() -> None:
    said = phrase("cannot be read: {why}", why="no")
    error = pickle.loads(pickle.dumps(NotDone(said)))  # noqa: S301 - made a line before
    finding = pickle.loads(pickle.dumps(Finding(rule="a/b", severity="error", message=said)))  # noqa: S301 - the same
    assert (error.message.template, finding.message.template) == (said.template, said.template)


def test_json_holds_the_text_alone() -> None:
    finding = Finding(rule="a/b", severity="error", message=phrase("{n} s long", n=1))
    assert msgspec.json.decode(msgspec.json.encode(finding, enc_hook=plain))["message"] == "1 s long"
    with pytest.raises(NotImplementedError):
        plain(sys)


def test_a_missing_argument_is_an_error() -> None:
    with pytest.raises(KeyError):
        phrase("{n} s long")


@given(WORDS, st.lists(WORDS, max_size=3))
def test_a_store_of_text_keeps_the_template(name: str, items: list[str]) -> None:
    said = phrase("{q}: {why}", q=name, why=phrase("{n} s; {l}", n=3, l=any_of(items)))
    there = unpacked(packed(said))
    assert isinstance(there, Phrase)
    assert (there, there.template, there.arguments) == (said, said.template, said.arguments)
    assert unpacked(packed("as it is")) == "as it is"
