"""A phrase is translated by its template, whatever fills it."""

from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import LANGUAGES, Language
from preflight.locale.catalogue import kind_of
from preflight.locale.translate import translated
from preflight.values.phrase import any_of, joined, phrase

HOSTILE = st.text(st.characters() | st.sampled_from("{}; \n\r가을(를)中 文\ud800'\""), max_size=30)


def test_a_phrase_is_found_by_its_template_and_what_it_holds_in_turn() -> None:
    limit = phrase("{n1} to {n2} s", n1=2, n2=15)
    said = phrase("{said}; {limit} allowed", said=phrase("{n} s long", n="16.016"), limit=limit)
    assert translated(said, "ko") == "길이 16.016초, 허용 2~15초"
    assert translated(said, "zh") == "时长 16.016 秒，允许 2–15 秒"
    assert translated(said, "en") == "16.016 s long; 2 to 15 s allowed"


def test_lists_are_joined_as_the_language_does() -> None:
    assert translated(any_of(["jpeg", "png", "webp"]), "ko") == "jpeg, png, webp"
    assert translated(any_of(["jpeg", "png", "webp"]), "zh") == "jpeg、png、webp"
    assert translated(joined([phrase("{n} s", n=1), "a"], "; "), "zh") == "1 秒；a"


def test_text_without_a_template_is_looked_up_as_a_whole() -> None:
    assert translated("may hold interlaced pictures", "ko") != "may hold interlaced pictures"
    assert translated("a shape of its own", "ko") == "a shape of its own"


def test_a_template_that_no_catalogue_has_stays_english_around_what_it_holds() -> None:
    assert translated(phrase("a shape of {what}", what=phrase("{n} s", n=2)), "ko") == "a shape of 2초"


@given(HOSTILE, st.sampled_from(LANGUAGES))
def test_hostile_text_never_changes_the_template_and_stands_whole(name: str, language: Language) -> None:
    said = phrase("{q}: cannot be read: {why}", q=name, why=phrase("is empty ({n} bytes)", n=0))
    expected = translated(phrase("{q}: cannot be read: {why}", q="\0", why=said.arguments["why"]), language)
    assert translated(said, language) == expected.replace("\0", name)


def test_a_placeholder_s_first_letter_says_what_it_stands_for() -> None:
    assert [kind_of(name) for name in ("n", "n12", "w", "l2", "q", "limit", "now", "why")] == [
        *("n", "n", "w", "l", "q", "", "", ""),
    ]
