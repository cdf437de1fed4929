"""Keys in one's own language, and the line of a request.toml that has a wrong key."""

import unicodedata

import pytest

from preflight.files.toml_spans import plain_key
from preflight.request.file import RequestFile
from preflight.request.own_words import OWN_WORDS, excerpt_of


def test_each_word_leads_to_a_key_that_a_request_has() -> None:
    assert set(OWN_WORDS.values()) <= set(RequestFile.__struct_fields__)


@pytest.mark.parametrize("key", ['"길이"', "'길이'", unicodedata.normalize("NFD", "길이")])
def test_a_key_is_the_same_in_quotes_and_decomposed(key: str) -> None:
    assert OWN_WORDS[plain_key(key)] == "duration"


def test_the_line_of_a_key_is_found_and_corrected() -> None:
    found = excerpt_of(
        'a = 1\r\n  "길이" = 5\r\n'.encode(), "길이: unknown key", "길이: unknown key; did you mean 'duration'?"
    )
    assert found
    assert (found.line, found.column, found.text, found.corrected) == (2, 3, '  "길이" = 5', "  duration = 5")


@pytest.mark.parametrize(
    ("content", "fault"),
    [(b"a = 1", "b: missing"), (b"a = 1", "b.c: unknown key"), (b"\xff\xff", "a: unknown key")],
)
def test_where_no_line_has_the_key_none_is_shown(content: bytes, fault: str) -> None:
    assert excerpt_of(content, fault, fault) is None


@pytest.mark.parametrize(
    ("line", "fault", "hint", "corrected"),
    [
        (
            'videos = [{ kep = "1-4", path = "c" }]',
            "videos.0.kep: unknown key",
            "keep",
            '[{ keep = "1-4", path = "c" }]',
        ),
        ("videos = [{ path = 'c', cut = 1 }]", "videos.0.cut: unknown key", "", None),
        ('duration = "5" # seconds', "duration: expected a whole number, got '5'", "", "5 # seconds"),
    ],
)
def test_what_is_meant_is_written_anew_wherever_in_its_line_it_stands(
    line: str, fault: str, hint: str, corrected: str | None
) -> None:
    found = excerpt_of(line.encode(), fault, f"{fault}; did you mean {hint!r}?" if hint else fault)
    assert found
    assert found.corrected == (f"{line.partition('=')[0]}= {corrected}" if corrected else None)
