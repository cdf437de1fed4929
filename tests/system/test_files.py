"""What systems differ in about files, as this one has it."""

import errno
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.system import files
from preflight.system.files import is_open_for_writing
from tests.specimens import MEDIA

HOLDING = """
import os, sys
from preflight.system import files
from preflight.system.files import is_open_for_writing
files.hold(os.open(sys.argv[1], files.WRITE))
print("held", flush=True)
sys.stdin.read()
"""


def held(path: Path) -> bool:
    descriptor = os.open(path, files.WRITE)
    try:
        return files.is_held(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else tells who has a file open for writing")
def test_who_has_a_file_open_for_writing_is_told_and_hurt_by_nothing(tmp_path: Path) -> None:
    path = Path(shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "a.jpeg"))
    assert is_open_for_writing(str(path)) is False
    with path.open("r+b"):
        assert is_open_for_writing(str(path)) is True
    assert is_open_for_writing(str(tmp_path / "absent")) is None
    assert is_open_for_writing("a\0b") is None
    for _ in range(200):
        assert is_open_for_writing(str(path)) is False
        path.open("r+b").close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows holds what is open without being asked")
def test_a_file_is_held_until_its_holder_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    path.touch()
    assert not held(path)
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert held(path)
        process.kill()
        process.wait(120)
    assert not held(path)


def test_a_new_file_takes_no_name_that_is_taken_and_follows_no_link(tmp_path: Path) -> None:
    os.close(os.open(tmp_path / "a", files.MAKE, 0o600))
    with pytest.raises(FileExistsError):
        os.open(tmp_path / "a", files.MAKE, 0o600)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(FileExistsError):
        os.open(tmp_path / "link", files.MAKE, 0o600)
    if files.NO_LINK:
        with pytest.raises(OSError, match="symbolic"):
            os.open(tmp_path / "link", files.READ | files.NO_LINK)


def test_a_line_end_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a\r\nb\x1ac")
    descriptor = os.open(path, files.READ)
    assert os.read(descriptor, 100) == b"a\r\nb\x1ac"
    os.close(descriptor)


def test_a_link_gets_a_second_name_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    files.link(tmp_path / "link", tmp_path / "second")
    assert (tmp_path / "second").is_symlink()


def test_content_and_names_can_be_put_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a")
    files.flush_file(path)
    files.flush_folder(tmp_path)
    files.flush_folder(tmp_path / "absent")
    with path.open("ab") as stream:
        files.flush_content(stream.fileno())
    with pytest.raises(FileNotFoundError):
        files.flush_file(tmp_path / "absent")


def test_a_copy_has_the_rights_and_times_of_its_original(tmp_path: Path) -> None:
    path, copy = tmp_path / "a", tmp_path / "b"
    path.touch(0o640)
    os.utime(path, ns=(10**18, 10**18 + 10**9))
    with path.open("rb") as reader, copy.open("wb") as writer:
        files.copy_attributes(reader.fileno(), writer.fileno(), str(copy))
    assert copy.stat().st_mtime_ns == path.stat().st_mtime_ns
    if files.HAS_OWNERS:
        assert stat.S_IMODE(copy.stat().st_mode) == stat.S_IMODE(path.stat().st_mode)


def test_a_file_of_ours_is_ours(tmp_path: Path) -> None:
    assert tmp_path.stat().st_uid == files.me()
    assert not files.is_alone_in(987_654)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says so without asking")
def test_where_settings_lie_is_plain_unless_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert files.plain_config_folder() == str(tmp_path / ".config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert files.plain_config_folder() is None


# ---- renaming and links ---------------------------------------------------------------------------------------------


def test_a_name_is_given_without_taking_another_s(tmp_path: Path) -> None:
    call = files.rename_call()
    if call is None:
        pytest.skip("this system cannot rename without replacing")
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    folder = os.open(tmp_path, files.FOLDER)
    try:
        assert call(folder, "a", folder, "b") in {errno.EEXIST, *files.UNSUPPORTED}
        assert [(tmp_path / name).read_text() for name in ("a", "b")] == ["a", "b"]
        if (status := call(folder, "a", folder, "c")) not in files.UNSUPPORTED:
            assert (status, (tmp_path / "c").read_text(), (tmp_path / "a").exists()) == (0, "a", False)
        assert call(folder, "absent", folder, "d") == errno.ENOENT
        assert call(None, str(tmp_path / "b"), None, str(tmp_path / "e")) in {0, *files.UNSUPPORTED}
    finally:
        os.close(folder)


def test_a_file_system_is_flushed_by_an_open_folder_and_by_nothing_else(tmp_path: Path) -> None:
    call = files.sync_call()
    if call is None:
        pytest.skip("this system flushes no single file system")
    folder = os.open(tmp_path, files.FOLDER)
    assert call(folder)
    os.close(folder)
    assert not call(folder)
    assert not call(None)


@pytest.mark.skipif(not files.BY_DESCRIPTOR, reason="this system knows no names below open folders")
def test_a_second_name_is_made_below_open_folders(tmp_path: Path) -> None:
    for name in ("from", "to"):
        (tmp_path / name).mkdir()
    (tmp_path / "from" / "a").write_text("a")
    ends = [os.open(tmp_path / name, files.FOLDER) for name in ("from", "to")]
    try:
        files.link("a", "b", *ends)
        with pytest.raises(FileExistsError):
            files.link("a", "b", *ends)
    finally:
        for end in ends:
            os.close(end)
    assert (tmp_path / "to" / "b").samefile(tmp_path / "from" / "a")


@pytest.mark.skipif(sys.platform == "win32", reason="this system knows no groups")
def test_one_is_alone_only_in_a_group_of_one_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":
        import grp
        import pwd

        mine = pwd.getpwuid(files.me())
        groups = {group.gr_gid: group for group in grp.getgrall()}
        for gid, group in groups.items():
            ours = gid == mine.pw_gid and group.gr_name == mine.pw_name and {*group.gr_mem} <= {mine.pw_name}
            assert files.is_alone_in(gid) is ours
        monkeypatch.setattr(files, "me", lambda: 2**31 - 7)
        assert not any(map(files.is_alone_in, groups)), "of somebody whom the system does not know"


@pytest.mark.skipif(sys.platform != "linux", reason="this system keeps no attributes that are copied")
def test_an_attribute_that_a_person_set_goes_with_a_copy(tmp_path: Path) -> None:
    if sys.platform == "linux":
        path, copy = tmp_path / "a", tmp_path / "b"
        path.touch()
        try:
            os.setxattr(path, "user.note", b"mine")
        except OSError:
            pytest.skip("this file system keeps no attributes")
        with path.open("rb") as reader, copy.open("wb") as writer:
            files.copy_attributes(reader.fileno(), writer.fileno(), str(copy))
        assert os.getxattr(copy, "user.note") == b"mine"
