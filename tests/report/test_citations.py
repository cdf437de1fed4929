"""What editions and readers say is worded in each language; text of no known shape stays as it is."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import Language, localized, speaking
from preflight.profiles import load, names
from preflight.profiles.entries import entries
from preflight.report.citations import READINGS, cited, reading
from tests.locale.left import ENGLISH

KEPT = re.compile(r"https?://\S+|'[^']*'|“[^”]*”|[a-z]+_[a-z_]+(?: = false)?|\w+-to-\w+")
"""Addresses, quotes, and the service's own names."""
WORDS = re.compile(r"\b(?:of|the|and|by|its|an?|pages?|documents?|at most|with|over)\b")


@given(st.text(max_size=60))
def test_the_english_stays_the_same_whatever_it_is(text: str) -> None:
    assert cited(text) == text
    assert reading(text) == text


@pytest.mark.parametrize("language", ["ko", "zh"])
def test_every_source_and_title_of_an_edition_is_in_the_language(language: Language) -> None:
    profiles = [load(name) for name in names()]
    said = {entry.source for profile in profiles for entry in entries(profile).values() if entry and entry.source}
    with speaking(language):
        told = [localized(cited(text)) for text in said | {profile.title for profile in profiles}]
    assert [words for words in told if WORDS.search(KEPT.sub("", words))] == []


HOWS = (
    "PyAV, sample index with edit list: frames over duration",
    "JPEG frame header, decoded by libjpeg-turbo, EXIF orientation 6",
    "PyAV, sample description, pixel shape 27/20, turned 270 degrees",
    "PyAV, every packet: every frame within half a tick (1 ms) of 23.976 fps",
)


@pytest.mark.parametrize("language", ["ko", "zh"])
@pytest.mark.parametrize("how", HOWS)
def test_how_a_value_was_measured_is_in_the_language(language: Language, how: str) -> None:
    with speaking(language):
        told = localized(reading(how))
    assert not ENGLISH.search(told), told
    assert json.dumps(reading(how)) == json.dumps(how)


def test_each_shape_of_a_reading_has_its_translation() -> None:
    for language in ("ko", "zh"):
        with speaking(language):
            assert [one for one in READINGS if localized(one) == one] == []
