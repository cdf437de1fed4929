"""Files below folders are reached by open descriptors: no link and no way up leads anywhere else."""

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.files.opened import LONGEST_PATH, MOST_HELD, Opened, Outside, Spot, leads_out, state_from, whole_paths
from tests.posix import make_pipe


@pytest.mark.parametrize("name", ["../x", "sub/../../x", "a/./b", ".", "..", "", "a/.."])
def test_a_path_with_a_way_up_or_no_name_leads_out(tmp_path: Path, name: str) -> None:
    assert leads_out(os.path.join(tmp_path, name), tmp_path)  # noqa: PTH118 - as it is written


def test_a_path_beside_a_folder_leads_out_and_one_in_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    assert leads_out(str(tmp_path / "inside" / "x"), tmp_path / "in")
    assert leads_out(str(tmp_path / "in" / "link" / "x"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "link"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "absent" / "x"), tmp_path / "in")
    assert not leads_out(str(tmp_path / "in" / "x"), tmp_path / "elsewhere", tmp_path / "in")


def test_names_are_taken_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(b"content")
    Path("in").mkdir()
    with Opened("in") as at:
        at.make("in/a/b")
        os.close(at.create("in/a/b/x"))
        assert at.has(str(tmp_path / "in/a/b/x"))
        with pytest.raises(Outside):
            at.has("x")


def test_more_folders_than_may_be_open_are_closed_in_their_turn(tmp_path: Path) -> None:
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - a count
    with Opened(tmp_path) as at:
        for number in range(MOST_HELD * 2):
            at.make(str(tmp_path / f"{number % 100}" / "a"))
            os.close(at.create(str(tmp_path / f"{number % 100}" / "a" / f"{number}")))
        assert len(os.listdir("/dev/fd")) <= before + MOST_HELD  # noqa: PTH208 - a count
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208 - a count
    assert sum(1 for _ in tmp_path.rglob("a/*")) == MOST_HELD * 2


def test_an_error_names_the_whole_path(tmp_path: Path) -> None:
    with Opened(tmp_path) as at:
        with pytest.raises(FileNotFoundError) as missing:
            at.read(str(tmp_path / "gone"))
        with pytest.raises(FileNotFoundError) as lost:
            at.read(str(tmp_path / "away" / "gone"))
    assert missing.value.filename == str(tmp_path / "gone")
    assert lost.value.filename == str(tmp_path / "away")


# ---- names ----------------------------------------------------------------------------------------------------------

NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200
)


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("below")


@given(st.lists(NAMES, min_size=1, max_size=3))
@example(["-rf", "*", "~"])
@example(["a\nb", "\x1b[2J", " "])
@example(["C:", "a\\b", "con"])
@example(["x", "x"])
@example(["x"])
def test_any_name_that_a_system_takes_is_only_a_name(below: Path, names: list[str]) -> None:
    here = tempfile.mkdtemp(dir=below)  # a name of one trial may be a folder of another
    path = os.path.join(here, *names, "x")  # noqa: PTH118 - any text may be a name
    with Opened(here) as at:
        assert not leads_out(path, Path(here))
        at.make(os.path.dirname(path))  # noqa: PTH120 - as above
        at.remove(path)
        os.close(at.create(path))
        assert at.has(path)
        assert at.state(path) == state_from(os.stat(path))  # noqa: PTH116 - as above
        at.unlink(path)
        assert not at.has(path)


@given(st.lists(st.one_of(NAMES, st.sampled_from(["", ".", ".."])), max_size=4))
def test_what_leads_out_is_told_by_the_names_alone(below: Path, names: list[str]) -> None:
    path = "/".join([str(below), *names, "x"])
    folders = path.removesuffix("x").rstrip("/").removeprefix(f"{below}").split("/")[1:]
    assert leads_out(path, below) is any(name in ("", ".", "..") for name in folders)


@pytest.mark.parametrize("name", ["a\0b", "a/\0"])
def test_a_name_with_a_zero_byte_is_nowhere_and_has_no_state(tmp_path: Path, name: str) -> None:
    with Opened(tmp_path) as at:
        assert at.state(str(tmp_path / name)) is None


def test_a_path_that_other_programs_cannot_open_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    deep = os.path.join(tmp_path, *["d" * 200] * (LONGEST_PATH // 200 + 1))  # noqa: PTH118 - longer than a path may be
    with Opened(tmp_path) as at, pytest.raises(OSError, match="too long") as refused:
        at.make(deep)
    assert refused.value.errno == errno.ENAMETOOLONG
    assert list(tmp_path.iterdir()) == []


def test_of_nested_roots_the_outer_counts(tmp_path: Path) -> None:
    """Otherwise a link on the way from the outer to the inner one would be followed."""
    (tmp_path / "in").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "in")
    assert leads_out(str(tmp_path / "way" / "x"), tmp_path, tmp_path / "way")
    assert not leads_out(str(tmp_path / "way" / "x"), tmp_path / "way")


def test_a_root_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")
    with Opened(tmp_path / "root") as at:
        os.close(at.create(str(tmp_path / "root" / "x")))
    assert (tmp_path / "real" / "x").exists()


# ---- files ----------------------------------------------------------------------------------------------------------


def test_only_a_plain_file_has_a_state(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    make_pipe(tmp_path / "pipe")
    with Opened(tmp_path) as at:
        states = {name: at.state(str(tmp_path / name)) for name in ("file", "folder", "link", "pipe", "absent")}
    assert [name for name, state in states.items() if state] == ["file"]
    assert states["file"] is not None
    assert states["file"][2] == len(b"four")


def test_a_state_changes_with_the_content_and_with_the_file_but_not_with_its_name(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"one")
    with Opened(tmp_path) as at:
        first = at.state(str(path))
        path.rename(other)
        assert at.state(str(other)) == first
        path.write_bytes(b"one")
        os.utime(path, ns=(0, other.stat().st_mtime_ns))
        assert at.state(str(path)) != first, "another file of the same size and time"
        with other.open("ab") as stream:
            stream.write(b"!")
        assert at.state(str(other)) != first


def test_no_link_is_read_or_written_through(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    with Opened(tmp_path / "in") as at:
        with pytest.raises(OSError, match=r"."):
            at.read(str(tmp_path / "in" / "link"))
        with pytest.raises(FileExistsError):
            at.create(str(tmp_path / "in" / "link"))
        at.remove(str(tmp_path / "in" / "link"))
    assert (tmp_path / "secret").read_bytes() == b"secret"
    assert not (tmp_path / "in" / "link").is_symlink()


def test_a_folder_that_becomes_a_link_is_not_followed_unless_it_is_held(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    with Opened(tmp_path / "in") as at:
        assert not at.has(str(tmp_path / "in" / "sub" / "x"))
        (tmp_path / "in" / "sub").rename(tmp_path / "moved")
        (tmp_path / "in" / "sub").symlink_to(tmp_path / "out")
        os.close(at.create(str(tmp_path / "in" / "sub" / "x")))
    assert [*(tmp_path / "out").iterdir()] == []
    assert (tmp_path / "moved" / "x").exists()
    with Opened(tmp_path / "in") as anew, pytest.raises(Outside, match="become a link"):
        anew.create(str(tmp_path / "in" / "sub" / "y"))


def test_making_a_folder_that_is_there_is_nothing_and_over_a_file_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Opened(tmp_path / "new") as at:
        at.make(str(tmp_path / "new" / "a"))
        at.make(str(tmp_path / "new" / "a"))
    with Opened(tmp_path) as at, pytest.raises(OSError, match=r".") as refused:
        at.make(str(tmp_path / "file" / "b"))
    assert not isinstance(refused.value, Outside)


def test_removing_what_is_not_there_is_nothing_and_unlinking_it_an_error(tmp_path: Path) -> None:
    with Opened(tmp_path) as at:
        at.remove(str(tmp_path / "absent"))
        at.remove(str(tmp_path / "absent" / "x"))
        with pytest.raises(FileNotFoundError) as missing:
            at.unlink(str(tmp_path / "absent"))
    assert missing.value.filename == str(tmp_path / "absent")


def test_an_error_of_two_names_tells_both_paths() -> None:
    one, two = Spot(3, "a", "/where/a"), Spot(4, "b", "/there/b")
    with pytest.raises(OSError, match="where") as raised, whole_paths(one, two):
        os.rename("absent-a", "absent-b")  # noqa: PTH104 - names as the system has them
    assert (raised.value.filename, raised.value.filename2) == ("/where/a", "/there/b")
    with pytest.raises(ValueError, match="other"), whole_paths(one):
        raise ValueError("other")
