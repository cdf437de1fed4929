"""Whatever ends the program, and before whichever call: a name holds the old content or the new, and no third."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from preflight.files import rename
from preflight.files.atomic import clean_up, commit, commit_at, commit_over, replace, temporary, written
from preflight.system.files import rename_call
from preflight.system.processes import fork, wait_for

CALLS = ("open", "fsync", "rename", "replace", "link", "unlink")
OLD, NEW = b"old" * 1000, b"new" * 1000
MOST_CALLS = 60


def taken(path: Path) -> None:
    with written(path.parent, "part", NEW) as draft:
        commit(draft, path)


def taken_with_a_claim(path: Path) -> None:
    def claim(name: Path) -> Path:
        beside = name.with_name(f"{name.name}.json")
        with written(name.parent, "json", NEW) as draft:
            return commit_at(draft, beside)

    with written(path.parent, "part", NEW) as draft:
        commit(draft, path, claim=claim)


def put_there(path: Path) -> None:
    with written(path.parent, "part", NEW) as draft:
        commit_over(draft, path)


def replaced(path: Path) -> None:
    replace(path, NEW)


def instead(name: str, call: object) -> None:
    """Let renaming use another call; in a process of its own."""
    setattr(rename, name, call)


def by_link(path: Path) -> None:
    instead("rename_call", lambda: None)
    taken(path)


def by_mark(path: Path) -> None:
    def none(*_: object, **__: object) -> None:
        raise PermissionError(1, "no hard links here")

    instead("rename_call", lambda: None)
    instead("link", none)
    taken(path)


def ends_before(at: int, work: Callable[[Path], None], path: Path) -> bool:
    """Do some work in a process that ends, as if killed, before its call of this number; tell whether it did."""
    child = fork()
    if child:
        return wait_for(child) == 9
    left = at

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the call has it
            nonlocal left
            if not left:
                os._exit(9)
            left -= 1
            return call(*given, **named)

        return counting

    try:
        for name in CALLS:
            setattr(os, name, counted(getattr(os, name)))
        free = rename_call()
        if free is not None:
            instead("rename_call", lambda: counted(free))
        work(path)
    except BaseException:  # noqa: BLE001 - nothing of pytest goes on in the child
        os._exit(1)
    os._exit(0)


@pytest.mark.parametrize("work", [taken, taken_with_a_claim, put_there, replaced, by_link, by_mark])
def test_it_may_be_killed_before_each_call(work: Callable[[Path], None], tmp_path: Path) -> None:
    killed = 0
    for at in range(MOST_CALLS):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "a.txt"
        if work in (put_there, replaced):
            path.write_bytes(OLD)
        if not ends_before(at, work, path):
            assert path.read_bytes() == NEW
            break
        killed += 1
        there = path.read_bytes() if path.exists() else None
        allowed = [OLD, NEW] if work in (put_there, replaced) else [None, NEW]
        assert there in ([*allowed, b""] if work is by_mark else allowed)
        visible = {one.name for one in folder.iterdir() if not one.name.startswith(".")}
        assert visible <= {"a.txt", "a.txt.json"}
        if there == NEW and work is taken_with_a_claim:
            assert "a.txt.json" in visible
        clean_up(folder)
    assert 5 < killed < MOST_CALLS - 1


def test_what_was_left_is_swept_when_it_is_old(tmp_path: Path) -> None:
    assert ends_before(3, taken, tmp_path / "a.txt")
    left = [one for one in tmp_path.iterdir() if one.name.startswith(".preflight-")]
    for one in left:
        os.utime(one, (0, 0))
    clean_up(tmp_path)
    with temporary(tmp_path, "part"):
        pass
    assert [one for one in tmp_path.iterdir() if one in left] == []
