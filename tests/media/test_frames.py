"""Stills of clips and pictures, as a viewer sees them."""

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from preflight.media.frames import frames_at, thumbnail
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.facts import ImageFacts, VideoFacts
from preflight.values.still import Still
from tests.media.conftest import CUTS, Film
from tests.specimens import first_picture, image, media, video

F = Fraction
Cuts = Callable[..., Path]
MIDDLE = (F(1, 2), F(1, 2))


def picture(still: Still) -> Image.Image:
    """Open a still, which must be what it says."""
    opened = Image.open(io.BytesIO(still.jpeg))
    opened.load()
    assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", (still.width_px, still.height_px))
    return opened


def color(shown: Still | Image.Image, part: tuple[Fraction, Fraction] = MIDDLE) -> tuple[int, ...]:
    """Return the color at a part of the width and one of the height."""
    seen = picture(shown) if isinstance(shown, Still) else shown
    found = seen.getpixel((int(seen.width * part[0]), int(seen.height * part[1])))
    assert isinstance(found, tuple)
    return found


def close(one: tuple[int, ...], other: tuple[int, ...], within: int = 30) -> bool:
    return all(abs(a - b) <= within for a, b in zip(one, other, strict=True))


# ---- clips ----------------------------------------------------------------------------------------------------------

COUNTED = {
    "counted.mp4": ("mp4", "-c:v", "libx264", "-crf", "5", "-g", "250", "-bf", "3"),
    "counted.mkv": ("matroska", "-c:v", "libx264", "-crf", "5", "-g", "12", "-output_ts_offset", "3"),
    "counted.avi": ("avi", "-c:v", "mpeg4", "-q:v", "2", "-g", "10"),
    "counted.ts": ("mpegts", "-c:v", "mpeg2video", "-q:v", "2", "-g", "15"),
}
"""Clips of 100 frames, each as bright as its number says, and their formats."""


@pytest.fixture(params=COUNTED)
def counted(request: pytest.FixtureRequest, film: Film) -> tuple[str, str]:
    return count(film, request.param)


def count(film: Film, name: str = "counted.mp4") -> tuple[str, str]:
    kind, *options = COUNTED[name]
    graph = "[0]geq=lum='16+2*N':cb=128:cr=128,format=yuv420p"
    path = film(name, "color=black:size=160x90:rate=25:d=4", graph=graph, options=tuple(options))
    return str(path), kind


def number(still: Still) -> int:
    """Return the number of a counted frame."""
    return round(color(still)[0] * 219 / 255 / 2)


def test_each_moment_shows_its_frame(counted: tuple[str, str]) -> None:
    stills = frames_at(*counted, [F(0), F(1, 100), F(1, 25), F(2), F(201, 100), F(79, 25)], 80)
    assert [still.time_s for still in stills] == [0, 0, F(1, 25), 2, 2, F(79, 25)]
    assert [number(still) for still in stills] == pytest.approx([0, 0, 1, 50, 50, 79], abs=1)


def test_a_moment_far_on_is_sought_and_shows_its_frame(counted: tuple[str, str]) -> None:
    (still,) = frames_at(*counted, [F(95, 25)], 80)
    assert still.time_s == F(95, 25)
    assert number(still) == pytest.approx(95, abs=1)


@pytest.mark.parametrize("held", [48, 49, 50, 51])
def test_a_frame_that_is_held_for_seconds_is_found_whether_others_are_built_upon_it_or_not(
    held: int, film: Film
) -> None:
    graph = f"[0]geq=lum='16+2*N':cb=128:cr=128,format=yuv420p,setpts='(N+if(gt(N,{held}),100,0))/25/TB'"
    options = ("-c:v", "libx264", "-crf", "5", "-bf", "3", "-x264-params", "b-adapt=0", "-fps_mode", "vfr")
    path = film(f"held-{held}.mp4", "color=black:size=160x90:rate=25:d=4", graph=graph, options=options)
    (still,) = frames_at(str(path), "mp4", [F(held, 25) + 3], 80)
    assert still.time_s == F(held, 25)
    assert number(still) == pytest.approx(held, abs=1)


def test_past_the_end_stands_the_last_frame(counted: tuple[str, str]) -> None:
    (still,) = frames_at(*counted, [F(1000)], 80)
    assert still.time_s == F(99, 25)
    assert number(still) == pytest.approx(99, abs=1)


def test_stills_stand_in_the_order_asked_for_and_repeat(film: Film) -> None:
    stills = frames_at(*count(film), [F(3), F(1), F(3), F(0)], 80)
    assert [still.time_s for still in stills] == [3, 1, 3, 0]
    assert frames_at(*count(film), [], 80) == ()


def test_just_before_a_cut_stands_the_shot_that_ends_and_at_the_cut_the_next(cuts: Cuts) -> None:
    cut = F(CUTS[1], 25)
    path = cuts("cuts.mp4", ("-c:v", "libx264"))
    before, after = frames_at(str(path), "mp4", [cut - F(1, 100), cut], 80)
    assert (before.time_s, after.time_s) == (cut - F(1, 25), cut)
    assert close(color(after), (0, 0, 128))


def test_stills_are_made_smaller_never_larger(film: Film) -> None:
    sizes = [(s.width_px, s.height_px) for side in (16, 80, 160, 4000) for s in frames_at(*count(film), [F(0)], side)]
    assert sizes == [(16, 9), (80, 45), (160, 90), (160, 90)]


@pytest.mark.parametrize(
    "name",
    [
        "video-rotated-90.mp4",
        "video-rotated-180.mp4",
        "video-rotated-270.mov",
        "video-stored-640x480-shown-864x480.mp4",
        "video-stored-640x480-shown-864x480-rotated-90.mp4",
        "video-stored-854x480-shown-640x480.mp4",
    ],
)
def test_rotation_and_pixel_shape_are_applied_as_they_were_measured(name: str) -> None:
    facts = video(name)
    still = thumbnail(media(name), facts, 120)
    scale = 120 / max(facts.width_px, facts.height_px)
    expected = (facts.width_px * scale, facts.height_px * scale)
    assert (still.width_px, still.height_px) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize("name", ["video-rotated-90.mp4", "video-rotated-180.mp4", "video-rotated-270.mov"])
def test_a_turned_clip_is_turned_the_way_the_facts_say(name: str) -> None:
    degrees = video(name).rotation_deg
    assert degrees
    (still,) = frames_at(media(name), name[-3:], [F(0)], 120)
    found = picture(still)

    def unlike(clockwise: int) -> float:
        turned = first_picture(media(name)).rotate(-clockwise, expand=True).resize(found.size)
        return sum(ImageStat.Stat(ImageChops.difference(found, turned)).mean)

    assert min((0, 90, 180, 270), key=unlike) == degrees


@pytest.mark.parametrize(
    "name",
    [
        "video-hdr10.mp4",
        "video-h264-444.mp4",
        "video-alpha-qtrle.mov",
        "video-alpha-vp9.webm",
        "video-interlaced.mp4",
        "video-flv.flv",
        "video-mpeg-ts.ts",
        "video-prores.mov",
        "video-fragmented-15s.mp4",
        "video-edit-list-hides-6s.mp4",
        "video-vfr-mean-30-nominal-60.mp4",
        "video-cover-art.mp4",
        "video-one-frame.mp4",
    ],
)
def test_every_kind_of_clip_has_stills_from_begin_to_end(name: str) -> None:
    facts = video(name)
    length = facts.duration_s or F(0)
    stills = frames_at(media(name), facts.format, [length * at / 4 for at in range(5)], 100)
    assert stills[0].time_s == 0
    assert [still.time_s for still in stills] == sorted(still.time_s for still in stills)
    assert all(picture(still) for still in stills)


def test_a_clip_s_thumbnail_is_of_its_third(film: Film) -> None:
    path, _ = count(film)
    assert thumbnail(path, video(Path(path)), 80).time_s == F(33, 25)


def test_colors_are_those_of_a_full_decode() -> None:
    (still,) = frames_at(media("video-854x480.mp4"), "mp4", [F(0)], 85)
    whole = first_picture(media("video-854x480.mp4")).resize((85, 48), Image.Resampling.BOX)
    parts = [(F(at, 8), F(down, 4)) for at in (1, 3, 5, 7) for down in (1, 3)]
    far = [part for part in parts if not close(color(still, part), color(whole, part), within=60)]
    assert len(far) <= 1  # on a hard edge a pixel may fall on either side


@pytest.mark.parametrize("name", ["video-no-picture-data.mp4", "video-sound-only.mp4", "image-ok.png"])
def test_what_has_no_pictures_to_decode_cannot_be_read(name: str) -> None:
    with pytest.raises(Unreadable):
        frames_at(media(name), name[-3:], [F(0)], 80)


def test_a_playlist_in_place_of_a_clip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n")
    with pytest.raises(Unmeasured):
        frames_at(str(path), "mp4", [F(0)], 80)


# ---- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "image-ok.png",
        "image-ok.jpg",
        "image-ok.webp",
        "image-heic.heic",
        "image-avif.avif",
        "image-cmyk.jpg",
        "image-gray.jpg",
        "image-mpo.jpg",
        "image-progressive.jpg",
        "image-palette.png",
        "image-palette-transparent.png",
        "image-alpha.png",
        "image-alpha.webp",
        "image-black-and-white.png",
        "image-16-bit-gray.png",
        "image-16-bit-rgb.png",
        "image-animated.gif",
        "image-animated.png",
        "image-tiff.tif",
        "image-bmp.bmp",
        "image-jpeg2000.jp2",
        "image-1x1.png",
        *(f"image-orientation-{turn}.jpg" for turn in range(1, 9)),
    ],
)
def test_every_kind_of_picture_has_a_thumbnail_of_its_shape(name: str) -> None:
    facts = image(name)
    still = thumbnail(media(name), facts, 90)
    scale = 90 / max(facts.width_px, facts.height_px, 90)
    assert picture(still).mode == "RGB"
    assert still.time_s == 0
    assert (still.width_px, still.height_px) == pytest.approx((facts.width_px * scale, facts.height_px * scale), abs=1)


STORED = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
"""EXIF orientation → the transposition after which it shows a picture upright."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "tif"])
def test_orientation_is_applied(tmp_path: Path, orientation: int, ending: str) -> None:
    seen = Image.new("RGB", (64, 32), "blue")
    seen.paste((255, 0, 0), (0, 0, 32, 16))
    stored = seen.transpose(Image.Transpose(STORED[orientation])) if orientation in STORED else seen
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"a.{ending}"
    stored.save(path, exif=exif, quality=95)
    still = thumbnail(str(path), image(path), 64)
    assert (still.width_px, still.height_px) == (64, 32)
    assert close(color(still, (F(1, 4), F(1, 4))), (254, 0, 0))
    assert close(color(still, (F(3, 4), F(3, 4))), (0, 0, 254))


@pytest.mark.parametrize(
    ("mode", "value"), [("I;16", 32_896), ("L", 128), ("LA", (128, 255)), ("RGBA", (128, 128, 128, 255))]
)
def test_middle_gray_stays_middle_gray(tmp_path: Path, mode: str, value: int | tuple[int, ...]) -> None:
    path = tmp_path / "gray.png"
    Image.new(mode, (40, 40), value).save(path)
    assert close(color(thumbnail(str(path), image(path), 20)), (128, 128, 128), within=3)


def test_floating_numbers_go_from_black_to_white(tmp_path: Path) -> None:
    path = tmp_path / "float.tif"
    stripes = Image.new("F", (40, 40), -3.5)
    stripes.paste(12.25, (20, 0, 40, 40))
    stripes.save(path)
    still = thumbnail(str(path), image(path), 40)
    assert close(color(still, (F(1, 8), F(1, 2))), (0, 0, 0))
    assert close(color(still, (F(7, 8), F(1, 2))), (255, 255, 255))


def test_print_colors_become_those_of_a_screen(tmp_path: Path) -> None:
    path = tmp_path / "print.jpg"
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(path, quality=95)
    assert close(color(thumbnail(str(path), image(path), 20)), (255, 0, 0))


def test_transparency_stands_on_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(path)
    assert color(thumbnail(str(path), image(path), 20)) == (255, 255, 255)


def test_a_picture_beyond_the_cap_is_not_decoded() -> None:
    name = "image-bomb-30000x30000.png"
    with pytest.raises(Unmeasured, match="30000 x 30000"):
        thumbnail(media(name), image(name, "header"), 80)


@pytest.mark.parametrize(("name", "kind"), [("image-truncated.png", "png"), ("image-truncated.webp", "webp")])
def test_a_damaged_picture_cannot_be_read(name: str, kind: str) -> None:
    facts = ImageFacts(format=kind, bytes=1, width_px=9, height_px=9, stored_width_px=9, stored_height_px=9, mode="RGB")
    with pytest.raises(Unreadable):
        thumbnail(media(name), facts, 80)


def test_what_changed_its_kind_is_refused() -> None:
    with pytest.raises(Unmeasured):
        thumbnail(media("video-5s.mp4"), image("image-ok.png"), 80)
    claims = VideoFacts(format="png", bytes=1, width_px=9, height_px=9, coded_width_px=9, coded_height_px=9)
    with pytest.raises(Unreadable):
        thumbnail(media("image-ok.png"), claims, 80)
