"""Every word of the page has a key, is there in each language, and is filled in with the same things."""

import re
import string
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import preflight
from preflight.locale import LANGUAGES, Language, speaking
from preflight.plan.estimate import Bound
from preflight.server.ui.items import State as ItemState
from preflight.server.ui.words import ENGLISH, GAP, WORDS, words_of
from preflight.submission.states import State
from preflight.values.assets import Kind
from preflight.values.choices import Fit, Lengthen, Strategy, Where
from preflight.values.findings import Loss, Verdict
from preflight.values.remedy import Kind as RemedyKind

CODE = Path(preflight.__file__).parent / "server"
PAGE = [*CODE.rglob("*.py"), *CODE.rglob("*.js"), *CODE.rglob("*.html")]


def fields(words: str) -> set[str]:
    return {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(words) if name is not None}


def test_words_are_a_mapping_in_the_language_of_the_page() -> None:
    assert {*WORDS} == {*ENGLISH}
    assert len(WORDS) == len(ENGLISH)
    assert WORDS["close"] == "Close"
    with speaking("ko"):
        assert WORDS["close"] != "Close"
    with pytest.raises(KeyError):
        WORDS["nothing of that name"]


@pytest.mark.parametrize("tag", ["ko", "zh"])
def test_a_translation_fills_in_what_the_english_words_do(tag: str) -> None:
    with speaking(tag):  # type: ignore[arg-type] # of a table
        translated = dict(WORDS)
    assert {key: fields(words) for key, words in translated.items()} == {k: fields(w) for k, w in ENGLISH.items()}
    assert [key for key, words in translated.items() if not words.strip()] == []


def test_every_key_that_is_asked_for_is_there() -> None:
    asked = {
        key
        for path in PAGE
        for key in re.findall(r"""(?:WORDS|words)\[["']([a-z0-9.-]+)["']\]""", path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 20
    assert asked - {*ENGLISH} == set()


def test_no_words_are_there_that_nobody_asks_for() -> None:
    """A key stands whole in a source, or begins with the part that one does before what is filled in."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGE if path.name != "words.py")
    begun = set(re.findall(r"[`\"']([a-z][a-z0-9.-]*\.)[`\"']?(?:\$\{|\{|[\"'] ?\+)", text))
    unused = [key for key in ENGLISH if key not in text and not any(key.startswith(one) for one in begun)]
    assert unused == []


# ---- what is filled in ----------------------------------------------------------------------------------------------

PLAIN = [key for key in ENGLISH if not key.startswith("remedy.")]
KEYS = st.sampled_from(PLAIN)
TONGUES = st.sampled_from(LANGUAGES)


@given(KEYS, TONGUES, st.lists(st.text(min_size=1, max_size=9), min_size=6, max_size=6))
@example("drop.failed", "zh", ["{name}", "{why}", "{0}", "%s", "<b>", "a\nb"])
@example("card.moved", "ko", ["을(를)", "\\1", "{", "}", "{}", "은(는)"])
def test_what_is_filled_in_stands_there_as_it_is(key: str, tongue: Language, said: list[str]) -> None:
    names = sorted(set(GAP.findall(ENGLISH[key])))
    values = dict(zip(names, said, strict=False))
    with speaking(tongue):
        words = words_of(key, **values)
    assert all(value in words for value in values.values())
    assert len(words) >= sum(len(value) for value in values.values())


@given(KEYS, TONGUES)
def test_words_without_a_gap_are_those_of_their_key(key: str, tongue: Language) -> None:
    with speaking(tongue):
        filled = words_of(key, **dict.fromkeys(GAP.findall(ENGLISH[key]), "x"))
        assert GAP.search(filled) is None
        if not GAP.search(ENGLISH[key]):
            assert filled == WORDS[key]


@pytest.mark.parametrize("key", [key for key in PLAIN if GAP.search(ENGLISH[key])])
def test_a_gap_that_nothing_is_said_for_is_a_fault_of_the_program(key: str) -> None:
    with pytest.raises(KeyError):
        words_of(key)


def test_more_than_there_are_gaps_for_changes_nothing() -> None:
    assert words_of("close", name="x") == ENGLISH["close"]


@pytest.mark.parametrize(
    ("key", "name", "closed", "opened"),
    [
        ("drop.failed", "name", "을", "를"),
        ("problem.format", "value", "은", "는"),
        ("prompt.unnamed", "role", "이", "가"),
        ("film.saved", "name", "으로", "로"),
    ],
)
def test_a_particle_follows_the_sound_of_what_is_filled_in(key: str, name: str, closed: str, opened: str) -> None:
    others = dict.fromkeys(GAP.findall(ENGLISH[key]), "x")
    with speaking("ko"):
        assert f"책{closed} " in words_of(key, **others | {name: "책"})
        assert f"배{opened} " in words_of(key, **others | {name: "배"})
        assert "(" not in words_of(key, **others | {name: "배"})


# ---- the words themselves -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_gap_is_filled_as_often_in_every_language(tag: Language) -> None:
    with speaking(tag):
        gaps = {key: Counter(GAP.findall(words)) for key, words in WORDS.items()}
    assert gaps == {key: Counter(GAP.findall(words)) for key, words in ENGLISH.items()}


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_words_begin_or_end_with_a_blank_or_hold_two(tag: Language) -> None:
    with speaking(tag):
        assert [key for key, words in WORDS.items() if "  " in words] == []
        assert [key for key, words in WORDS.items() if words != words.strip()] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_brace_of_the_words_is_one_of_a_gap(tag: Language) -> None:
    with speaking(tag):
        left = {key: GAP.sub("", words).replace("{0.span}", "") for key, words in WORDS.items()}
    assert [key for key, words in left.items() if {"{", "}"} & {*words}] == []


@pytest.mark.parametrize("tag", ["ko", "zh"])
def test_a_translation_ends_as_its_english_does(tag: Language) -> None:
    """A label that is a sentence in one language only would look odd beside the others."""
    with speaking(tag):
        ends = {key: words.endswith((".", "。")) for key, words in WORDS.items() if not key.startswith("remedy.")}
    assert [key for key, stops in ends.items() if stops != ENGLISH[key].endswith(".")] == []


@pytest.mark.parametrize("tag", ["ko", "zh"])
def test_a_question_stays_one_and_signs_stay(tag: Language) -> None:
    with speaking(tag):
        translated = dict(WORDS)
    for sign, wide in (("?", "\N{FULLWIDTH QUESTION MARK}"), ("✓", "✓"), ("✗", "✗"), ("…", "…"), ("%", "%")):
        with_it = {key for key, words in ENGLISH.items() if sign in words}
        assert {key for key in with_it if not {sign, wide} & {*translated[key]}} == set(), sign


def test_words_that_differ_in_english_are_not_one_in_a_group_of_another_language() -> None:
    """Two choices of one list that read the same could not be told apart."""
    for tag in LANGUAGES:
        with speaking(tag):
            for group in ("choice.fit.", "choice.crop.", "choice.extend.", "state.", "verdict.", "loss.", "job."):
                said = [words for key, words in WORDS.items() if key.startswith(group)]
                assert len(said) == len(set(said)), (tag, group)


# ---- what the page may have to name ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        ("state.", State),
        ("loss.", Loss),
        ("shelf.", Kind),
        ("shelf.share.", Strategy),
        ("choice.fit.", Fit),
        ("choice.crop.", Where),
        ("choice.extend.", Lengthen),
        ("verdict.", Verdict),
        ("verdict.", ItemState),
        ("plan.bytes.", Bound),
    ],
)
def test_everything_of_a_kind_has_its_words(begin: str, kind: object) -> None:
    assert get_args(kind)
    assert {f"{begin}{name}" for name in get_args(kind)} - {*ENGLISH} == set()


def test_each_remedy_that_has_words_is_one() -> None:
    named = {key.removeprefix("remedy.") for key in ENGLISH if key.startswith("remedy.")}
    assert named - {*get_args(RemedyKind)} == set()


def test_a_problem_that_has_two_sides_has_words_for_both_or_is_told_by_one() -> None:
    sides = {key.rsplit(".", 1)[0] for key in ENGLISH if re.search(r"^problem\..*\.(over|under)$", key)}
    alone = {one for one in sides if f"{one}.over" not in ENGLISH or f"{one}.under" not in ENGLISH}
    assert alone == {"problem.size"}, "no file is too small"
