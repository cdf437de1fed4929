"""Text is broken and filled by columns: a wide character takes two."""

from hypothesis import given
from hypothesis import strategies as st

from preflight.locale.columns import columns, definitions, filled, wrapped

WORDS = st.text(alphabet="가나다라 abc 文字宽度，。（）", max_size=60)


def test_a_wide_character_takes_two_columns() -> None:
    assert [columns(text) for text in ("abc", "프레임", "帧率", "１")] == [3, 6, 4, 2]
    assert filled("오류", 7) == "오류   "


@given(WORDS, st.integers(24, 60))
def test_no_line_is_wider_than_asked_but_for_a_word_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(columns(line) <= width or " " not in line.strip() for line in lines)


def test_chinese_is_broken_between_characters_and_never_before_a_mark() -> None:
    assert wrapped("按文档限制判定文件、文件夹或请求。", 12) == ["按文档限制判", "定文件、文件", "夹或请求。"]
    assert wrapped("프레임 레이트를 측정할 수 없음", 16) == ["프레임 레이트를", "측정할 수 없음"]


def test_what_a_term_means_stands_in_a_column_beside_it() -> None:
    rows = [("--lang", "표시 언어"), ("--a-very-long-option", "뜻"), ("--bare", "")]
    assert list(definitions(rows, 40, 2, most=10)) == [
        "  --lang      표시 언어",
        "  --a-very-long-option",
        "              뜻",
        "  --bare",
    ]
