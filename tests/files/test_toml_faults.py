"""TOML as people write it who never heard of it: the cause in words, and a line that can be read."""

import json
import tomllib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.files.text import TextError, toml_of
from preflight.files.toml_faults import QUOTES, WIDE, Fault, fault_of


def fault(text: str) -> Fault:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    return fault_of(text, caught.value)


CORRECTED = {
    "smart quotes": ("prompt = “A boat”", "curly quotes", 'prompt = "A boat"'),
    "smart quotes round straight ones": ('prompt = “A "blue" boat”', "curly quotes", "prompt = 'A \"blue\" boat'"),
    "low and high quotes": ("prompt = „Ein Boot“", "curly quotes", 'prompt = "Ein Boot"'),
    "corner brackets": ("prompt = 「船」", "curly quotes", 'prompt = "船"'),
    "single smart quotes": ("prompt = ‘A boat’", "curly quotes", 'prompt = "A boat"'),  # noqa: RUF001 - such as people type
    "smart quotes in a list": ("images = [“a.jpg”, “b.jpg”]", "curly quotes", 'images = ["a.jpg", "b.jpg"]'),
    "a path on Windows": ('a = "C:\\clips\\a.mp4"', "a backslash", "a = 'C:\\clips\\a.mp4'"),
    "a path with an apostrophe": ('a = "C:\\it\'s\\a.mp4"', "a backslash", 'a = "C:\\\\it\'s\\\\a.mp4"'),
    "two paths": ('a = ["C:\\a.png", "D:\\b.png"]', "a backslash", "a = ['C:\\a.png', 'D:\\b.png']"),
    "bare text": ("prompt = A boat at sea", "text needs quotes", 'prompt = "A boat at sea"'),
    "a bare name of a file": ("path = clip.mp4", "text needs quotes", 'path = "clip.mp4"'),
    "bare text and a remark": ("model = fast # cheap", "text needs quotes", 'model = "fast"'),
    "an apostrophe": ("prompt = It's a boat", "text needs quotes", 'prompt = "It\'s a boat"'),
    "bare entries": ("images = [a.jpg, b.jpg]", "a list need quotes", 'images = ["a.jpg", "b.jpg"]'),
    "a missing comma": ('images = ["a.jpg" "b.jpg"]', "a comma is missing", 'images = ["a.jpg", "b.jpg"]'),
    "a bracket forgotten": ('images = ["a.jpg"\nduration = 5', "list that begins in line 1", 'images = ["a.jpg"]'),
    "a bracket forgotten at the end": ('images = [\n"a.jpg"\n', "list that begins in line 1", '"a.jpg"]'),
    "a list never opened": ('images = "a.jpg"]', "opening bracket", 'images = ["a.jpg"]'),
    "entries in lines of their own": ("images = [\n  a b.jpg,\n]", "text needs quotes", '  "a b.jpg",'),
    "smart quotes in such lines": ("images = [\n  “a.jpg”,\n  “b.jpg”\n]", "curly quotes", '  "a.jpg",'),
    "no comma between such lines": ('images = [\n  "a.jpg"\n  "b.jpg"\n]', "a comma is missing", '  "a.jpg",'),
    "bare text in braces": ("v = [{path = a.mp4, keep = 1-3}]", "braces", 'v = [{path = "a.mp4", keep = "1-3"}]'),
    "colons in braces": ('v = [{path: "a.mp4"}]', "braces", 'v = [{path = "a.mp4"}]'),
    "text of two lines": ('prompt = "A boat\nat sea."\nx = 1', "several lines", 'prompt = "A boat at sea."'),
    "smart quotes round two lines": ("prompt = “A boat\nat sea.”", "several lines", 'prompt = "A boat at sea."'),
    "three quotes never closed": ('a = """A boat\nx = 1', "begins in line 1 is not closed", 'a = """A boat"""'),
    "three single ones": ("a = '''A boat\nx = 1", "begins in line 1 is not closed", "a = '''A boat'''"),
    "a comma for a point": ("x = 5,5", "a point, not a comma", "x = 5.5"),
    "a zero before a number": ("duration = 05", "begin with 0", "duration = 5"),
    "two equal signs": ("duration == 5", "one = stands", "duration = 5"),
    "a remark as in other languages": ("// mine", "a comment begins with #", "# // mine"),
    "a fence of Markdown": ("```toml\nx = 1\n```", "a comment begins with #", "# ```toml"),
    "a character of control": ('a = "b\x01c"', "cannot be seen", 'a = "bc"'),
    "two words for a key": ("my prompt = 1", "a key is one word", None),
    "Python's True": ("generate_audio = True", "small letters", "generate_audio = true"),
    "yes": ("generate_audio = yes", "small letters", "generate_audio = true"),
    "a unit": ("duration = 5s", "no unit", "duration = 5"),
    "a Korean unit": ("duration = 5초", "no unit", "duration = 5"),
    "a comma at the end": ('prompt = "x",', "no comma either", 'prompt = "x"'),
    "a colon": ("duration: 5", "= is missing", "duration = 5"),
    "as in YAML": ("prompt: A boat", "= is missing", 'prompt = "A boat"'),
    "an open text": ('prompt = "A boat', "closing quote", 'prompt = "A boat"'),
    "a Korean key": ("길이 = 5", "other letters than A to Z", '"길이" = 5'),
    "full-width signs": ("duration＝5", "full-width", "duration=5"),  # noqa: RUF001 - such as people type
    "all of it at once": ("프롬프트 ＝ “배”", "curly quotes", '"프롬프트" = "배"'),  # noqa: RUF001 - such as people type
    "a mark in the middle": ("\ufeffduration = 5", "cannot be seen", "duration = 5"),
    "a blank that breaks no line": ("duration\u00a0= 5", "blank of another kind", "duration = 5"),
    "a table's bracket": ("[service\nx = 1", "bracket of a table", "[service]"),
    "nothing": ("duration =", "a value is missing", None),
    "a key twice": ("duration = 5\nduration = 6", "duration is given twice, first in line 1", "# duration = 6"),
    "JSON": ('{"prompt": "x"}', "named .json", None),
    "no key": ("= 5", "a line is a key", None),
    "a colon and a comma": ("duration: 5,", "= is missing", "duration = 5"),
    "nothing between": ("duration 5", "= is missing", "duration = 5"),
    "an open text in single quotes": ("prompt = 'A boat", "closing quote", "prompt = 'A boat'"),
    "off": ("generate_audio = OFF", "small letters", "generate_audio = false"),
    "a word and a remark": ("generate_audio = No # silent", "small letters", "generate_audio = false"),
    "seconds with a point": ("duration = 2.5 sec", "no unit", "duration = 2.5"),
    "Chinese seconds": ("duration = 5秒 # short", "no unit", "duration = 5"),
    "less than nothing": ("duration = -5s", "no unit", "duration = -5"),
    "a semicolon": ('prompt = "x";', "no comma either", 'prompt = "x"'),
    "a comma after a number": ("duration = 5 ,", "no comma either", "duration = 5"),
    "a table of tables": ("[[shots\nx = 1", "bracket of a table", "[[shots]]"),
    "one bracket of two": ("[[shots]\nx = 1", "bracket of a table", "[[shots]]"),
    "a list without an end": ('images = ["a.jpg" "b.jpg"', "a comma is missing", 'images = ["a.jpg", "b.jpg"]'),
    "numbers without commas": ("sizes = [1 2 3]", "a comma is missing", "sizes = [1, 2, 3]"),
    "tables without a comma": ("a = [{x = 1} {x = 2}]", "a comma is missing", "a = [{x = 1}, {x = 2}]"),
    "a Chinese key": ("时长 = 5", "other letters than A to Z", '"时长" = 5'),
    "a soft hyphen": ("dura\u00adtion = 5", "cannot be seen", "duration = 5"),
    "an ideographic blank": ("duration =\u30005", "blank of another kind", "duration = 5"),
    "a mark for the direction": ("\u200eduration = 5", "cannot be seen", "duration = 5"),
    "bars and brackets": ("images = ［“a.jpg”］", "curly quotes", 'images = ["a.jpg"]'),  # noqa: RUF001 - such as people type
    "a smart quote that is open": ("prompt = “A boat", "curly quotes", 'prompt = "A boat"'),
    "numbers within names": ('a = ["clip 1 2.mp4" "b 3"]', "a comma is missing", 'a = ["clip 1 2.mp4", "b 3"]'),
    "blanks between quotes": ('a = [" " "\'" \'"\' 3]', "a comma is missing", 'a = [" ", "\'", \'"\', 3]'),
    "an inner apostrophe": ("prompt = “It's a boat”", "curly quotes", 'prompt = "It\'s a boat"'),
    "a quote within": ('prompt = say "hi" to me', "text needs quotes", "prompt = 'say \"hi\" to me'"),
    "a path without quotes": ("path = C:\\clips\\a.mp4", "text needs quotes", "path = 'C:\\clips\\a.mp4'"),
    "an address": ("callback_url = https://h/x?a=1", "text needs quotes", 'callback_url = "https://h/x?a=1"'),
    "a bare list of addresses": ("images = [http://h/a.jpg]", "entries of a list", 'images = ["http://h/a.jpg"]'),
    "a table twice": ("[a]\n[a]", "given twice", None),
    "a value with nothing in it": ("a = ,", "a value is missing", None),
}


@pytest.mark.parametrize(("text", "cause", "corrected"), CORRECTED.values(), ids=CORRECTED)
def test_what_people_write_is_explained_and_corrected(text: str, cause: str, corrected: str | None) -> None:
    found = fault(text)
    assert cause in found.cause
    assert found.excerpt.corrected == corrected
    assert found.excerpt.text == text.splitlines()[found.excerpt.line - 1]


def test_the_line_is_the_one_that_is_wrong_and_the_rest_is_left() -> None:
    found = fault('prompt = "x"\r\nmodel = seedance\r\nduration = 5\r\n')
    assert (found.excerpt.line, found.excerpt.column) == (2, 9)
    assert found.excerpt.corrected == 'model = "seedance"'


@given(st.text(alphabet="a1= \"'“”[]{},:#\\\n\ufeff길", max_size=40))
def test_a_corrected_line_can_be_read_and_any_text_gets_an_answer(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        excerpt = fault_of(text, error).excerpt
        lines = text.split("\n")
        assert lines[excerpt.line - 1].rstrip("\r") == excerpt.text
        assert 1 <= excerpt.column <= len(excerpt.text) + 1
        if excerpt.corrected is not None:
            tomllib.loads("\n".join([*lines[: excerpt.line - 1], excerpt.corrected]))


@pytest.mark.parametrize("text", [unicodedata.normalize("NFD", "프롬프트 = 5"), "프롬프트 = 5", "프롬프트 ＝ “5”"])  # noqa: RUF001 - such as people type
def test_a_key_in_ones_own_language_is_corrected_to_the_key_itself(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    corrected = fault_of(text, caught.value, {"프롬프트": "prompt"}).excerpt.corrected or ""
    assert list(tomllib.loads(corrected)) == ["prompt"]


def test_lines_may_end_as_on_an_old_mac() -> None:
    assert toml_of(b'a = 1\rb = "2"\r') == {"a": 1, "b": "2"}


def test_a_large_file_is_explained_without_trying() -> None:
    assert fault("x = 1\n# " + "x" * 100_000 + "\nprompt = A boat").excerpt.corrected is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\0\0\0\x18ftypmp42", "is an MP4, MOV or HEIC file, and no text"),
        (b"\xff\xd8\xff\xe0", "is a JPEG image"),
        (b"PK\x03\x04", "is a ZIP archive or office document"),
        (b"{\\rtf1\\ansi prompt}", "is an RTF document"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(TextError, match=said):
        toml_of(content)


AROUND = (('a0 = "x"\n\n', ""), ("", "\nz9 = 5\n"), ("# “remark”\n", "\n# = 5\n"))
ALONE = [one for one in CORRECTED.values() if one[2] and "\n" not in one[0]]


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_what_stands_around_a_fault_changes_neither_its_cause_nor_its_line(before: str, after: str) -> None:
    for text, cause, corrected in ALONE:
        found = fault(before + text + after)
        assert cause in found.cause
        assert (found.excerpt.text, found.excerpt.corrected) == (text, corrected)
        assert found.excerpt.line == 1 + before.count("\n")


WRITTEN = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cf", "Zs", "Zl", "Zp"], exclude_characters="\"'\\")
    | st.just(" "),
    min_size=1,
    max_size=30,
).filter(lambda text: text == text.strip() and not {*text} & {*QUOTES, *map(chr, WIDE)})


@given(WRITTEN)
def test_curly_quotes_become_straight_ones_around_the_same_text(text: str) -> None:
    assert corrected_value(f"prompt = “{text}”") == text


@given(WRITTEN)
def test_a_quote_that_is_not_closed_is_closed_after_the_same_text(text: str) -> None:
    for sign in ('"', "'"):
        assert corrected_value(f"prompt = {sign}{text}") in (text, text.rstrip(",;").rstrip())


@given(st.integers(-(10**6), 10**6), st.sampled_from(["s", " s", "sec", " seconds", "초", " 秒"]))
def test_a_number_loses_its_unit_and_nothing_else(value: int, unit: str) -> None:
    assert corrected_value(f"duration = {value}{unit}", "duration") == value


@given(st.lists(st.text("abc.-_0", min_size=1, max_size=6).filter(lambda word: word[0] in "abc"), min_size=1))
def test_bare_entries_of_a_list_keep_their_names_and_order(names: list[str]) -> None:
    assert corrected_value(f"images = [{', '.join(names)}]", "images") == names


@given(st.lists(st.text("abc .", max_size=6), min_size=2, max_size=5))
def test_entries_get_their_commas_and_keep_their_order(names: list[str]) -> None:
    assert corrected_value(f"images = [{' '.join(map(json.dumps, names))}]", "images") == names


def corrected_value(text: str, key: str = "prompt") -> object:
    corrected = fault(text).excerpt.corrected
    assert corrected is not None, text
    return tomllib.loads(corrected)[key]


def test_a_fault_at_the_very_end_is_told_of_the_last_line_that_holds_something() -> None:
    found = fault('a = ["x",\n"y"\n\n\n')
    assert found.excerpt.line <= 2
    assert found.excerpt.text in ('a = ["x",', '"y"')


def test_json_of_any_indent_is_told_to_be_json() -> None:
    assert ".json" in fault('\n  {"a": 1}').cause


@pytest.mark.parametrize("sign", ["'", '"', "'''", '"""'])
@pytest.mark.parametrize("after", ["", "\n", "\nduration = 5\n[a]\nb = 1", "\r\nduration = 5\r\n"])
def test_a_quote_that_stays_open_is_told_where_it_opens(sign: str, after: str) -> None:
    before = f"a = {sign}x{sign}\n"
    found = fault(f"{before}prompt = {sign}A boat{after}")
    assert (found.excerpt.line, found.excerpt.text) == (2, f"prompt = {sign}A boat")
    assert ("three quotes" if len(sign) > 1 else "a closing quote is missing") in found.cause
    assert found.excerpt.corrected == f"prompt = {sign}A boat{sign}"
