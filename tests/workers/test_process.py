"""How an interpreter is begun: this very Python, isolated, with the modules of this one wherever one stands."""

import sys
from multiprocessing import spawn
from pathlib import Path

import pytest

from preflight.system import processes as system
from preflight.workers.environment import TRACE
from preflight.workers.process import ROOT, START, _flags, _module_path, can_fork, interpreter, traced


def test_the_module_path_is_whole_and_has_nothing_that_depends_on_where_one_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", ["", ".", "lib", "/somewhere"])
    assert _module_path() == [ROOT, "/somewhere"]
    monkeypatch.setattr(sys, "path", ["/somewhere", ROOT])
    assert _module_path() == ["/somewhere", ROOT]
    assert (Path(ROOT) / "preflight" / "workers" / "process.py").is_file()


def test_a_child_is_isolated_and_reads_text_as_this_program_does() -> None:
    flags = _flags()
    assert flags[0] == "-I"
    assert f"utf8={sys.flags.utf8_mode}" in flags
    assert ("-O" in flags) is (sys.flags.optimize == 1)


@pytest.mark.parametrize(("value", "forks"), [("spawn", False), ("", True), ("fork", True)])
def test_one_word_alone_forbids_forks(value: str, forks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(START, value)
    assert can_fork() is (forks and system.CAN_FORK)


def test_what_children_print_is_shown_only_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRACE, raising=False)
    assert not traced()
    monkeypatch.setenv(TRACE, "1")
    assert traced()


def test_an_embedding_program_may_name_the_interpreter_and_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Path(interpreter()).samefile(sys.executable)
    before = spawn.get_executable()
    try:
        spawn.set_executable("/opt/host/python")
        assert interpreter() == "/opt/host/python"
        spawn.set_executable("")
        monkeypatch.setattr(sys, "executable", "")
        monkeypatch.setattr(sys, "_base_executable", "", raising=False)
        with pytest.raises(FileNotFoundError, match="no Python interpreter"):
            interpreter()
    finally:
        spawn.set_executable(before)
