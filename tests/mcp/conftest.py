"""A service, a folder that may be read, one that may not, and agents of both eras of the protocol."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.mcp.calls import Account, SharedState
from preflight.mcp.roots import Roots
from preflight.mcp.server import Tools
from preflight.sandbox import Sandbox, running
from tests.mcp.agents import KEY, PREFLIGHT, Agent, agent, stdio
from tests.specimens import MEDIA

CLIP, SHORT, IMAGE, SOUND = "clip.mp4", "short.mp4", "image.jpeg", "sound.wav"
QUICK = 'extends = "seedance-2.0-2026-04"\nname = "quick"\ntitle = "Asks every second"\n[service]\npoll_s = 1\n'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0.2) as service:
        yield service


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a root, what lies beside it, and an edition that polls quickly."""
    place = tmp_path_factory.mktemp("place")
    for folder in ("root", "beside"):
        (place / folder).mkdir()
    (place / "quick.toml").write_text(QUICK)
    for name, source in {
        CLIP: "video-854x480.mp4",
        SHORT: "video-1.8s.mp4",
        IMAGE: "image-ok.jpeg",
        SOUND: "audio-5s.wav",
    }.items():
        shutil.copyfile(MEDIA / source, place / "root" / name)
    shutil.copyfile(MEDIA / "image-ok.jpeg", place / "beside" / "secret.jpeg")
    return place


def options(place: Path, sandbox: Sandbox, name: str) -> list[object]:
    """Return the options of a server of the test's own."""
    found: list[object] = ["--root", place / "root", "--output", place / f"output-{name}"]
    return [*found, "--base-url", sandbox.url, "--ledger", place / f"{name}.sqlite3", "--profile", place / "quick.toml"]


@pytest.fixture(scope="module")
def modern(place: Path, sandbox: Sandbox) -> Iterator[Agent]:
    """An agent on standard input and output, that asks a person by asking the call again."""
    with agent(stdio(*options(place, sandbox, "modern"))) as connected:
        assert connected.client.protocol_version >= "2026-07-28"
        yield connected


@pytest.fixture(scope="module")
def tools(place: Path, sandbox: Sandbox) -> Iterator[Tools]:
    """The tools in this process, without a limit of credits."""
    account = Account(key=KEY, base_url=sandbox.url, ledger=place / "here.sqlite3")
    made = Tools(SharedState(roots=Roots([place / "root"], place / "output-here"), account=account))
    yield made
    made.close()


@pytest.fixture(scope="module")
def unattended(place: Path, sandbox: Sandbox) -> Iterator[Agent]:
    """An agent by HTTP, with a handshake, that cannot ask, on a server with a limit of credits."""
    arguments = [*PREFLIGHT, "--http", "--max-credits", "40", *options(place, sandbox, "unattended")]
    with subprocess.Popen(
        list(map(str, arguments)), stdout=subprocess.PIPE, text=True, env={**os.environ, "EVOLINK_API_KEY": KEY}
    ) as server:
        assert server.stdout is not None
        try:
            with agent(server.stdout.readline().strip(), mode="legacy", asks=False) as connected:
                yield connected
        finally:
            server.terminate()
            assert server.wait(120) == 0
