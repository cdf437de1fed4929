"""A refused shape, padded with a color or with a blurred copy of the picture: pictures by Pillow, clips by ffmpeg."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from preflight.apply import Applied, apply_plan
from preflight.apply.av import needs
from preflight.apply.ffmpeg import find_tool
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Pad
from preflight.values.facts import ImageFacts, VideoFacts
from tests.specimens import PROFILE, copied, first_picture, judged, lowered, pixel

COLORS = {"black": (0, 0, 0), "white": (255, 255, 255), "#c81e28": (200, 30, 40)}
FEW = lowered(PROFILE, longest_s=1, shortest_s=1, most_px=500 * 200)
"""The default edition for clips of a second and of few pixels, which are padded as all are."""
WIDE, TALL = "video-1252x500.mp4", "video-500x1252.mp4"


def padded(path: Path, **fix_options: str) -> Applied:
    """Pad a file as the flow does; that the way is named is what allows it."""
    verdict = judged(path, FEW)
    assert verdict.facts
    found = plan(verdict, FEW, FixOptions(fit_named=True, **fix_options))  # type: ignore[arg-type] # words out of their lists
    assert found.steps, found.advice
    done = apply_plan(found, verdict.facts, order_of(FEW, path.parent / "out"))
    assert done.judged.verdict == judged(Path(done.path), FEW).verdict == "pass"
    return done


def near(one: tuple[int, ...], other: tuple[int, ...], most: int = 6) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= most


def seen(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


def roughness(picture: Image.Image) -> float:
    """Return how much neighbours differ: a blurred picture is smooth."""
    gray = picture.convert("L")
    return float(ImageStat.Stat(ImageChops.difference(gray, ImageChops.offset(gray, 1, 0))).mean[0])


def wide(folder: Path, mode: str = "RGB", icc_profile: bytes | None = None) -> Path:
    """Make a picture that is too wide: a chessboard with a red left half."""
    board = Image.new("RGB", (60, 20))
    for x in range(60):
        for y in range(20):
            board.putpixel((x, y), (220 if x < 30 or (x + y) % 2 else 10, 220 * ((x + y) % 2), 220 * ((x + y) % 2)))
    path = folder / "wide.tif"
    source = board.resize((1200, 400), Image.Resampling.NEAREST)
    if mode in ("I;16", "I", "F"):
        source = source.convert("L").convert("I").point(lambda sample: sample * 257)
    source.convert(mode).save(path, icc_profile=icc_profile)
    return path


def filmed(path: Path) -> Path:
    """Make a clip that is too wide."""
    source = ("-f", "lavfi", "-i", "testsrc2=size=800x200:rate=25:duration=1")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "8", "-pix_fmt", "yuv420p")
    subprocess.run([find_tool().path, "-v", "error", *source, *coded, str(path)], check=True)
    return path


@pytest.mark.parametrize(("color", "rgb"), COLORS.items())
def test_a_clip_is_padded_with_a_color(color: str, rgb: tuple[int, ...], tmp_path: Path) -> None:
    source = filmed(tmp_path / "wide.mp4")
    shown, old = first_picture(padded(source, fit="pad", pad_color=color).path), first_picture(source)
    for at in ((10, 10), (shown.width - 10, shown.height // 10), (shown.width // 2, shown.height - 10)):
        assert near(seen(shown, at), rgb)
    scale = shown.width / 800
    kept = shown.crop((0, round(60 * scale), shown.width, round(260 * scale))).resize((160, 40))
    assert max(ImageStat.Stat(ImageChops.difference(kept, old.resize((160, 40)))).mean) < 6


@pytest.mark.parametrize("name", [WIDE, TALL, "video-rotated-90-1252x500.mp4", "video-298x1400.mp4"])
def test_a_clip_is_put_upon_a_blurred_copy_of_itself(name: str, tmp_path: Path) -> None:
    done = padded(copied(name, tmp_path), fit="blur")
    facts = done.judged.facts
    assert isinstance(facts, VideoFacts)
    assert PROFILE.video.aspect_ratio.broken_by(facts.aspect_ratio) is None


def test_the_ground_of_a_clip_is_its_own_colors_without_its_edges(tmp_path: Path) -> None:
    source = copied("video-298x1400.mp4", tmp_path)
    shown = first_picture(padded(source, fit="blur").path)
    strip = shown.crop((0, 0, shown.width // 8, shown.height))
    middle = shown.crop((shown.width * 3 // 8, 0, shown.width * 5 // 8, shown.height))
    assert roughness(strip) < roughness(middle) / 2
    assert ImageStat.Stat(strip.convert("L")).mean[0] > 20


@pytest.mark.parametrize(
    ("mode", "color"),
    [
        *((mode, "#c81e28") for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "I", "F", "YCbCr", "LAB")),
        *((mode, "white") for mode in ("L", "1", "CMYK", "I;16")),
        *((mode, "black") for mode in ("RGB", "LA", "P")),
    ],
)
def test_a_picture_of_any_mode_is_padded_with_a_color(mode: str, color: str, tmp_path: Path) -> None:
    done = padded(wide(tmp_path, mode), fit="pad", pad_color=color)
    facts = done.judged.facts
    assert isinstance(facts, ImageFacts)
    assert (facts.width_px, facts.height_px) == (1200, 480)
    for at in ((0, 0), (1199, 0), (600, 479)):
        assert near(pixel(done.path, at), COLORS[color])


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "I", "F"])
def test_a_picture_of_any_mode_is_put_upon_a_blurred_copy_of_itself(mode: str, tmp_path: Path) -> None:
    done = padded(wide(tmp_path, mode), fit="blur")
    with Image.open(done.path) as picture:
        shown = picture.convert("RGB")
    assert shown.size == (1200, 480)
    assert roughness(shown.crop((0, 0, 1200, 40))) < 4 < roughness(shown.crop((0, 40, 1200, 440)))


def test_the_picture_itself_stays_as_it_was_to_the_pixel(tmp_path: Path) -> None:
    source = wide(tmp_path)
    for fit in ("pad", "blur"):
        with Image.open(source) as old, Image.open(padded(source, fit=fit).path) as new:
            assert new.convert("RGB").crop((0, 40, 1200, 440)).tobytes() == old.tobytes()


def test_a_color_profile_is_kept_and_one_for_gray_is_not_put_on_colors(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mode, color, kept in (("RGB", "#c81e28", True), ("L", "white", True), ("L", "#c81e28", False)):
        done = padded(wide(tmp_path, mode, icc_profile=profile), fit="pad", pad_color=color)
        with Image.open(done.path) as picture:
            assert ("icc_profile" in picture.info) == kept


def test_the_filters_of_a_ground_are_asked_for_before_it_is_tried() -> None:
    blurred, plain = (
        Pad(width_px=10, height_px=8, fill=fill, loss="creative", clears=()) for fill in ("blur", "white")
    )
    assert needs((blurred,)) >= {"split", "gblur", "overlay"}
    assert needs((plain,)) == {"pad"}
    assert find_tool(needs((blurred, plain))).lacks(needs((blurred,))) == []


@pytest.mark.parametrize("fit", [{"fit": "pad", "pad_color": "white"}, {"fit": "blur", "pad_color": "white"}])
def test_a_logo_is_flattened_on_the_color_of_its_bars(fit: dict[str, str], tmp_path: Path) -> None:
    logo = Image.new("RGBA", (1200, 400), (0, 0, 0, 0))
    logo.paste((200, 30, 40, 255), (500, 100, 700, 300))
    logo.save(tmp_path / "logo.png")
    done = padded(tmp_path / "logo.png", **fit)
    with Image.open(done.path) as made:
        assert not made.has_transparency_data
        middle = made.height // 2
        assert seen(made, (20, middle)) == (255, 255, 255)
        assert near(seen(made, (600, middle)), (200, 30, 40))
        assert fit["fit"] == "blur" or seen(made, (20, 5)) == (255, 255, 255)


@pytest.mark.parametrize("where", ["left", "right"])
def test_a_side_of_a_clip_and_of_a_picture_stays_where_it_is_named(where: str, tmp_path: Path) -> None:
    picture = Image.new("RGB", (1600, 400), "blue")
    picture.paste("red", (0, 0, 400, 400))
    picture.save(tmp_path / "wide.png")
    source = "color=blue:size=800x200:rate=25:duration=1,drawbox=w=200:c=red:t=fill"
    clip = tmp_path / "wide.mp4"
    subprocess.run([find_tool().path, "-v", "error", "-f", "lavfi", "-i", source, str(clip)], check=True)
    for path in (tmp_path / "wide.png", clip):
        verdict = judged(path, FEW)
        assert verdict.facts
        found = plan(verdict, FEW, FixOptions(crop_of={str(path): where}))  # type: ignore[dict-item] # a word
        done = apply_plan(found, verdict.facts, order_of(FEW, tmp_path / "out"))
        shown = Image.open(done.path) if path.suffix == ".png" else first_picture(done.path)
        assert near(seen(shown, (8, 8)), (255, 0, 0) if where == "left" else (0, 0, 255), 12)
        assert (shown.width / shown.height) <= 2.5
