"""Text files as people save them: what is read whichever program wrote it, and what is refused in words."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.files.text import TextError, bytes_of, json_of, text_of, toml_of
from preflight.values.units import exact
from tests.posix import make_pipe

SAVED = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


@pytest.mark.parametrize("encoding", SAVED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_is_the_same_however_it_was_saved(encoding: str, end: str) -> None:
    text = end.join(['prompt = "이미지 1, 图片2"', "duration = 5", ""])
    assert toml_of(text.encode(encoding)) == {"prompt": "이미지 1, 图片2", "duration": 5}


@given(st.dictionaries(st.text("abc", min_size=1), st.integers(-(10**9), 10**9)), st.sampled_from(SAVED))
def test_json_is_the_same_however_it_was_saved(value: dict[str, int], encoding: str) -> None:
    assert json_of(json.dumps(value).encode(encoding)) == value


def test_chinese_without_a_mark_is_no_utf_16() -> None:
    assert text_of("提示 = 1".encode()) == "提示 = 1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'a = "\xe9"', "not UTF-8 text (byte 5), which it has to be; save it as UTF-8"),
        (b"\xff\xfea\x00\x00\xd8", "not UTF-16 text"),
        (b"a = inf", "a: expected a number, got inf"),
        (b"a = [1, nan]", "a.1: expected a number, got nan"),
        (b"a = " + b"1" * 31, "a: a number of more than 30 digits"),
        (b"a = " + b"1" * 10_000, "not TOML: "),
        (b".".join([b"a"] * 100) + b" = 1", "nested more than 64 deep"),
        (b"a = " + b"[" * 5_000, "not TOML: nested too deeply"),
        (b"a = " + b"[" * 100 + b"]" * 100, "nested more than 64 deep"),
    ],
)
def test_what_nothing_can_be_made_of_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(TextError) as caught:
        toml_of(content)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON: "),
        (b'{"a": NaN}', "NaN is no number that JSON knows"),
        (b'{"a": 1e999}', "a: expected a number, got inf"),
        (b'{"a": ' + b"1" * 5_000 + b"}", "a number of 5,000 digits"),
        (b"[" * 100_000, "not JSON: nested too deeply"),
        (b"[" * 100 + b"]" * 100, "nested more than 64 deep"),
    ],
)
def test_json_that_nothing_can_be_made_of_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(TextError) as caught:
        json_of(content)
    assert said in str(caught.value)


def test_a_path_between_single_quotes_is_read_as_it_stands() -> None:
    assert toml_of(b"a = 'C:\\Users\\me.mp4'") == {"a": "C:\\Users\\me.mp4"}


@pytest.mark.parametrize("text", ["1e99999999", "1" * 31, "1/" + "3" * 31, "nan", "inf", "", "0x10", "1_000", "٣"])
def test_a_number_that_nobody_means_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected a number"):
        exact(text)


@given(st.fractions(max_denominator=10**12).filter(lambda value: abs(value.numerator) < 10**30))
def test_a_fraction_is_read_as_it_was_written(value: Fraction) -> None:
    assert exact(str(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_the_number_that_it_is_written_as(value: float) -> None:
    assert exact(value) == Fraction(str(value))


def test_a_key_that_is_no_text_is_refused_in_words() -> None:
    with pytest.raises(TextError, match=r"^a: a key that is no text$"):
        json_of(b'{"a": {"\\ud800": 1}}')


def test_a_file_is_read_no_further_than_it_may_be_long_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert (bytes_of(tmp_path / "a", 5), bytes_of(tmp_path / "a", 3)) == (b"12345", b"1234")
    assert len(bytes_of(Path("/dev/zero"), 1_000, plain=False)) == 1_001
    make_pipe(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="is no plain file"):
            bytes_of(path, 5)


@pytest.mark.parametrize(
    "content",
    [
        ".".join(["a"] * 500_000) + " = 1",
        "x = 1\n[" + ".".join(["a"] * 500_000) + "]",
        "x = {" + " . ".join(['"a"'] * 200_000) + " = 1}",
    ],
)
def test_a_key_of_very_many_parts_is_refused_before_it_is_parsed(content: str) -> None:
    with pytest.raises(TextError, match="a key nested more than 64 deep"):
        toml_of(content.encode())


@pytest.mark.parametrize("prose", ["." * 5_000, "Run. Stop. A rider goes on... " * 500, "1.5, 2.5, " * 500])
def test_prose_of_many_dots_is_no_key(prose: str) -> None:
    assert toml_of(f'prompt = "{prose}"\nmore = """\n{prose}\n"""'.encode())["prompt"] == prose
