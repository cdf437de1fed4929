"""The language of what is said: chosen once, kept to its context, English where it is none of ours."""

from contextvars import copy_context

import pytest

from preflight.locale import accepted, from_locale, language, language_of, listed, localized, speak, speaking
from preflight.values.phrase import phrase


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ko_KR.UTF-8", "ko"),
        ("ko", "ko"),
        ("KO-kr", "ko"),
        ("zh-Hans", "zh"),
        ("zh_CN.GB18030", "zh"),
        ("en_US.UTF-8", "en"),
        ("fr_FR", None),
        ("C.UTF-8", None),
        ("kok", None),
        ("", None),
    ],
)
def test_a_locale_s_name_tells_the_language(tag: str, language: str | None) -> None:
    assert language_of(tag) == language


def test_the_first_variable_of_the_locale_that_is_set_counts() -> None:
    assert from_locale({"LANG": "ko_KR.UTF-8"}) == "ko"
    assert from_locale({"LC_ALL": "C", "LANG": "ko_KR.UTF-8"}) == "en"
    assert from_locale({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "ko_KR.UTF-8"}) == "zh"
    assert from_locale({"LC_ALL": "", "LANG": "zh_CN"}) == "zh"
    assert from_locale({}) == "en"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("en;q=0.5, zh-CN;q=0.8", "zh"),
        ("fr, ko;q=0.1", "ko"),
        ("ko;q=0, zh;q=0.3", "zh"),
        ("*", "en"),
        ("fr", "en"),
        ("", "en"),
        ("ko;q=nonsense", "en"),
        ("ko;q=inf, zh;q=0.2", "zh"),
        ("ko;q=nan", "en"),
        ("zh-Hant-TW, en;q=0.9", "zh"),
        ("en;q=0.2, KO-kr ; q = 0.7", "ko"),
        (",,;;=, q=1", "en"),
    ],
)
def test_a_header_is_answered_in_its_language_of_greatest_weight(header: str, language: str) -> None:
    assert accepted(header) == language


def test_a_language_ends_with_its_block() -> None:
    seconds = phrase("{n} s", n=15)
    with speaking("ko"):
        assert localized(seconds) == "15초"
        with speaking("zh"):
            assert localized(seconds) == "15 秒"
            assert listed(["a", "b"]) == "a、b"
        assert listed(["a", "b"]) == "a, b"
    assert localized(seconds) == "15 s"


def test_a_command_s_language_stays_in_its_own_context() -> None:
    copy_context().run(speak, "ko")
    assert language() == "en"
