"""Files below the folders of a watch are reached by opened folders: no link leads anywhere else, whenever it is set."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.files import opened
from preflight.files.move import Borders
from preflight.files.opened import Opened, Outside
from preflight.watch.handling import Handling, Parcel, aside_of, begin, finish, new_token, prepare, resume
from tests.watch.conftest import Yard, files

PASSES = "image-ok.jpeg"
REPORT = b'{"assets": [{"path": "x"}]}'
SWAPS = """
import ctypes, os, sys
folder, link = map(os.fsencode, sys.argv[1:])
exchange = ctypes.CDLL(None).renameat2
print("begun", flush=True)
while os.getppid() == int(os.environ["PARENT"]):
    exchange(-100, folder, -100, link, 2)
"""
"""AT_FDCWD, and RENAME_EXCHANGE: both names are there at any moment."""
ROUNDS, MOST_ROUNDS = 400, 40_000


@contextmanager
def swapped(folder: Path, outside: Path) -> Iterator[None]:
    """Let another process put a link in the place of a folder, and the folder back, over and over."""
    link = folder.with_name(f"{folder.name}.link")
    link.symlink_to(outside)
    command = [sys.executable, "-S", "-c", SWAPS, str(folder), str(link)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PARENT": str(os.getpid())}) as child:
        assert child.stdout
        child.stdout.readline()
        try:
            yield
        finally:
            child.kill()
    if folder.is_symlink():
        folder.unlink()
        link.rename(folder)


def rounds(done: list[Path]) -> Iterator[int]:
    """Count rounds, as many as it takes until something was moved between two swaps: a busy machine may need more."""
    for number in range(MOST_ROUNDS):
        if number >= ROUNDS and done:
            return
        yield number


needs_exchange = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux exchanges two names")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of somebody's with files that are called as those that arrive."""
    folder = tmp_path / "home"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}.jpeg").write_bytes(b"secret")
    return folder


def untouched(folder: Path) -> bool:
    return {one.name: one.read_bytes() for one in folder.iterdir()} == {f"{n}.jpeg": b"secret" for n in range(20)}


def handling_of(at: Opened, path: Path, target: Path) -> Handling | None:
    state, token = at.state(str(path)), new_token()
    parcels = (Parcel(origin=aside_of(str(path), token), target=str(target)),)
    if state is None:
        return None
    return Handling(token=token, path=str(path), state=state, outcome="ready", verdict="pass", parcels=parcels)


def moved(yard: Yard, path: Path, target: Path) -> bool:
    """Move a file as a watch does, in two steps with opened folders of their own; tell whether it came to its end."""
    roots = yard.folders.incoming, yard.folders.ready
    try:
        with Opened(*roots) as at:
            handling = handling_of(at, path, target)
            if handling is None:
                return False
            at.make(str(target.parent))
            prepare(handling, ((REPORT,),), Borders(), at)
        with Opened(*roots) as at:
            if not begin(handling, at):
                return False
            finish(handling, Borders(), at)
    except OSError:
        return False
    return True


@needs_exchange
@pytest.mark.parametrize("side", ["incoming", "ready"])
def test_a_folder_that_is_swapped_for_a_link_at_any_moment_moves_and_removes_nothing_outside(
    yard: Yard, victim: Path, side: str
) -> None:
    incoming, ready = yard.folders.incoming / "sub", yard.folders.ready / "sub"
    for folder in (incoming, ready):
        folder.mkdir(parents=True)
    done: list[Path] = []
    with swapped(incoming if side == "incoming" else ready, victim):
        for number in rounds(done):
            path = incoming / f"{number % 20}.jpeg"
            try:
                descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            except OSError:
                done += [path] if moved(yard, path, ready / path.name) else []
                continue
            os.close(descriptor)
            done += [path] if moved(yard, path, ready / path.name) else []
    assert untouched(victim)
    assert done, "nothing was moved at all: nothing was tried"


@needs_exchange
def test_a_watch_over_a_folder_that_is_swapped_for_a_link_all_the_time_touches_nothing_outside(
    yard: Yard, victim: Path
) -> None:
    for number in range(20):
        yard.arrive(PASSES, f"sub/{number}.jpeg")
    with swapped(yard.folders.incoming / "sub", victim):
        for _ in range(3):
            yard.once()
    assert untouched(victim)
    yard.once()
    yard.once()
    assert len(yard.ready()) == 20


def test_a_folder_of_ready_that_is_a_link_takes_no_file(yard: Yard, victim: Path) -> None:
    yard.folders.ready.mkdir()
    (yard.folders.ready / "sub").symlink_to(victim)
    path = yard.arrive(PASSES, "sub/x.jpeg")
    yard.once()
    assert path.exists()
    assert untouched(victim)
    assert "its folder has become a link" in yard.news[0].reason


def test_a_folder_that_a_person_named_may_be_a_link(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    yard.folders.ready.symlink_to(tmp_path / "disk")
    yard.arrive(PASSES, "sub/x.jpeg")
    yard.once()
    assert files(tmp_path / "disk") == {"sub/x.jpeg"}


def test_what_cannot_be_told_is_not_told_to_be_moved(yard: Yard, victim: Path) -> None:
    """A folder that has become a link between two runs hides whether the move was begun."""
    path = yard.arrive(PASSES, "sub/x.jpeg")
    with Opened(yard.folders.incoming, yard.folders.ready) as at:
        handling = handling_of(at, path, yard.folders.ready / "x.jpeg")
        assert handling
        at.make(str(yard.folders.ready))
        prepare(handling, ((REPORT,),), Borders(), at)
        assert begin(handling, at)
    path.parent.rename(path.parent.with_name("away"))
    path.parent.symlink_to(victim)
    with Opened(yard.folders.incoming, yard.folders.ready) as at, pytest.raises(Outside):
        resume(handling, Borders(), at)
    assert untouched(victim)


def test_a_system_without_descriptors_works_by_paths(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "BY_DESCRIPTOR", False)
    yard.arrive(PASSES, "sub/x.jpeg")
    yard.arrive("image-299x300.jpg", "y.jpg")
    try:
        yard.once()
    except NotDone as error:  # pragma: no cover - says what went wrong
        pytest.fail(error.message)
    assert yard.ready() == {"sub/x.jpeg"}
