"""A PNG whose EXIF data keep ffmpeg from it is found, mended without loss, and no other is."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.recipe_png_exif import HEAD, LAST, RECIPES, UPRIGHT, with_exif
from preflight.apply import apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.probe.png_exif import exif_obstacle
from tests.specimens import MEDIA, PROFILE, image, judged


def shown_by_ffmpeg(path: Path) -> bool:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "quiet", "-i", str(path), "-f", "rawvideo", "-"]
    return bool(subprocess.run(command, capture_output=True, check=False).stdout)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_what_keeps_ffmpeg_from_a_picture_is_an_obstacle(name: str) -> None:
    assert (image(name).obstacle is None) == shown_by_ffmpeg(MEDIA / name)


@pytest.mark.parametrize("name", [name for name in sorted(RECIPES) if image(name).obstacle])
def test_it_is_written_anew_without_loss(name: str, tmp_path: Path) -> None:
    verdict = judged(MEDIA / name)
    assert verdict.facts
    found = plan(verdict, PROFILE, FixOptions())
    done = apply_plan(found, verdict.facts, order_of(PROFILE, tmp_path))
    assert (done.plan.loss, done.judged.verdict) == ("lossless", "pass")
    assert shown_by_ffmpeg(Path(done.path))


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_an_obstacle_or_none_and_raise_nothing(content: bytes) -> None:
    assert exif_obstacle(content)
    assert exif_obstacle(HEAD + UPRIGHT + LAST + content) is None


def test_only_the_chunk_of_exif_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(with_exif(b"").replace(b"eXIf", b"teSt"))
    assert image(path, "header").obstacle is None
