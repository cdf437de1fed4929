"""Every kind of model from a request.toml to a video on disk, and what breaks its rules never leaves."""

from pathlib import Path

import pytest

from preflight.sandbox import Sandbox
from tests.cli.conftest import MEDIA, Program

OK, CLIP = MEDIA / "image-ok.jpeg", MEDIA / "video-854x480.mp4"
TEXT, IMAGE = "seedance-2.0-text-to-video-2026-10", "seedance-2.0-image-to-video-2026-10"
SHORTEST = 'prompt = "A rider in the rain."\nduration = 4\n'


@pytest.fixture
def edition(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - stands on its folder
    """Profiles that ask for tasks every second, and are otherwise as shipped."""
    for name in (TEXT, IMAGE, "seedance-2.0-2026-10"):
        table = f'extends = "{name}"\nname = "quick"\ntitle = "Quick"\n[service]\npoll_s = 1\n'
        (tmp_path / f"{name}.quick.toml").write_text(table)
    monkeypatch.setenv("EVOLINK_API_KEY", "any")


def submit(program: Program, sandbox: Sandbox, profile: str, request: str) -> tuple[int, str]:
    Path("request.toml").write_text(request)
    where = "--profile", f"{profile}.quick.toml", "--base-url", sandbox.url
    ended = program("submit", "request.toml", "--yes", "--download", "videos", *where)
    return ended.status, ended.out


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize(
    ("profile", "settings", "size"),
    [
        (TEXT, 'quality = "480p"\naspect_ratio = "9:16"', "496 x 864"),
        (TEXT, 'model = "seedance-2.0-mini-text-to-video"\nquality = "480p"', "864 x 496"),
        (TEXT, 'quality = "1080p"', "1920 x 1080"),
        (IMAGE, f'quality = "480p"\nimages = ["{OK}"]', "752 x 560"),
        (IMAGE, f'model = "seedance-2.0-fast-image-to-video"\nimages = ["{OK}", "{OK}"]', "1112 x 834"),
        ("seedance-2.0-2026-10", f'model = "seedance-2.0-mini-reference-to-video"\nimages = ["{OK}"]', "1112 x 834"),
    ],
)
def test_a_request_to_a_sister_becomes_a_video_on_disk(
    program: Program, sandbox: Sandbox, profile: str, settings: str, size: str
) -> None:
    status, out = submit(program, sandbox, profile, SHORTEST + settings)
    assert status == 0, out
    (video,) = Path("videos").iterdir()
    assert f"videos/{video.name}: mp4, {size} px, 24 fps, 4 s" in out
    (task,) = sandbox.tasks
    assert task.status == "completed"


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize(
    ("profile", "settings", "rule"),
    [
        (TEXT, f'images = ["{OK}"]', "request/image-count"),
        (TEXT, 'model = "seedance-2.0-fast-text-to-video"\nquality = "1080p"', "request/quality"),
        (IMAGE, "", "request/image-count"),
        (IMAGE, f'images = ["{OK}"]\nvideos = ["{CLIP}"]', "request/video-count"),
    ],
)
def test_what_breaks_a_rule_of_a_sister_never_leaves(
    program: Program, sandbox: Sandbox, profile: str, settings: str, rule: str
) -> None:
    status, out = submit(program, sandbox, profile, SHORTEST + settings)
    assert (status, rule in out) == (1, True)
    assert sandbox.requests == []
