"""A request that is no TOML, as a person meets it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_the_line_is_shown_with_a_caret_and_corrected(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_text('model = "seedance-2.0-reference-to-video"\nprompt = “배, at sea”\n', encoding="utf-8")
    ended = program("check", str(path))
    assert ended.status == 2
    first, line, caret, corrected, *_ = ended.err.splitlines()
    assert first.endswith("request.toml: not TOML: line 2, column 10: curly quotes; TOML wants straight ones")
    assert line == "  2 | prompt = “배, at sea”"
    assert caret == "    |          ^"
    assert corrected == 'Write: prompt = "배, at sea"'


def test_a_clip_in_the_place_of_a_request_is_called_a_clip(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(64))
    ended = program("check", str(path))
    assert ended.status == 2
    assert "is an MP4, MOV or HEIC file, and no text" in ended.err


@pytest.mark.parametrize(
    ("word", "key"), [("이미지", "images"), ("영상", "videos"), ("提示词", "prompt"), ("음악", "audios")]
)
def test_a_key_in_ones_own_language_leads_to_the_key_that_is_meant(
    program: Program, tmp_path: Path, word: str, key: str
) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "p"\n"{word}" = "x"\n', encoding="utf-8")
    ended = program("check", "r.toml")
    assert ended.status == 2
    assert f"did you mean '{key}'?" in ended.err
    assert f"Write: {key} = " in ended.err


def test_a_prompt_under_another_name_is_not_called_missing(program: Program, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text('duration = 5\n"프롬프트" = "배"\n', encoding="utf-8")
    ended = program("check", "r.toml")
    assert ended.status == 2
    first, line, caret, corrected, *_ = ended.err.splitlines()
    assert first.endswith("r.toml: 프롬프트: unknown key; did you mean 'prompt'?")
    assert (line, caret) == ('  2 | "프롬프트" = "배"', "    | ^")
    assert corrected == 'Write: prompt = "배"'


@pytest.mark.parametrize(
    ("wrong", "said", "write"),
    [
        ('duration = "5"', "expected a whole number, got '5'", "Write: duration = 5"),
        ("duration = 2026-01-05", "expected a whole number, got 2026-01-05", ""),
        ("durations = 5", "did you mean 'duration'?", "Write: duration = 5"),
    ],
)
def test_a_wrong_value_is_shown_in_its_line(
    program: Program, tmp_path: Path, wrong: str, said: str, write: str
) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "p"\n{wrong}\n', encoding="utf-8")
    ended = program("check", "r.toml")
    assert ended.status == 2
    assert said in ended.err
    assert f"  2 | {wrong}" in ended.err
    assert write in ended.err
