"""Calls of tools in this process, without a client: a root with specimens, and what a tool tells of them."""

import shutil
from pathlib import Path
from typing import Any

from preflight.mcp.calls import Account, Call, SharedState
from preflight.mcp.roots import Roots
from preflight.mcp.running import Run
from preflight.workers.session import Session, current
from tests.specimens import MEDIA

KEY = "sk-a-key-that-no-result-shows"


def root(folder: Path, *names: str) -> Path:
    """Make a folder that may be read, with specimens."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(MEDIA / name, folder / name)
    return folder


def shared(folder: Path, **account: Any) -> SharedState:  # noqa: ANN401 - fields of `Account`
    """Make what the calls of a server share; new files go beside the root."""
    return SharedState(roots=Roots([folder], folder.parent / "output"), account=Account(**account))


def call(of: SharedState) -> Call:
    """Begin a call."""
    return Call(shared=of, run=Run(Session(current())))
