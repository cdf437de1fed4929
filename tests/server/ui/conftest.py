"""What the tests of the page share: a workspace of its own for each, without a page before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.server.events import Events
from preflight.server.ui.project import Project
from preflight.server.ui.threads import Threads
from preflight.server.ui.workspace import Workspace
from preflight.workers.session import Session, current
from tests.specimens import PROFILE


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    threads = Threads(Session(current()), lambda _: None)
    one = Workspace(Project(tmp_path / "request.toml"), PROFILE, threads, Events())
    one.project.open()
    yield one
    threads.close()
