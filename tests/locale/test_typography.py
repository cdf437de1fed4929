"""Korean particles follow the sound before them; Chinese stands without blanks."""

import re

import pytest

from preflight.locale.catalogue import messages
from preflight.locale.typography import filled


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("파일을(를)", "파일을"),
        ("이미지을(를)", "이미지를"),
        ("15이(가)", "15가"),
        ("16이(가)", "16이"),
        ("'모델'은(는)", "'모델'은"),
        ("wan.toml을(를)", "wan.toml을"),
        ("mp4(으)로", "mp4로"),
        ("서울(으)로", "서울로"),
        ("화면(으)로", "화면으로"),
        ("이미지 1과(와)", "이미지 1과"),
        ("이미지 2과(와)", "이미지 2와"),
        ("'규칙'(이)라는", "'규칙'이라는"),
        ("'nix/rate'(이)라는", "'nix/rate'라는"),
    ],
)
def test_a_particle_is_chosen_by_the_sound_before_it(text: str, written: str) -> None:
    assert filled([text], [], "ko") == written


def test_no_blank_stands_between_chinese_characters() -> None:
    assert filled(["允许 最长 15 秒"], [], "zh") == "允许最长 15 秒"
    assert filled(["允许 ", " 秒"], ["最长"], "zh") == "允许最长秒"


def test_what_fills_a_sentence_is_never_changed() -> None:
    assert filled(["'", "'을(를)"], ["가을(를)"], "ko") == "'가을(를)'을"
    assert filled(["", "을(를)"], ["'화면'"], "ko") == "'화면'을"
    assert filled(["允许 ", " 秒"], ["最 长"], "zh") == "允许最 长秒"


def test_no_korean_translation_ties_a_particle_to_what_fills_it() -> None:
    """The form that follows a vowel would stand behind a consonant, too; 의, 에 and 만 have one form."""
    tied = re.compile(r"\}[`'\"]?(?:은|는|이|가|을|를|과|와|으로|로)(?![가-힣(])")
    assert [words for words in messages("ko").values() if tied.search(words)] == []


def test_chinese_marks_are_the_wide_ones_between_chinese_characters() -> None:
    narrow = re.compile(r"[\u4e00-\u9fff][,;:!?()](?![\w{])|[\u4e00-\u9fff][,;:!?()][\u4e00-\u9fff]")
    quoted = re.compile(r"`[^`]*`|x,y,\S+")
    assert [words for words in messages("zh").values() if narrow.search(quoted.sub("", words))] == []
