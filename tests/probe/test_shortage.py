"""A want of our memory is no fault of a file: it could not be judged, whatever its reader made of it."""

import mmap
import sys
from pathlib import Path

import pytest

from preflight.probe import probe
from preflight.probe.faults import Unreadable
from preflight.probe.shortage import in_doubt, left_bytes
from preflight.system.processes import memory_bound
from preflight.values.assets import Asset
from preflight.values.bounds import Bounds
from preflight.values.probed import Probed
from preflight.workers.isolated import call_isolated
from preflight.workers.pool import measured

MEDIA = Path(__file__).parent.parent.parent / "fixtures" / "media"
STEPS_MIB = (1, 2, 4, 8, 20, 64, 160)
"""How much more address space than it has already a child may have; from nothing much to what most files need."""
READERS = {
    "jpeg": "image-ok.jpeg",
    "png": "image-alpha.png",
    "webp": "image-299x300.webp",
    "animated webp": "image-animated.webp",
    "gif": "image-animated.gif",
    "tiff": "image-bigtiff.tif",
    "heic": "image-heic.heic",
    "avif": "image-avif.avif",
    "mp4": "video-854x480.mp4",
    "fragments": "video-fragmented-20s.mp4",
    "flv": "video-flv.flv",
    "vp9": "video-alpha-vp9.webm",
    "prores": "video-alpha-prores.mov",
    "wav": "audio-15s.wav",
    "mp3": "audio-vbr-no-xing.mp3",
    "flac": "audio-flac.flac",
    "ogg": "audio-ogg-vorbis.ogg",
}
linux = pytest.mark.skipif(sys.platform != "linux", reason="the bound on address space is Linux's")


def taken_bytes() -> int:
    """Return the address space that a child has before it measures anything."""
    pages = call_isolated(Path.read_text, Path("/proc/self/statm")).split()[0]
    return int(pages) * mmap.PAGESIZE


def same(one: Probed, other: Probed) -> bool:
    return (one.facts, one.fault) == (other.facts, other.fault)


@linux
@pytest.mark.parametrize("name", READERS.values(), ids=READERS)
def test_with_little_memory_a_file_is_measured_rightly_or_not_at_all(name: str) -> None:
    asset = Asset(path=str(MEDIA / name))
    right, taken = probe(asset), taken_bytes()
    assert right.facts is not None
    for step in STEPS_MIB:
        found = measured(asset, bounds=Bounds(memory_bytes=taken + (step << 20)))
        unmeasured = found.fault is not None and found.fault.kind == "unmeasured"
        assert unmeasured or same(found, right), (step, found.fault)


@linux
def test_with_enough_memory_a_broken_file_is_unreadable_still() -> None:
    for name in ("image-truncated.png", "video-faststart-cut-short.mp4"):
        found = measured(Asset(path=str(MEDIA / name)), bounds=Bounds())
        assert found.fault is not None
        assert found.fault.kind == "unreadable"


@linux
def test_a_few_bytes_that_unpack_to_more_than_is_allowed_could_not_be_judged(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "bomb.webp"
    Image.new("RGB", (8_000, 8_000), 7).save(path, lossless=True, quality=0, method=0)
    found = measured(Asset(path=str(path)), bounds=Bounds(memory_bytes=taken_bytes() + (110 << 20)))
    assert found.fault is not None
    assert found.fault.kind == "unmeasured"


def test_where_nothing_is_bounded_a_fault_is_believed() -> None:
    if memory_bound() is None:
        assert left_bytes() is None
    assert not in_doubt(Unreadable("is damaged"))


def test_a_want_of_memory_behind_a_fault_is_never_the_file_s() -> None:
    for behind in (MemoryError(), OSError(12, "Cannot allocate memory")):
        fault = Unreadable("is damaged")
        fault.__context__ = behind
        assert in_doubt(fault)
