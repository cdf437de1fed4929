"""Real media, a real web server for assets, and a real sandbox that judges but makes no films."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import Sandbox, running
from tests.sandbox.media import Media
from tests.sandbox.shelf import Shelf
from tests.sandbox.wire import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Media:
    return Media(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


@pytest.fixture(scope="session")
def judging() -> Iterator[Sandbox]:
    """A sandbox whose tasks fail at once, so that no test waits for ffmpeg and no credits are used up."""
    with running(run_s=0, fail_with="unknown_error", download_timeout_s=120) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def client(judging: Sandbox) -> Iterator[httpx.Client]:
    with connect(judging) as client:
        yield client


@pytest.fixture(scope="session")
def later() -> Iterator[httpx.Client]:
    """A client of a sandbox that follows the provider's later pages."""
    with running(run_s=0, fail_with="unknown_error", edition="2026-10") as sandbox, connect(sandbox) as client:
        yield client


@pytest.fixture(scope="session")
def keyed() -> Iterator[str]:
    """The URL of a sandbox that knows one key."""
    with running(keys={"sk-known"}) as sandbox:
        yield sandbox.url


@pytest.fixture(scope="session")
def lasting() -> Iterator[Sandbox]:
    with running(run_s=0, fail_with="unknown_error") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(lasting: Sandbox) -> Iterator[Sandbox]:
    """A sandbox that holds no files when a test begins."""
    yield lasting
    for upload in lasting.uploads:
        lasting.state.files.delete(upload)


@pytest.fixture
def files(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with connect(sandbox) as client:
        yield client
