"""Colors stay what they were: bars and patches, decoded before and after a fix by a decoder that heeds their tags."""

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from fixtures.recipe import ffmpeg
from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Encode, find
from tests.specimens import PROFILE, judged, lowered

BETWEEN = lowered(PROFILE, shortest_s=1, least_px=300 * 168, most_px=480 * 272)
"""The default edition for clips of a second, and a third of its sizes: colors are the same in few pixels."""
LEVELS = 3
"""Of 255, by which a color may move."""
BARS = 7
TAGS = {
    "bt709": ("bt709", "bt709", "bt709"),
    "bt601": ("smpte170m", "smpte170m", "smpte170m"),
    "bt2020": ("bt2020", "bt2020-10", "bt2020nc"),
}
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "8")
P3_D50 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""X, Y and Z of the red, green and blue of Display P3, adapted to D50."""


def tagged(matrix: str) -> tuple[str, ...]:
    primaries, transfer, colorspace = TAGS[matrix]
    return ("-color_primaries", primaries, "-color_trc", transfer, "-colorspace", colorspace)


def bars(target: Path, *options: str, size: str, rate: str, matrix: str = "bt601", ranges: str = "tv") -> Path:
    """Write a second of seven upright bars."""
    upper = f"crop=iw*0.75:ih/2,scale={size.replace('x', ':')}:flags=neighbor,setsar=1"
    source = f"smptehdbars=s={size}:r={rate}:d=1,format=gbrp,{upper}"
    convert = f"scale=out_color_matrix={matrix}:out_range={ranges}:flags=accurate_rnd+full_chroma_int"
    ffmpeg("-f", "lavfi", "-i", source, "-vf", convert, *options, to=target)
    return target


def seen(path: Path) -> list[tuple[int, ...]]:
    """Return the colors in the middle of the bars, as a decoder that heeds the clip's tags shows them."""
    still = path.with_suffix(".seen.png")
    shown = "scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp"
    ffmpeg("-i", f"file:{path}", "-frames:v", "1", "-vf", shown, "-pix_fmt", "rgb24", to=still)
    with Image.open(still) as picture:
        rgb = picture.convert("RGB")
        places = [(rgb.width * (2 * bar + 1) // (2 * BARS), rgb.height // 2) for bar in range(BARS)]
        return [color for color in map(rgb.getpixel, places) if isinstance(color, tuple)]


def mended(path: Path, folder: Path) -> Applied:
    verdict = judged(path, BETWEEN)
    assert verdict.facts
    return apply_plan(plan(verdict, BETWEEN, FixOptions()), verdict.facts, order_of(BETWEEN, folder))


def furthest(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> int:
    return max(abs(a - b) for here, there in zip(one, other, strict=True) for a, b in zip(here, there, strict=True))


KINDS = {"scaled": ("160x90", "25"), "retimed": ("320x180", "12"), "shrunk": ("680x384", "24")}
"""What is done to the frames, by their size and rate: that the colors are converted is the same in each."""


@pytest.mark.parametrize(
    ("kinds", "matrix", "ranges", "options"),
    [
        (("scaled", "retimed"), "bt709", "tv", ("-pix_fmt", "yuv420p", *tagged("bt709"))),
        (("scaled",), "bt601", "tv", ("-pix_fmt", "yuv420p", *tagged("bt601"))),
        (("scaled",), "bt709", "pc", ("-pix_fmt", "yuvj420p", "-color_range", "pc", *tagged("bt709"))),
        (("scaled", "retimed"), "bt601", "pc", ("-pix_fmt", "yuvj420p")),
        (("scaled", "shrunk"), "bt601", "tv", ("-pix_fmt", "yuv420p")),
        (("scaled", "shrunk"), "bt2020", "tv", ("-pix_fmt", "yuv420p10le", *tagged("bt2020"))),
    ],
    ids=["bt709", "bt601", "bt709-full", "untagged-full", "untagged", "bt2020-10-bit"],
)
def test_a_clip_keeps_its_colors(
    kinds: tuple[str, ...], matrix: str, ranges: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    for kind in kinds:
        size, rate = KINDS[kind]
        source = bars(tmp_path / f"{kind}.mp4", *H264, *options, size=size, rate=rate, matrix=matrix, ranges=ranges)
        done = mended(source, tmp_path / "out")
        assert find(done.plan.steps, Encode)
        assert len(set(seen(source))) == BARS
        assert furthest(seen(source), seen(Path(done.path))) <= LEVELS


@pytest.mark.parametrize(
    "codec",
    [("-c:v", "qtrle", "-pix_fmt", "rgb24"), ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj444p")],
    ids=["rgb", "mjpeg"],
)
def test_a_clip_of_another_color_model_keeps_its_colors(codec: tuple[str, ...], tmp_path: Path) -> None:
    ranges = "pc" if "mjpeg" in codec else "tv"
    source = bars(tmp_path / "bars.mov", *codec, size="160x90", rate="25", ranges=ranges)
    assert furthest(seen(source), seen(Path(mended(source, tmp_path / "out").path))) <= LEVELS


def test_a_prores_with_transparency_keeps_its_colors(tmp_path: Path) -> None:
    codec = ("-c:v", "prores_ks", "-profile:v", "4", "-pix_fmt", "yuva444p10le")
    source = bars(tmp_path / "bars.mov", *codec, size="160x90", rate="25")
    done = mended(source, tmp_path / "out")
    assert done.judged.verdict == "pass"
    assert furthest(seen(source), seen(Path(done.path))) <= LEVELS


# ---- pictures ---------------------------------------------------------------------------------------------------


def fixed16(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def profile_of(primaries: tuple[tuple[float, ...], ...], gamma: float = 2.2) -> bytes:
    """Return an ICC profile of version 2 by its primaries and one gamma: ICC.1:2001-04, 6.3.1.2."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    xyz = [b"XYZ " + bytes(4) + b"".join(map(fixed16, one)) for one in (*primaries, (0.9642, 1.0, 0.8249))]
    words = b"wide\0"
    said = b"desc" + bytes(4) + struct.pack(">I", len(words)) + words + bytes(78 + 3)
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt"), xyz, strict=True))
    tags |= {
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
        b"desc": said,
        b"cprt": b"text" + bytes(4) + b"none\0\0\0\0",
    }
    begin = 128 + 4 + 12 * len(tags)
    table, content = struct.pack(">I", len(tags)), b""
    for name, body in tags.items():
        table += name + struct.pack(">II", begin + len(content), len(body))
        content += body + bytes(-len(body) % 4)
    head = struct.pack(">I4xI", begin + len(content), 0x02400000) + b"mntrRGB XYZ " + bytes(12) + b"acsp"
    return (head.ljust(68, b"\0") + b"".join(map(fixed16, (0.9642, 1.0, 0.8249)))).ljust(128, b"\0") + table + content


def patches(size: tuple[int, int] = (200, 200)) -> Image.Image:
    """Return four patches: strong red, strong green, blue and gray."""
    picture = Image.new("RGB", (2, 2))
    picture.putdata([(230, 20, 10), (20, 220, 30), (30, 40, 210), (128, 128, 128)])
    return picture.resize(size, Image.Resampling.NEAREST)


def as_screen(path: str | Path) -> list[tuple[int, ...]]:
    """Return the colors in the middle of the patches, converted to sRGB by the profile that the picture carries."""
    import io

    with Image.open(path) as picture:
        icc = picture.info.get("icc_profile")
        rgb: Image.Image | None = picture.convert("RGB") if picture.mode != "CMYK" or not icc else picture.copy()
    if icc and rgb:
        srgb = ImageCms.createProfile("sRGB")
        rgb = ImageCms.profileToProfile(rgb, io.BytesIO(icc), srgb, outputMode="RGB")
    assert rgb
    places = [(rgb.width * x // 4, rgb.height * y // 4) for y in (1, 3) for x in (1, 3)]
    return [color for color in map(rgb.getpixel, places) if isinstance(color, tuple)]


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif", "heic", "avif"])
def test_a_picture_of_a_wide_gamut_keeps_its_look(ending: str, tmp_path: Path) -> None:
    if ending == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    source = tmp_path / f"wide.{ending}"
    patches().save(source, quality=95, icc_profile=profile_of(P3_D50))
    wanted = as_screen(source)
    assert furthest(wanted, [(230, 20, 10), (20, 220, 30), (30, 40, 210), (128, 128, 128)]) > 3 * LEVELS
    made = mended(source, tmp_path / "out").path
    assert furthest(wanted, as_screen(made)) <= LEVELS


def test_a_profile_that_is_not_for_the_colors_written_is_left_out(tmp_path: Path) -> None:
    source = tmp_path / "print.tif"
    strange = profile_of(P3_D50).replace(b"mntrRGB ", b"mntrLab ", 1)
    patches().save(source, icc_profile=strange)
    made = mended(source, tmp_path / "out").path
    with Image.open(made) as picture:
        assert "icc_profile" not in picture.info


def test_a_color_that_means_transparent_is_not_blended_with_its_neighbors(tmp_path: Path) -> None:
    source = tmp_path / "keyed.png"
    picture = Image.new("RGB", (100, 100), (255, 0, 255))
    picture.paste((0, 200, 0), (50, 0, 100, 100))
    picture.save(source, transparency=(255, 0, 255))
    with Image.open(mended(source, tmp_path / "out").path) as made:
        row = [made.convert("RGBA").getpixel((x, 150)) for x in range(made.width)]
    opaque = [color[:3] for color in row if isinstance(color, tuple) and color[3] > 200]
    assert row[0] == (0, 0, 0, 0)
    assert opaque
    assert max(max(red, blue) for red, _, blue in opaque) <= LEVELS


def test_a_palette_with_transparency_in_it_keeps_both(tmp_path: Path) -> None:
    source = tmp_path / "palette.tif"
    picture = patches((400, 400)).quantize(4)
    mask = Image.new("L", picture.size, 255)
    mask.paste(0, (0, 0, 100, 400))
    picture.putalpha(mask)
    picture.convert("PA").save(source)
    with Image.open(mended(source, tmp_path / "out").path) as made:
        rgba = made.convert("RGBA")
        assert rgba.getpixel((50, 150))[3] == 0  # type: ignore[index] # RGBA pixels are tuples
        assert rgba.getpixel((150, 150))[3] == 255  # type: ignore[index] # the same


def test_deep_gray_whose_darkness_means_transparent_stays_so_in_its_own_tones(tmp_path: Path) -> None:
    source = tmp_path / "deep.png"
    samples = np.full((200, 200), 30000, np.uint16)
    samples[:, :100] = 50000
    Image.fromarray(samples).save(source, transparency=30000)
    with Image.open(mended(source, tmp_path / "out").path) as made:
        seen = made.convert("LA")
        assert [seen.getpixel(at) for at in ((20, 150), (280, 150))] == [(195, 255), (0, 0)]


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_the_first_picture_of_a_moving_one_is_kept(kind: str, tmp_path: Path) -> None:
    source = tmp_path / f"moving.{kind}"
    frames = [Image.new("RGB", (200, 200), color) for color in ((200, 30, 30), (30, 200, 30), (30, 30, 200))]
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=100)
    done = mended(source, tmp_path / "out")
    with Image.open(done.path) as made:
        assert getattr(made, "n_frames", 1) == 1
        found = made.convert("RGB").getpixel((150, 150))
    assert isinstance(found, tuple)
    assert furthest([found], [(200, 30, 30)]) <= 2 * LEVELS
