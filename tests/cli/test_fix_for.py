"""`preflight fix --for A --for B`: files that several models take."""

from pathlib import Path

from PIL import Image

from tests.cli.conftest import MEDIA, Program

SEED, WAN, MINI = "seedance-2.5-reference-to-video", "wan3.0-reference-video", "minimax-h3-reference-to-video"


def test_one_file_is_made_that_both_models_take(program: Program, tmp_path: Path) -> None:
    source = tmp_path / "wide.png"
    Image.new("RGBA", (6100, 2600), (200, 30, 30, 90)).save(source)
    assert program("fix", source, "--for", SEED, "--for", WAN, "--yes", "--output", tmp_path / "out").status == 0
    (made,) = (tmp_path / "out").glob("*.png")
    for model in (SEED, WAN, MINI):
        assert program("check", made, "--profile", f"{model}-2026-10").status == (1 if model == MINI else 0)


def test_a_model_with_a_typo_is_told_with_the_nearest(program: Program) -> None:
    ended = program("fix", MEDIA / "image-ok.png", "--for", "seedance-2.5-referense", "--dry-run")
    assert ended.status == 2
    assert "Nearest: " in ended.err


def test_for_and_profile_do_not_go_together(program: Program) -> None:
    call = ("fix", MEDIA / "image-ok.png", "--for", SEED, "--profile", "seedance-2.0-2026-04", "--dry-run")
    assert program(*call).status == 2


def test_a_kind_that_one_of_them_does_not_take_cannot_be_mended_for_both(program: Program) -> None:
    ended = program("fix", MEDIA / "audio-5s.wav", "--for", SEED, "--for", "kling-o3-reference-to-video", "--dry-run")
    assert "takes no sounds" in ended.out
