"""The language of the settings is read where click ends before it reads settings."""

from pathlib import Path

import pytest

from preflight.cli.settled import heed_settings, is_help
from preflight.locale import language, speaking


def test_help_and_a_call_of_nothing_are_answered_by_help() -> None:
    assert [is_help(words) for words in ([], ["-h"], ["check", "--help"], ["check", "a.mp4"])] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("settings", "words", "heard"),
    [
        ('lang = "ko"', "", "ko"),
        ('lang = "ko"', "--lang zh", "en"),
        ("lang = 7", "", "en"),
        ('lang = "fr"', "", "en"),
        ("", "", "en"),
    ],
)
def test_the_settings_count_where_nothing_else_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, words: str, heard: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "preflight.toml").write_text(settings)
    with speaking("en"):
        heed_settings(words.split(), {"PREFLIGHT_LANG": "zh"} if words else {})
        assert language() == heard
