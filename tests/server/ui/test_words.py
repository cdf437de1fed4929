"""Every word of the page has a key, is there in each language, and is filled in with the same things."""

import re
import string
from pathlib import Path

import pytest

import preflight
from preflight.locale import speaking
from preflight.server.ui.words import ENGLISH, WORDS

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
