"""Lists of the user's own: what is added is there once, the oldest goes first, and a stranger's file is none."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.files import notes
from preflight.files.notes import LINES_MAX, MAX_BYTES, add, data_folder, lines
from preflight.system.files import me
from tests.posix import give_away

names = st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=40)


def test_without_a_file_there_are_no_lines() -> None:
    assert lines("agreed") == []


@settings(max_examples=8)
@given(st.lists(names, min_size=1, max_size=6))
def test_what_was_added_stands_there_once_in_the_order_of_coming(added: list[str]) -> None:
    (data_folder() / "list").unlink(missing_ok=True)
    for line in added:
        add("list", line)
    assert lines("list") == list(dict.fromkeys(added))


def test_the_oldest_lines_go_when_there_are_too_many() -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / "list").write_text("".join(f"{number}\n" for number in range(LINES_MAX)))
    add("list", "new")
    assert lines("list") == [*map(str, range(1, LINES_MAX)), "new"]


@pytest.mark.parametrize("line", ["two\nlines", "\n"])
def test_a_line_that_would_be_two_is_left_out(line: str) -> None:
    add("list", "one")
    add("list", line)
    assert lines("list") == ["one"]


def test_names_of_any_bytes_come_back() -> None:
    add("list", "/media/\udcff\udcfe")
    assert lines("list") == ["/media/\udcff\udcfe"]


def test_a_file_without_end_is_read_up_to_a_bound() -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / "list").write_bytes(b"x" * (MAX_BYTES + 100))
    assert [len(line) for line in lines("list")] == [MAX_BYTES]


def test_the_folder_is_made_for_the_user_alone() -> None:
    add("list", "one")
    assert data_folder().stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    add("list", "one")
    assert lines("list") == []


@pytest.mark.skipif(me() != 0, reason="only root can give a file away")
def test_a_list_of_somebody_else_is_not_read() -> None:
    add("list", "one")
    give_away(notes.data_folder() / "list", 12345)
    assert lines("list") == []


def test_what_is_no_plain_file_is_not_read() -> None:
    data_folder().mkdir(parents=True)
    (data_folder() / "zero").symlink_to("/dev/zero")
    (data_folder() / "folder").mkdir()
    assert [lines(name) for name in ("zero", "folder")] == [[], []]
