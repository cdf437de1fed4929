"""Sentences are matched by the messages of a catalogue; what no message matches stays English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.locale import LANGUAGES, Language
from preflight.locale.grammar import translated

SENTENCES = {
    "16.016 s long; 2 to 15 s allowed": ("길이 16.016초, 허용 2~15초", "时长 16.016 秒，允许 2–15 秒"),
    "1920 x 1080 = 2,073,600 pixels; 409,600 to 927,408 pixels allowed": (
        "해상도 1920×1080, 총 2,073,600픽셀, 허용 409,600~927,408픽셀",
        "分辨率 1920×1080，共 2,073,600 像素，允许 409,600–927,408 像素",
    ),
    "23.976 fps (24000/1001); 24 to 60 fps allowed": (
        "프레임 레이트 23.976fps(24000/1001), 허용 24~60fps",
        "帧率 23.976 fps（24000/1001），允许 24–60 fps",
    ),
    "heic content; jpeg, png or webp allowed": (
        "실제 내용은 heic, 허용 형식 jpeg, png, webp",
        "实际内容为 heic，允许的格式：jpeg、png、webp",
    ),
    "keep 0 to 15 s (drops 5 s of 20 s), no re-encoding": (
        "재인코딩 없이 0~15초 구간만 남기기(전체 20초 중 5초 버림)",
        "保留 0–15 秒（20 秒中舍去 5 秒），不重新编码",
    ),
    "Let it be readable again. Do not submit it again.": (
        "다시 읽을 수 있게 해 주세요. 다시 제출하지 마세요.",
        "请使其恢复可读。请勿再次提交。",
    ),
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_numbers_and_units_stand_as_the_language_writes_them(sentence: str) -> None:
    assert (translated(sentence, "ko"), translated(sentence, "zh")) == SENTENCES[sentence]


@pytest.mark.parametrize("sentence", ["my holiday.mp4", "", "Nobody said this; ever.", "12 parsecs long"])
def test_text_that_no_message_matches_stays_as_it_is(sentence: str) -> None:
    assert translated(sentence, "ko") == sentence


@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_any_text_is_translated_without_an_error(text: str, language: Language) -> None:
    assert isinstance(translated(text, language), str)


@given(st.from_regex(r"[a-z0-9_]{1,12}\.[a-z0-9]{2,4}", fullmatch=True))
def test_a_name_passes_through_unchanged(name: str) -> None:
    assert name in translated(f"cannot be read: {name}", "zh")
