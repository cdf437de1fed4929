"""A sandbox, a host of assets, and gateways between programs and them."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from preflight.sandbox import Sandbox, running
from preflight.sandbox.tasks import Task
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.start import Serving, running_gateway
from tests.server.gateway.hosts import Host
from tests.specimens import MEDIA

KEY = "sk-a-key-that-is-written-nowhere"
MODEL = "seedance-2.0-reference-to-video"
CLEAN, WRONG, BROKEN = "image-300x300.jpg", "image-gif.gif", "image-truncated.jpg"


class Gateway:
    """A gateway, and a program that asks it."""

    def __init__(self, serving: Serving, log: io.StringIO) -> None:
        self.serving, self.log = serving, log
        self.http = httpx.Client(
            base_url=serving.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60, trust_env=False
        )

    def create(self, body: object, **headers: str) -> httpx.Response:
        """Send a create call."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post("/v1/videos/generations", json=body, headers=named)


def body(*images: str, prompt: str = "Image 1 sets the palette.", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Make a body; each prompt is a request of its own."""
    return {"model": MODEL, "prompt": prompt, "duration": 4, "quality": "480p", "image_urls": list(images), **more}


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with Host() as assets:
        for name in (CLEAN, WRONG, BROKEN):
            assets.put(MEDIA / name, name)
        yield assets


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0) as service:
        yield service


def sent_images(task: Task) -> list[str]:
    """Return the addresses of the images that the service was sent."""
    return msgspec.convert(task.body["image_urls"], list[str])


Opened = Callable[..., AbstractContextManager[Gateway]]


@pytest.fixture
def opened(sandbox: Sandbox, tmp_path: Path) -> Opened:
    """Open gateways with settings of their own, all by one ledger."""

    @contextmanager
    def open_one(**settings: Any) -> Iterator[Gateway]:  # noqa: ANN401 - fields of `Settings`
        log = io.StringIO()
        base: dict[str, Any] = {"base_url": sandbox.url, "ledger": tmp_path / "ledger.sqlite3", "grace_s": 5}
        with running_gateway(Settings(**{**base, **settings}), log=log) as serving, ExitStack() as stack:
            gateway = Gateway(serving, log)
            stack.callback(gateway.http.close)
            yield gateway

    return open_one


@pytest.fixture
def gateway(opened: Opened) -> Iterator[Gateway]:
    with opened() as one:
        yield one


@pytest.fixture(scope="module")
def quiet() -> Iterator[Sandbox]:
    """A sandbox for tests in which nothing may be sent."""
    with running(run_s=0) as service:
        yield service


@pytest.fixture(scope="module")
def asked(quiet: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway for all tests of a module that leave nothing behind."""
    ledger = tmp_path_factory.mktemp("asked") / "ledger.sqlite3"
    with running_gateway(Settings(base_url=quiet.url, ledger=ledger, grace_s=5), log=None) as serving:
        one = Gateway(serving, io.StringIO())
        yield one
        one.http.close()
