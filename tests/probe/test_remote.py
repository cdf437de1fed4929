"""A file elsewhere is measured as the same file at hand, at a bounded price, and never judged by half of it."""

import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.probe import probe_stream
from preflight.probe.remote import BLOCK, PAGE, Remote, RemoteError, remote, write_whole
from preflight.values.assets import Asset
from preflight.values.choices import Depth
from preflight.values.probed import Probed
from tests.specimens import MEDIA


def elsewhere(content: bytes, begin: int = 0, **more: int) -> Remote:
    return Remote(lambda start, end: content[start:end], len(content), content[:begin], **more)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(-1, 700_000)), max_size=12), st.booleans())
def test_any_reads_in_any_order_give_the_bytes_that_are_there(reads: list[tuple[int, int]], begun: bool) -> None:
    content = random.Random(7).randbytes(2_500_001)  # noqa: S311 - noise
    asked = list[tuple[int, int]]()

    def get(start: int, end: int) -> bytes:
        asked.append((start, end))
        return content[start:end]

    with Remote(get, len(content), content[: BLOCK if begun else 0]) as far:
        for at, size in reads:
            far.seek(at)
            assert far.read(size) == content[at:][: size if size >= 0 else None]
    pages = [page for start, end in asked for page in range(start // PAGE, -(-end // PAGE))]
    assert len(pages) == len(set(pages)), "a page was asked for twice"


@pytest.mark.parametrize("depth", ["header", "exact"])
def test_each_specimen_is_measured_as_it_is_at_hand(depth: Depth) -> None:
    """All but one: of an index that is wrong everywhere, only those samples are told of that were looked at."""
    paths = sorted(path for path in MEDIA.iterdir() if path.is_file() and 4096 < path.stat().st_size < 4_000_000)
    different = []
    for path in paths[::9]:
        content = path.read_bytes()
        here = probe_stream(Asset(path="x"), io.BytesIO(content), len(content), depth)
        far = probe_stream(Asset(path="x"), elsewhere(content, 4096), len(content), depth)  # type: ignore[arg-type] # a RawIOBase
        if far != here and not points_elsewhere(here):
            different.append(path.name)
    assert len(paths) > 100
    assert different == []


def points_elsewhere(probed: Probed) -> bool:
    return probed.fault is not None and "points elsewhere" in probed.fault.message


def test_small_step_after_small_step_is_reading_on_and_large_steps_are_not() -> None:
    content = bytes(12_000_000)
    for step, most in ((100_000, 12), (1_000_000, 13)):
        with elsewhere(content, BLOCK) as far:
            for at in range(0, len(content), step):
                far.seek(at)
                far.read(100)
            assert far.requests <= most
            assert step == 100_000 or far.bytes <= most * BLOCK


def test_no_more_is_read_of_a_file_than_is_allowed() -> None:
    far = elsewhere(bytes(3_000_000), most_bytes=1_000_000)
    with pytest.raises(RemoteError, match="more than 1,000,000 bytes"):
        far.read()
    assert far.fault is not None
    far.seek(2_500_000)
    with pytest.raises(RemoteError):
        far.read(10)


def test_a_fault_is_kept_even_where_a_reader_passes_over_it() -> None:
    def get(_start: int, _end: int) -> bytes:
        raise RemoteError("the line is cut")

    far = Remote(get, 1_000_000, bytes(4096))
    far.seek(500_000)
    with pytest.raises(RemoteError):
        far.read(10)
    assert far.fault == "the line is cut"


def test_what_was_brought_whole_counts_as_at_hand() -> None:
    far = elsewhere(bytes(300_000))
    assert remote(far) is far  # type: ignore[arg-type] # a RawIOBase
    far.download()
    assert remote(far) is None  # type: ignore[arg-type] # a RawIOBase


def test_a_full_disk_costs_the_file_its_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    far = elsewhere(bytes(20 << 20))
    with pytest.raises(RemoteError, match="no room to keep"):
        far.download()


def test_a_clip_of_five_gigabytes_costs_what_a_small_one_costs() -> None:
    clip = (MEDIA / "video-854x480.mp4").read_bytes()
    whole = 5 << 30
    head = clip + (1).to_bytes(4) + b"free" + (whole - len(clip)).to_bytes(8)

    def get(start: int, end: int) -> bytes:
        return head[start:end].ljust(end - start, b"\0")

    far = Remote(get, whole, get(0, BLOCK))
    probed = probe_stream(Asset(path="x"), far, whole)  # type: ignore[arg-type] # a RawIOBase
    assert probed.facts is not None, probed.fault
    assert (far.requests <= 4, far.bytes <= 256_000) == (True, True)
    full = Remote(get, whole, get(0, BLOCK))
    with pytest.raises(RemoteError, match="the most that is read here"):
        full.want(0, whole)


class Narrow(io.BytesIO):
    """A file that takes three bytes at once, as a disk does that is nearly full."""

    def write(self, content: Any) -> int:  # noqa: ANN401 - any bytes
        return super().write(bytes(content)[:3])


@given(st.binary(max_size=40), st.integers(0, 20))
def test_what_is_written_in_part_is_written_on(content: bytes, at: int) -> None:
    file = Narrow(bytes(at))
    write_whole(file, at, content)
    assert file.getvalue() == bytes(at) + content
