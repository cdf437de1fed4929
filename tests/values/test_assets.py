"""Assets: the words of a person become files, in order, whatever the files are called."""

import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.assets import KINDS, SUFFIX_KINDS, Asset, Role, Window, collect, printable

ODD_NAMES = ["-x.mp4", "-version", "http:x.mp4", "img%03d.png", "concat:x.mp4", "파일 (1).mp4", "a\nb.png", "$(id).wav"]


def touched(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(*paths: str | Path) -> list[str]:
    return [asset.path for asset in collect(map(str, paths))]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("3.0-9.5", "3", "9.5"),
        ("0-15", "0", "15"),
        (" 1 - 2.25 ", "1", "2.25"),
        ("0.0001-0.0002", "0.0001", "0.0002"),
        ("1:20-1:35", "80", "95"),
        ("0:59.5-1:00", "59.5", "60"),
        ("1:00:00-1:00:03.25", "3600", "3603.25"),
        ("80 \u2013 95", "80", "95"),
        ("3~9.5", "3", "9.5"),
    ],
)
def test_a_window_is_read_exactly(text: str, start: str, end: str) -> None:
    assert Window.parse(text) == Window(Fraction(start), Fraction(end))


@pytest.mark.parametrize("text", ["", "3", "3-", "-3", "a-b", "3:9", "1e3-2e3", "-1-2", "1--2", "nan-inf", "1-2-3"])
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected START-END in seconds, such as 3\.0-9\.5, or in minutes"):
        Window.parse(text)


@pytest.mark.parametrize("text", ["1:60-2:00", "1:60:00-2:00:00", "0:75-2:00"])
def test_a_minute_has_sixty_seconds(text: str) -> None:
    with pytest.raises(ValueError, match="a minute has 60 seconds"):
        Window.parse(text)


@pytest.mark.parametrize("text", ["9-3", "3-3", "0-0", "1:20-1:20"])
def test_a_window_that_ends_before_it_starts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an end after the start"):
        Window.parse(text)


@given(st.decimals(0, 10**4, places=3), st.decimals("0.001", 10**4, places=3))
def test_a_window_written_out_is_read_back_the_same(start: object, length: object) -> None:
    first, last = Fraction(str(start)), Fraction(str(start)) + Fraction(str(length))
    assert Window.parse(f"{float(first):.3f}-{float(last):.3f}") == Window(first, last)
    assert Window.parse(str(Window(first, last))) == Window(first, last)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_with_words(text: str) -> None:
    try:
        window = Window.parse(text)
    except ValueError as error:
        said = str(error)
    else:
        said = "expected " if 0 <= window.start_s < window.end_s else "nonsense"
    assert said.startswith("expected ")


def test_a_role_is_what_the_prompt_calls_it() -> None:
    assert str(Role("video", 1)) == "video 1"


@pytest.mark.parametrize(
    ("path", "is_url"),
    [
        ("https://example.com/a.png", True),
        ("HTTP://example.com/a", True),
        ("http:x.mp4", False),
        ("./https://x", False),
        ("ftp://x/y.png", False),
        ("-x.mp4", False),
    ],
)
def test_only_a_web_address_is_an_address(path: str, is_url: bool) -> None:
    assert Asset(path=path).is_url is is_url


@pytest.mark.parametrize(
    ("path", "suffix", "kind"),
    [
        ("a.MP4", "mp4", "video"),
        ("dir.d/file", "", "unknown"),
        ("x.tar.gz", "gz", "unknown"),
        (".png", "", "unknown"),
        ("파일 (1).Jpeg", "jpeg", "image"),
        ("http:x.mp4", "mp4", "video"),
        ("bgm.mp3", "mp3", "audio"),
    ],
)
def test_a_names_ending_promises_a_kind(path: str, suffix: str, kind: str) -> None:
    assert (Asset(path=path).suffix, Asset(path=path).expected_kind) == (suffix, kind)


def test_a_role_outranks_a_names_ending() -> None:
    assert Asset(path="a.mp4", role=Role("audio", 2)).expected_kind == "audio"


def test_every_ending_promises_one_known_kind() -> None:
    assert set(SUFFIX_KINDS.values()) == set(KINDS) - {"unknown"}
    assert all(suffix == suffix.lower().strip(".") for suffix in SUFFIX_KINDS)


def test_paths_keep_the_order_in_which_they_were_given() -> None:
    assert found("b.png", "a.png", "b.png") == ["b.png", "a.png", "b.png"]


def test_a_named_file_is_taken_as_it_is_hidden_or_absent() -> None:
    assert list(collect([".hidden.png", "absent"])) == [Asset(path=".hidden.png"), Asset(path="absent")]


def test_a_folder_is_walked_in_the_order_of_its_names(tmp_path: Path) -> None:
    touched(tmp_path, "b.png", "a.png", "c/z.png", "c/a.png", "B.png")
    names = [os.path.relpath(path, tmp_path) for path in found(tmp_path)]
    assert names == ["B.png", "a.png", "b.png", "c/a.png", "c/z.png"]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    touched(tmp_path, ".DS_Store", "._a.mp4", ".git/x.png", "a.mp4", "sub/.hidden.png")
    assert found(tmp_path) == [str(tmp_path / "a.mp4")]


def test_what_was_walked_to_is_marked_and_what_was_named_is_not(tmp_path: Path) -> None:
    touched(tmp_path, "a.png")
    assert [asset.walked for asset in collect([str(tmp_path), str(tmp_path / "a.png")])] == [True, False]


def test_a_hidden_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    touched(tmp_path, ".cache/a.png")
    assert found(tmp_path / ".cache") == [str(tmp_path / ".cache" / "a.png")]


def test_links_to_folders_are_not_followed_so_a_loop_ends(tmp_path: Path) -> None:
    touched(tmp_path, "in/a.png")
    (tmp_path / "in" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert found(tmp_path) == [str(tmp_path / "in" / "a.png")]


def test_a_link_to_a_file_is_a_file_of_the_folder(tmp_path: Path) -> None:
    touched(tmp_path, "in/a.png", "elsewhere.png")
    (tmp_path / "in" / "b.png").symlink_to(tmp_path / "elsewhere.png")
    assert found(tmp_path / "in") == [str(tmp_path / "in" / "a.png"), str(tmp_path / "in" / "b.png")]


def test_a_link_to_a_folder_that_is_named_is_walked(tmp_path: Path) -> None:
    touched(tmp_path, "real/a.png")
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert found(tmp_path / "link") == [str(tmp_path / "link" / "a.png")]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_no_name_is_anything_but_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touched(tmp_path, name)
    monkeypatch.chdir(tmp_path)
    assert found(tmp_path) == [str(tmp_path / name)]
    assert found(name) == [name]


def test_names_that_are_not_utf_8_are_found_and_can_be_opened(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    Path(os.fsdecode(raw)).touch()
    (path,) = found(tmp_path)
    assert os.fsencode(path) == raw
    assert Path(path).is_file()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("파일 (1).mp4", "파일 (1).mp4"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\nb", "a\\nb"),
        ("a\r::error::x", "a\\r::error::x"),
        ("safe\u202egpj.exe", "safe\\u202egpj.exe"),
        (os.fsdecode(b"\xff.png"), "\\udcff.png"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
    ],
)
def test_a_shown_name_holds_nothing_that_a_terminal_would_act_upon(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text())
def test_what_is_shown_can_always_be_printed_and_stands_on_one_line(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert len(shown.splitlines()) <= 1
