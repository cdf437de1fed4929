"""Settings count from the working folder up to the top of the same work, and no further."""

from pathlib import Path

import pytest

from preflight.cli.searched import folders, has_settings, is_strangers


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return home


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_below_the_home_folder_all_up_to_it_count(home: Path) -> None:
    here = made(home / "a" / "b")
    assert list(folders(here)) == [here, home / "a", home]


def test_elsewhere_the_working_folder_counts_alone(home: Path, tmp_path: Path) -> None:
    here = made(tmp_path / "elsewhere" / "a")
    assert list(folders(here)) == [here]
    assert list(folders(tmp_path)) == [tmp_path]
    assert home.name == "home"


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_repository_ends_the_search_whatever_marks_it(kind: str, home: Path) -> None:
    top = made(home / "a")
    here = made(top / "b" / "c")
    mark = top / ".git"
    if kind == "folder":
        mark.mkdir()
    elif kind == "file":
        mark.touch()
    else:
        mark.symlink_to("nowhere")
    assert list(folders(here)) == [here, top / "b", top]
    assert list(folders(top)) == [top]


@pytest.mark.parametrize("home", ["", "/", "//"])
def test_without_a_home_or_with_the_root_for_one_nothing_above_counts(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", home)
    here = made(tmp_path / "a")
    assert list(folders(here)) == [here]


def test_a_glance_sees_either_file_and_no_other(home: Path) -> None:
    here = made(home / "a")
    assert not has_settings(here)
    (home / "preflight.toml.bak").touch()
    assert not has_settings(here)
    (home / "pyproject.toml").touch()
    assert has_settings(here)


def test_a_file_of_ones_own_is_no_stranger_s(home: Path) -> None:
    here = made(home / "a")
    (home / "preflight.toml").touch()
    (here / "preflight.toml").touch()
    assert not is_strangers(home / "preflight.toml", here)
    assert not is_strangers(here / "preflight.toml", here)
