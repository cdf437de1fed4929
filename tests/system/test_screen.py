"""A file is shown in its folder where there is a screen, by the program that the system has for it."""

import sys
from pathlib import Path

import pytest

from preflight.system.screen import folder_opener

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there, a screen is taken for granted")


@pytest.fixture(autouse=True)
def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program in the place of the file manager that writes down what it is to open."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    program, told = tmp_path / "xdg-open", tmp_path / "told"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{told}.part" && mv "{told}.part" "{told}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return told


def test_without_a_screen_or_a_file_manager_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert folder_opener() is None
    monkeypatch.setenv("DISPLAY", ":7")
    assert folder_opener()
    monkeypatch.setenv("PATH", "")
    assert folder_opener() is None


@pytest.mark.parametrize("name", ["a b.mp4", "-n.mp4", "한글 $(x).mp4"])
def test_the_folder_of_a_file_is_opened_whatever_it_is_called(
    tmp_path: Path, opens: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    folder = tmp_path / "new files; rm x"
    folder.mkdir()
    show = folder_opener()
    assert show
    assert show(str(folder / name))
    while not opens.exists():  # it is not waited for: a file manager stays open
        pass
    assert opens.read_text() == str(folder)
