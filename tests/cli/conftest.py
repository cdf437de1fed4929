"""Running the program as a person does: arguments in, exit status and both streams out."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from preflight.cli import main
from preflight.sandbox import Sandbox, running

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
MEDIA = FIXTURES / "media"


class Ended(NamedTuple):
    status: int
    out: str
    err: str


Program = Callable[..., Ended]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Program:
    """The program, run in an empty folder without a key, a ledger of its own, or anybody to ask."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys.modules["__main__"], "__package__", None)  # else `python -m pytest` names the program
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    monkeypatch.setenv("PREFLIGHT_LEDGER", str(tmp_path / "ledger.sqlite3"))

    def run(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["preflight", *map(str, arguments)])
        capfd.readouterr()
        with monkeypatch.context() as patch:
            patch.setenv("PREFLIGHT_START", "spawn")  # no server of its own: the one of all tests forks for it
            with pytest.raises(SystemExit) as ended:
                main()
        out, err = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, out, err)

    return run


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0.2) as service:
        yield service


QUICK = """
extends = "seedance-2.0-2026-04"
name = "quick"
title = "The default edition, asking for tasks every second"

[service]
poll_s = 1
"""


@pytest.fixture
def quick(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - stands on its folder
    """The default edition, but with less patience between two questions."""
    (tmp_path / "quick.toml").write_text(QUICK)
    monkeypatch.setenv("PREFLIGHT_PROFILE", str(tmp_path / "quick.toml"))


@pytest.fixture
def key(program: Program, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - the program's fixture takes the key away
    monkeypatch.setenv("EVOLINK_API_KEY", "secret-key-of-a-test")
    return "secret-key-of-a-test"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library with one clip that is too large, in a folder `legacy`."""
    folder = tmp_path / "footage"
    (folder / "legacy").mkdir(parents=True)
    (folder / "legacy" / "large.mp4").write_bytes((MEDIA / "video-1920x1080.mp4").read_bytes())
    (folder / "ok.jpeg").write_bytes((MEDIA / "image-ok.jpeg").read_bytes())
    return folder
