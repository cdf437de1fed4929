"""A page begins with its project or not at all, says its address, and ends by a signal."""

import gc
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from preflight.errors import NotDone, RequestFileError
from preflight.server.ui.start import PageOptions, running_page, serve_page
from preflight.values.assets import Asset
from tests.specimens import PROFILE, media


def start(folder: Path, *paths: str) -> PageOptions:
    assets = tuple(Asset(path=path) for path in paths)
    return PageOptions(request=folder / "request.toml", profile=PROFILE, assets=assets, follows=False)


def test_it_is_there_for_as_long_as_its_block_with_the_files_that_it_was_opened_with(tmp_path: Path) -> None:
    with running_page(start(tmp_path, media("image-ok.png"))) as (context, access):
        assert [item.source for item in context.workspace.items.values()] == [media("image-ok.png")]
        assert context.workspace.follows is False
        assert httpx.get(access.secret_url, trust_env=False).status_code == 200
    assert context.session.is_stopped


def test_a_signal_ends_it(tmp_path: Path) -> None:
    said: list[str] = []

    def ready(address: str) -> None:
        said.append(address)
        assert httpx.get(address, trust_env=False).status_code == 200
        os.kill(os.getpid(), signal.SIGTERM)

    serve_page(start(tmp_path), 0, ready)
    (address,) = said
    assert "?token=" in address


def test_a_port_that_is_taken_opens_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(NotDone, match="port"):
        serve_page(start(tmp_path / "new"), taken.getsockname()[1], lambda _: pytest.fail("it serves"))
    assert not (tmp_path / "new").exists()


def test_a_project_that_cannot_be_read_opens_nothing_and_gives_its_port_back(tmp_path: Path) -> None:
    (tmp_path / "request.toml").write_text("prompt = 7\n")
    with pytest.raises(RequestFileError):
        serve_page(start(tmp_path), 0, lambda _: pytest.fail("it serves"))
    gc.collect()  # a socket that is left open is an error of the tests
