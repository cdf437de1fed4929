"""Which asset is which for the model, where the prompt names it, and the documented words that would."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from preflight.profiles import load, names
from preflight.request.prompt import mentions
from tests.cli.conftest import MEDIA, Program

IMAGE, CLIP, SOUND = MEDIA / "image-ok.jpeg", MEDIA / "video-854x480.mp4", MEDIA / "audio-5s.mp3"
SIGNED = "https://cdn.example.com/a.jpg?X-Signature=s3cr3t#also"


def written(folder: Path, prompt: str, **arrays: Sequence[str | Path]) -> Path:
    """Write a request, with its texts as JSON has them, which TOML understands."""
    lines = [f"prompt = {json.dumps(prompt, ensure_ascii=False)}"]
    lines += [f"{key} = {json.dumps(list(map(str, paths)))}" for key, paths in arrays.items()]
    path = folder / "request.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("prompt", "image", "video"),
    [
        ("Image 1 sets the palette. Follow video 1's camera.", "Image 1 sets", "video 1's camera"),
        ("이미지 1의 색감으로, 비디오 1의 움직임을 따라.", "이미지 1의 색감으로", "비디오 1의 움직임을"),
        ("参考图片1的风格\uff0c视频1的运镜。", "图片1的风格", "视频1的运镜"),
        ("@image1 and @video1.", "@image1 and", "@video1"),
    ],
    ids=["English", "Korean", "Chinese", "tags"],
)
def test_every_asset_is_numbered_and_shows_where_it_is_named(
    program: Program, tmp_path: Path, prompt: str, image: str, video: str
) -> None:
    request = written(tmp_path, prompt, images=[IMAGE, IMAGE], videos=[CLIP])
    ended = program("prompt", request)
    assert ended.status == 0
    lines = [line for line in ended.out.splitlines() if not line.startswith("  ")]
    assert lines == [
        f"image 1 <- {IMAGE}, mentioned at '{image}'",
        f"image 2 <- {IMAGE}: not mentioned",
        f"video 1 <- {CLIP}, mentioned at '{video}'",
    ]


def test_the_documented_phrasings_come_with_the_user_s_own_numbers(program: Program, tmp_path: Path) -> None:
    out = program("prompt", written(tmp_path, "A rider.", images=[IMAGE, IMAGE], videos=[CLIP])).out
    for words in (
        "Use image 1 as the first frame of the video",
        "The character's appearance stays consistent with image 2",
        "The overall art style references image 2's color palette and texture",
        "Replicate video 1's camera movement and pacing",
    ):
        assert f"\n  {words}  (" in out
    assert "audio" not in out


def test_without_a_request_n_stands_for_the_number(program: Program) -> None:
    out = program("prompt").out
    assert "  Use image N as the first frame of the video  (first frame)\n" in out
    assert "  Use audio N as background music throughout the entire video  (background music)\n" in out
    assert len(out.splitlines()) == len(load().phrasings)


@pytest.mark.parametrize("name", [name for name in names() if load(name).phrasings])
def test_what_is_offered_is_understood(program: Program, tmp_path: Path, name: str) -> None:
    request = written(tmp_path, "A rider.", images=[IMAGE], videos=[CLIP], audios=[SOUND])
    told = json.loads(program("prompt", request, "--format", "json", "--profile", name).out)
    assert told["schema"] == "preflight.prompt/1"
    assert len(told["phrasings"]) == 5
    for offer in told["phrasings"]:
        (mention,) = mentions(offer["words"])
        assert f"{mention.kind} {mention.number}" == offer["role"]
        assert "document" in offer["source"]


def test_json_tells_the_places_and_masks_what_is_signed(program: Program, tmp_path: Path) -> None:
    request = written(tmp_path, "Image 1 and image 1 again.", images=[SIGNED])
    told = json.loads(program("prompt", request, "--format", "json").out)
    (asset,) = told["assets"]
    assert asset == {
        "role": "image 1",
        "path": "https://cdn.example.com/a.jpg?...",
        "mentioned_at": ["Image 1 and", "image 1 again"],
    }
    assert json.loads(program("prompt", "--format", "json").out)["assets"] == []


def test_many_places_are_summed_up_and_numbers_beyond_the_arrays_told(program: Program, tmp_path: Path) -> None:
    prompt = "Image 1 a, image 1 b, image 1 c, image 1 d. Video 3 leads. Video 3 ends."
    out = program("prompt", written(tmp_path, prompt, images=[SIGNED])).out
    assert "'Image 1 a', 'image 1 b', 'image 1 c' and 1 more\n" in out
    assert out.count("Video 3: names video 3, which is not sent") == 1
    assert "s3cr3t" not in out


def test_nothing_in_a_prompt_acts_upon_the_terminal(program: Program, tmp_path: Path) -> None:
    out = program("prompt", written(tmp_path, "Image 1\x1b[2J\u202e now", images=[SIGNED])).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_request_that_is_not_there_is_a_wrong_call(program: Program) -> None:
    assert program("prompt", "absent.toml").status == 2


# ---- the same, before submitting -------------------------------------------------------------------------------------


def test_a_dry_run_prints_the_exact_body_on_stdout_and_the_view_on_stderr(program: Program, tmp_path: Path) -> None:
    request = written(tmp_path, "Image 2 sets the palette.", images=[IMAGE, MEDIA / "image-300x300.jpg"])
    ended = program("submit", request, "--dry-run")
    assert ended.status == 0
    body = json.loads(ended.out)
    assert [url.rsplit(".", 1)[1] for url in body["image_urls"]] == ["jpg", "jpg"]
    assert f"image 1 <- {IMAGE}: not mentioned\n  Use image 1 as the first frame" in ended.err
    assert "image 2 <- " in ended.err
    assert "mentioned at 'Image 2 sets'" in ended.err
    assert "Use image 2" not in ended.err
    assert "upload://" in ended.err


def test_a_dry_run_as_text_prints_the_view_alone(program: Program, tmp_path: Path) -> None:
    ended = program("submit", written(tmp_path, "Image 1.", images=[IMAGE]), "--dry-run", "--format", "text")
    assert ended.out.startswith(f"image 1 <- {IMAGE}, mentioned at 'Image 1'\nPrice: about ")
    assert "upload://" not in ended.out


def test_the_order_of_the_file_is_the_order_of_the_arrays(program: Program, tmp_path: Path) -> None:
    files = [MEDIA / name for name in ("image-2400x6000.png", "image-ok.jpeg", "image-6000x2400.webp")]
    orders = []
    for images in (files, files[::-1]):
        body = json.loads(program("submit", written(tmp_path, "All images.", images=images), "--dry-run").out)
        orders.append([url.rsplit(".", 1)[1] for url in body["image_urls"]])
    assert orders == [["png", "jpg", "webp"], ["webp", "jpg", "png"]]
