"""A bucket on loopback with the specimens in it."""

import os
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from preflight.apply.ffmpeg import find_tool
from preflight.objects.stores import Stores, from_environment
from scripts.bucket_server import Bucket, serving


@pytest.fixture(autouse=True)
def nobody_s_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs this has for buckets stays out of it."""
    for name in [*os.environ]:
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    with serving() as found:
        for name, value in found.variables.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def stores(bucket: Bucket) -> Stores:
    return from_environment(environment=bucket.variables)


class Clips(NamedTuple):
    """One clip of some megabytes, its index in front or behind, and in other containers."""

    front: bytes
    behind: bytes
    matroska: bytes
    avi: bytes


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    folder, tool = tmp_path_factory.mktemp("clips"), find_tool().path
    noise = "testsrc2=s=320x240:r=30:d=6,noise=alls=60:allf=t"
    encode = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "20", "-g", "45", "-pix_fmt", "yuv420p", "-c:a", "aac")
    sources = ("-f", "lavfi", "-i", noise, "-f", "lavfi", "-i", "sine=d=6")
    quiet = (tool, "-v", "error", "-nostdin", "-threads", "2")
    subprocess.run([*quiet, *sources, *encode, folder / "behind.mp4"], check=True)
    moved = ("-i", folder / "behind.mp4", "-c", "copy", "-movflags", "+faststart")
    subprocess.run([*quiet, *moved, folder / "front.mp4"], check=True)
    for name in ("clip.mkv", "clip.avi"):
        subprocess.run([*quiet, "-i", folder / "behind.mp4", "-c", "copy", folder / name], check=True)
    return Clips(*((folder / name).read_bytes() for name in ("front.mp4", "behind.mp4", "clip.mkv", "clip.avi")))
