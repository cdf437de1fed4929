"""Files fixed for models with limits of their own: real files, made anew, and judged again by the same edition."""

import subprocess
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from preflight.flow.check import check_assets, check_request
from preflight.flow.fix import fix_all, plan_fixes, with_results
from preflight.plan import FixOptions
from preflight.plan.request import plan_request
from preflight.plan.result import FixResult
from preflight.profiles import Profile, edition_for, load
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset
from preflight.values.facts import ImageFacts, VideoFacts
from tests.specimens import MEDIA

S25, H3, W3 = "seedance-2.5-reference-to-video", "minimax-h3-reference-to-video", "wan3.0-reference-video"


def edition(model: str) -> Profile:
    return load(edition_for(model))


def clip(path: Path, size: str, seconds: str) -> Path:
    source = ("-f", "lavfi", "-i", f"color=s={size}:r=24:d={seconds}", "-pix_fmt", "yuv420p")
    command = [get_ffmpeg_exe(), "-v", "error", *source, "-c:v", "libx264", "-preset", "ultrafast", str(path)]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=60)
    return path


def fixed(paths: Iterable[Path], model: str | Profile, folder: Path) -> list[FixResult]:
    profile = edition(model) if isinstance(model, str) else model
    judged = list(check_assets([Asset(path=str(path)) for path in paths], profile))
    return fix_all(plan_fixes(judged, profile, FixOptions()), profile, lambda _: folder)


def test_clips_that_are_together_longer_than_thirty_seconds_give_up_their_ends_without_an_encode(
    tmp_path: Path,
) -> None:
    whole = clip(tmp_path / "a.mp4", "640x640", "16")
    names = [str(whole), str(tmp_path / "b.mp4")]
    Path(names[1]).write_bytes(whole.read_bytes())
    spec = RequestSpec(assets=tuple(with_roles("video", names)), prompt="A street.", model=S25)
    profile = edition(S25)
    todo = plan_request(check_request(spec, profile), profile, FixOptions())
    done = fix_all(todo.plans, profile, lambda _: tmp_path / "ready")
    assert {one.plan.loss for one in done} == {"lossless"}
    again = check_request(with_results(spec, done), profile)
    assert again.verdict == "pass"
    lengths = [one.facts.duration_s for one in again.assets if isinstance(one.facts, VideoFacts)]
    assert lengths == [Fraction(15)] * 2


def test_sides_are_brought_to_240_pixels_and_a_bitmap_stays_a_bitmap(tmp_path: Path) -> None:
    Image.new("RGB", (200, 300), (200, 30, 30)).save(tmp_path / "small.bmp")
    Image.new("RGB", (300, 300), (200, 30, 30)).save(tmp_path / "fits.bmp")
    small, fits, film = fixed(
        [tmp_path / "small.bmp", tmp_path / "fits.bmp", clip(tmp_path / "small.mp4", "320x180", "2")],
        W3,
        tmp_path / "ready",
    )
    assert fits.outcome == "untouched"
    assert small.after
    assert isinstance(small.after.facts, ImageFacts)
    assert (small.after.facts.format, small.after.facts.width_px, small.after.facts.height_px) == ("bmp", 240, 360)
    assert film.after
    assert isinstance(film.after.facts, VideoFacts)
    assert min(film.after.facts.width_px, film.after.facts.height_px) >= 240


@pytest.mark.parametrize("name", ["image-alpha.png", "image-palette-transparent.png"])
def test_a_png_with_transparency_gets_a_background_and_another_format_keeps_it(name: str, tmp_path: Path) -> None:
    clear, webp = fixed([MEDIA / name, MEDIA / "image-alpha.webp"], W3, tmp_path / "ready")
    assert clear.outcome == "fixed"
    assert clear.after
    assert isinstance(clear.after.facts, ImageFacts)
    assert (clear.after.facts.format, clear.after.facts.alpha) == ("png", False)
    assert webp.outcome == "untouched"


def test_what_does_not_fit_as_a_png_and_becomes_a_jpeg_is_named_as_one(tmp_path: Path) -> None:
    Image.merge("RGB", [Image.effect_noise((600, 500), 90) for _ in range(3)]).save(tmp_path / "noise.tif")
    profile = edition(W3)
    small = msgspec.structs.replace(profile.image.bytes, max=Fraction(800_000), warn_above=Fraction(700_000))
    profile = msgspec.structs.replace(profile, image=msgspec.structs.replace(profile.image, bytes=small))
    (done,) = fixed([tmp_path / "noise.tif"], profile, tmp_path / "ready")
    assert done.after
    assert done.after.facts
    assert (done.after.facts.format, Path(done.asset.path).name) == ("jpeg", "noise.jpg")
    (again,) = fixed([tmp_path / "noise.tif"], profile, tmp_path / "ready")
    assert again.asset.path == done.asset.path


def test_more_files_than_are_allowed_together_are_told_and_no_file_is_changed_for_it() -> None:
    plain, spec_of = MEDIA / "image-ok.png", []
    spec_of += with_roles("image", [str(plain)] * 9)
    spec_of += with_roles("video", [str(MEDIA / "video-854x480.mp4")] * 3)
    spec_of += with_roles("audio", [str(MEDIA / "audio-2s.wav")])
    spec = RequestSpec(assets=tuple(spec_of), prompt="A street.", model=H3)
    profile = edition(H3)
    todo = plan_request(check_request(spec, profile), profile, FixOptions())
    assert [finding.rule for finding in todo.left] == ["request/together"]
    assert not any(plan.steps for _, plan in todo.plans)
    fewer = plan_request(
        check_request(RequestSpec(assets=tuple(spec_of[1:]), prompt="x", model=H3), profile), profile, FixOptions()
    )
    assert fewer.left == ()


def test_what_one_model_refuses_and_another_takes_is_left_alone_for_the_other() -> None:
    (done,) = fixed([MEDIA / "image-heic.heic"], H3, MEDIA)
    assert done.outcome == "untouched"
