"""A program of one's own: an empty folder, a service on loopback, and not a word printed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import preflight
from preflight.sandbox import Sandbox, running
from preflight.submission.ledger import Ledger
from tests.specimens import FIXTURES, MEDIA

KEY = "sk-a-key-that-is-kept-nowhere"
OK = MEDIA / "image-ok.jpeg"
SHORT = MEDIA / "video-1.8s.mp4"
LONG = MEDIA / "video-20s.mp4"
DEMO = FIXTURES / "demo"
QUICK = 'extends = "seedance-2.0-2026-04"\nname = "quick"\ntitle = "Asks every second"\n[service]\npoll_s = 1\n'


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing is printed by any of it, and no key is in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running(run_s=0) as service:
        yield service


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def send(sandbox: Sandbox, ledger: Path) -> Callable[..., preflight.Submitted]:
    """Submit to the sandbox, with a ledger of the test's own."""

    def sent(request: preflight.RequestSpec, **more: Any) -> preflight.Submitted:  # noqa: ANN401 - what a test adds
        return preflight.submit(request, **{"key": KEY, "base_url": sandbox.url, "ledger": ledger, **more})

    return sent


def a_request(*images: Path | str, **settings: Any) -> preflight.RequestSpec:  # noqa: ANN401 - what a test sets
    given = {"prompt": "Image 1 sets the palette.", "duration": 4, "quality": "480p", **settings}
    return preflight.build_request(**{"images": images or [OK], **given})


def marked_clip() -> preflight.RequestSpec:
    clip = preflight.Asset(path=str(MEDIA / "video-854x480.mp4"), keep=preflight.Window.parse("0-2.5"))
    return preflight.build_request("Video 1 sets the pace.", videos=[clip], duration=4, quality="480p")


def entries(ledger: Path) -> list[preflight.Entry]:
    with Ledger(ledger) as book:
        return book.entries()


class Stop(Exception):  # noqa: N818 - a program's own
    """What a program raises in its callable."""


def stop(_advance: preflight.Advance) -> None:
    raise Stop
