"""Text files as people save them: what is read whichever program wrote it, and what is refused in words."""

import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.files.text import (
    DEEPEST,
    SIGNATURES,
    TextError,
    bytes_of,
    encoding_of,
    json_of,
    json_of_text,
    refuse_unbounded,
    text_of,
    toml_of,
)
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


# ---- encodings ------------------------------------------------------------------------------------------------------

WRITTEN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=60)
MARKS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@given(WRITTEN)
def test_plain_text_is_read_as_it_was_written(text: str) -> None:
    if not any(text.encode().startswith(begin, at) for at, begin, _ in SIGNATURES):
        assert text_of(text.encode()) == text


@given(WRITTEN, st.sampled_from(sorted(MARKS)))
def test_a_mark_names_the_encoding_and_is_no_part_of_the_text(text: str, encoding: str) -> None:
    content = MARKS[encoding] + text.encode(encoding.removesuffix("-sig"))
    assert text_of(content) == text


@given(st.text('abc = \n"', min_size=4, max_size=200), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_latin_text_in_utf_16_needs_no_mark(text: str, encoding: str) -> None:
    assert encoding_of(text.encode(encoding)) == encoding


@given(st.binary(max_size=100))
def test_any_bytes_are_text_or_refused_in_words(content: bytes) -> None:
    try:
        said = repr(text_of(content))
    except TextError as error:
        said = str(error)
    assert said.startswith(("'", '"', "is a ", "is an ", "not UTF-"))


@given(st.binary(max_size=60))
def test_any_bytes_are_json_or_toml_or_refused(content: bytes) -> None:
    for read in (json_of, toml_of):
        with suppress(TextError):
            read(content)


@pytest.mark.parametrize(("at", "begin", "name"), SIGNATURES)
def test_a_medium_or_document_is_named_and_a_text_that_tells_of_one_is_none(at: int, begin: bytes, name: str) -> None:
    with pytest.raises(TextError, match=f"is {name}, and no text"):
        text_of(bytes(at) + begin + b" more")
    with suppress(UnicodeDecodeError):
        assert begin.decode() in text_of(b"# about " + begin)


# ---- bounds ---------------------------------------------------------------------------------------------------------


def nested(deep: int) -> object:
    value: object = 1
    for number in range(deep):
        value = [value] if number % 2 else {"a": value}
    return value


@pytest.mark.parametrize("deep", [0, 1, DEEPEST - 1])
def test_what_is_within_the_depth_is_read(deep: int) -> None:
    refuse_unbounded(nested(deep))
    assert json_of_text(json.dumps(nested(deep))) == nested(deep)


@pytest.mark.parametrize("deep", [DEEPEST, DEEPEST + 1, 2 * DEEPEST])
def test_what_is_deeper_is_refused_by_a_place_that_fits_a_line(deep: int) -> None:
    with pytest.raises(TextError, match="nested more than 64 deep") as caught:
        json_of_text(json.dumps(nested(deep)))
    assert len(str(caught.value)) < 120


@given(st.integers(-(10**30) + 1, 10**30 - 1))
@example(value=-(10**29))
def test_a_whole_number_of_thirty_digits_is_read_exactly(value: int) -> None:
    assert json_of_text(str(value)) == value


@pytest.mark.parametrize("value", ["1" + "0" * 30, "-1" + "0" * 30])
def test_one_of_more_is_refused_whatever_its_sign(value: str) -> None:
    with pytest.raises(TextError, match="digits"):
        json_of_text(value)


@given(st.sampled_from([float("inf"), float("-inf"), float("nan"), 10**30, -(10**30)]), st.lists(st.sampled_from("ab")))
def test_a_number_out_of_bounds_is_told_with_its_dotted_place(value: object, place: list[str]) -> None:
    for key in reversed(place):
        value = {key: value}
    with pytest.raises(TextError) as caught:
        refuse_unbounded(value)
    assert str(caught.value).startswith(f"{'.'.join(place)}: ")


# ---- keys -----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text("ab", min_size=1, max_size=3), st.integers(0, 9), max_size=4))
def test_keys_that_differ_are_unique(table: dict[str, int]) -> None:
    assert json_of_text(json.dumps(table), unique=True) == table


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 2}', '{"b": [{"a": 1, "a": 1}]}', '{"a": {}, "\\u0061": {}}', '{"b": {"a": 1, "b": 2, "a": 3}}'],
)
def test_a_key_that_stands_twice_is_named_where_readers_differ_about_it(text: str) -> None:
    with pytest.raises(TextError, match=r"^a: stands there twice$"):
        json_of_text(text, unique=True)
    json_of_text(text)


def test_an_error_of_toml_brings_its_line() -> None:
    with pytest.raises(TextError) as caught:
        toml_of(b"a = 1\nb = no way\n")
    assert caught.value.excerpt is not None
    assert (caught.value.excerpt.line, caught.value.excerpt.text) == (2, "b = no way")
    assert str(caught.value).startswith("not TOML: line 2, column ")
