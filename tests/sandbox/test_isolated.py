"""Measuring beside the sandbox: the same facts, and whatever a file does to its reader, the next one is measured."""

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.sandbox import isolated as module
from preflight.sandbox.isolated import Isolated
from preflight.sandbox.measure import ImageFacts, MeasureError, measure
from preflight.system.processes import kill
from tests.below import children, command_of
from tests.specimens import MEDIA

SPECIMENS = [
    ("image", "image-ok.jpeg", "image/jpeg"),
    ("video", "video-854x480.mp4", "video/mp4"),
    ("audio", "audio-15s.wav", "audio/wav"),
]


@pytest.fixture
def isolated() -> Iterator[Isolated]:
    found = Isolated()
    yield found
    found.close()


def readers() -> set[int]:
    """Return the processes that measure for sandboxes of this one."""
    return {pid for pid in children() if b"sandbox.isolated" in command_of(pid)}


def width(isolated: Isolated) -> int:
    with (MEDIA / "image-ok.jpeg").open("rb") as file:
        facts = isolated.measure("image", file, "image/jpeg")
    assert isinstance(facts, ImageFacts)
    return facts.width_px


def test_facts_are_those_that_are_measured_here(isolated: Isolated) -> None:
    for kind, name, media_type in SPECIMENS:
        with (MEDIA / name).open("rb") as file, (MEDIA / name).open("rb") as same:
            assert isolated.measure(kind, file, media_type) == measure(kind, same, media_type)


def test_a_file_that_cannot_be_read_is_a_fault_and_the_next_one_is_measured(isolated: Isolated) -> None:
    with pytest.raises(MeasureError):
        isolated.measure("image", io.BytesIO(b"\xff\xd8\xff"), "image/jpeg")
    assert width(isolated) == 640


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the process in /proc")
def test_a_reader_that_died_gives_way_to_another_and_ends_with_the_sandbox(isolated: Isolated) -> None:
    others = readers()
    for _ in range(2):
        width(isolated)
        (first,) = readers() - others
        kill(first)
        with pytest.raises(MeasureError, match="ended over it"):
            width(isolated)
    width(isolated)
    (last,) = readers() - others
    isolated.close()
    assert not Path(f"/proc/{last}").exists()


def test_a_file_that_takes_too_long_is_a_fault(
    isolated: Isolated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from PIL import Image

    path = tmp_path / "heavy.webp"
    Image.new("RGB", (6000, 6000), 7).save(path, lossless=True, quality=0, method=0)
    monkeypatch.setattr(module, "LIMIT_S", 0.01)
    begun = time.monotonic()
    with path.open("rb") as file, pytest.raises(MeasureError, match="ended over it"):
        isolated.measure("image", file, "image/webp")
    assert time.monotonic() - begun < 120
