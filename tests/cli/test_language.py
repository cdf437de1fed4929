"""The program in Korean and Chinese: what a person reads is in the language, what a program reads is not."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import MEDIA, Program
from tests.locale.left import ENGLISH, QUOTED

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("ko", "zh")
CLIP, WIDE, SONG = "video-20s.mp4", "image-6000x2400.jpg", "audio-20s.wav"
REQUEST = """\
videos = ["clip.mp4"]
images = ["wide.jpg"]
prompt = "Video 1 with the light of image 1."
"""


def specimens(folder: Path) -> None:
    for name, own in ((CLIP, "clip.mp4"), (WIDE, "wide.jpg"), (SONG, "song.wav")):
        (folder / own).write_bytes((MEDIA / name).read_bytes())
    (folder / "request.toml").write_text(REQUEST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_person_reads_is_as_it_was_agreed(program: Program, tmp_path: Path, language: str) -> None:
    specimens(tmp_path)
    calls = (
        ("check", "clip.mp4", "wide.jpg", "song.wav"),
        ("fix", "clip.mp4", "song.wav", "--dry-run"),
        ("submit", "request.toml", "--dry-run", "--format", "text"),
        ("check", "nowhere.mp4"),
        ("check", "--joobs", "2"),
    )
    said = []
    for call in calls:
        ended = program(*call, "--lang", language)
        said.append(f"$ preflight {' '.join(call)}\n{ended.out}{ended.err}[{ended.status}]\n")
    assert "".join(said) == (GOLDEN / f"{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_in_the_language_and_no_line_is_wider_than_a_terminal(program: Program, language: str) -> None:
    from preflight.locale.columns import columns

    told = program("check", "--help", "--lang", language).out
    assert not ENGLISH.search(QUOTED.sub("", told.split("\n\n")[1]))
    lines = [line for line in told.splitlines() if "preflight check" not in line and "--" not in line]
    assert max(map(columns, lines)) <= 80


def test_rules_keys_and_codes_are_the_same_in_every_language(program: Program, tmp_path: Path) -> None:
    specimens(tmp_path)
    english, korean = (
        json.loads(program("check", "clip.mp4", "--format", "json", "--lang", one).out) for one in ("en", "ko")
    )
    (before,), (after,) = (report["assets"][0]["findings"] for report in (english, korean))
    assert before.pop("message") == "20 s long; 2 to 15 s allowed"
    assert after.pop("message") == "길이 20초, 허용 2~15초"
    assert before == after
    assert english["verdict"] == korean["verdict"] == "fail"


def test_the_flag_stands_over_the_variable_over_the_settings_over_the_locale(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specimens(tmp_path)

    def first() -> str:
        return program("check", "wide.jpg").out.split()[1]

    monkeypatch.delenv("PREFLIGHT_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert first() == "通过:"
    (tmp_path / "preflight.toml").write_text('lang = "ko"\n')
    assert first() == "통과:"
    monkeypatch.setenv("PREFLIGHT_LANG", "zh")
    assert first() == "通过:"
    assert program("check", "wide.jpg", "--lang", "fr").out.split()[1] == "pass:"


def test_a_name_that_is_a_word_of_ours_is_not_translated(program: Program, tmp_path: Path) -> None:
    (tmp_path / "pass").write_bytes((MEDIA / WIDE).read_bytes())
    assert program("check", "pass", "--lang", "ko").out.startswith("pass: 통과: jpeg")


@pytest.mark.parametrize("call", [("check", "--help"), ("--help",), ("check", "--joobs"), ("chek",), ()])
def test_the_language_of_the_settings_serves_help_and_errors_of_a_call(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: tuple[str, ...]
) -> None:
    for name in ("LC_ALL", "PREFLIGHT_LANG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "preflight.toml").write_text('lang = "ko"\n')
    korean, chinese = program(*call), program(*call, "--lang", "zh")
    assert any(word in korean.out + korean.err for word in ("파일", "옵션", "명령"))
    assert any(word in chinese.out + chinese.err for word in ("文件", "选项", "命令"))
