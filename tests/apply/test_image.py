"""Plans for pictures, carried out and looked at by a plain decoder."""

import hashlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from preflight.apply import Applied, apply_plan
from preflight.apply.image import make_image
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Plan, Resize, Step, Turn, Write
from preflight.values.facts import ImageFacts
from tests.specimens import PROFILE, copied, judged, pixel


def mended(path: Path, folder: Path, fix_options: FixOptions | None = None) -> Applied:
    before, touched = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns
    verdict = judged(path)
    assert verdict.facts
    found = plan(verdict, PROFILE, fix_options or FixOptions())
    assert found.steps, found.advice
    done = apply_plan(found, verdict.facts, order_of(PROFILE, folder))
    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == (before, touched)
    with Image.open(done.path) as picture:
        picture.load()
    return done


def made(path: Path, format_: str, folder: Path, *steps: Step, most: int | None = None, side: int = 1) -> Path:
    """Carry out steps that no finding asked for."""
    write = Write(format=format_, max_bytes=most, min_side_px=side, loss="lossy", clears=())
    target = folder / f"made.{format_}"
    verdict = judged(path)
    assert isinstance(verdict.facts, ImageFacts)
    make_image(Plan(asset=verdict.asset, kind="image", steps=(*steps, write)), verdict.facts, target)
    return target


@pytest.mark.parametrize(
    ("name", "format_", "size"),
    [
        ("image-200x200.png", "png", (300, 300)),
        ("image-299x300.jpg", "jpeg", None),
        ("image-299x300.webp", "webp", None),
        ("image-1x1.png", "png", (300, 300)),
        ("image-6001x2401.png", "png", None),
        ("image-6001x2401.jpg", "jpeg", None),
        ("image-gif.gif", "png", (640, 480)),
        ("image-gif-200x200.gif", "png", (300, 300)),
        ("image-animated.gif", "png", (640, 480)),
        ("image-tiff.tif", "png", (640, 480)),
        ("image-bmp.bmp", "png", (300, 300)),
        ("image-avif.avif", "png", (640, 480)),
        ("image-heic.heic", "png", (640, 480)),
        ("image-heic-named.jpg", "png", (640, 480)),
        ("image-jpeg2000.jp2", "png", (640, 480)),
    ],
)
def test_a_mended_picture_is_clean(name: str, format_: str, size: tuple[int, int] | None, tmp_path: Path) -> None:
    done = mended(copied(name, tmp_path), tmp_path / "out")
    facts = done.judged.facts
    assert isinstance(facts, ImageFacts)
    assert facts.format == format_
    assert size is None or (facts.width_px, facts.height_px) == size
    assert min(facts.width_px, facts.height_px) >= 300
    assert facts.frames == 1


def test_a_conversion_without_loss_keeps_every_pixel(tmp_path: Path) -> None:
    source = copied("image-tiff.tif", tmp_path)
    done = mended(source, tmp_path / "out")
    with Image.open(source) as old, Image.open(done.path) as new:
        assert old.convert("RGB").tobytes() == new.convert("RGB").tobytes()


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_a_refused_shape_is_cropped_or_padded(fit: str, tmp_path: Path) -> None:
    fix_options = FixOptions(allow="creative", fit="crop" if fit == "crop" else "pad")
    done = mended(copied("image-2510x1000.png", tmp_path), tmp_path / "out", fix_options)
    with Image.open(done.path) as picture:
        assert picture.size == ((2500, 1000) if fit == "crop" else (2510, 1004))


def test_padding_is_black_and_the_picture_lies_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("RGB", (1200, 400), (200, 10, 10)).save(path)
    done = mended(path, tmp_path / "out", FixOptions(allow="creative", fit="pad"))
    assert pixel(done.path, (600, 0)) == (0, 0, 0)
    assert pixel(done.path, (600, 479)) == (0, 0, 0)
    assert pixel(done.path, (600, 240)) == (200, 10, 10)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_orientation_is_applied_and_forgotten(orientation: int, tmp_path: Path) -> None:
    source = copied(f"image-orientation-{orientation}.jpg", tmp_path)
    steps = (Turn(loss="lossless", clears=()),) if orientation != 1 else ()
    target = made(source, "png", tmp_path, *steps)
    with Image.open(target) as picture:
        assert picture.size == ((400, 640) if orientation >= 5 else (640, 400))
        assert picture.getexif().get(0x0112, 1) == 1
    with Image.open(source) as old:
        corner = old.convert("RGB").getpixel((0, 0))
    width, height = (400, 640) if orientation >= 5 else (640, 400)
    places = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    right, down = places[orientation]
    assert pixel(target, (right * (width - 1), down * (height - 1))) == corner


@pytest.mark.parametrize("name", ["image-gps.jpg", "image-gps.png", "image-gps.webp", "image-serial-number.jpg"])
def test_place_and_serial_number_are_gone_after_a_fix(name: str, tmp_path: Path) -> None:
    path = copied(name, tmp_path)
    resize = Resize(width_px=400, height_px=300, loss="lossy", clears=())
    target = made(path, Path(name).suffix[1:].replace("jpg", "jpeg"), tmp_path, resize)
    with Image.open(target) as picture:
        assert dict(picture.getexif()) == {}
        assert not {"exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop"} & set(picture.info)
    facts = judged(target).facts
    assert isinstance(facts, ImageFacts)
    assert not facts.location


def test_a_color_profile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "profiled.gif"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = tmp_path / "profiled.tif"
    Image.new("RGB", (400, 300), (10, 200, 30)).save(source, icc_profile=profile)
    with Image.open(mended(source, tmp_path / "out").path) as picture:
        assert picture.info["icc_profile"] == profile
    assert not path.exists()


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
def test_print_colors_become_screen_colors(format_: str, tmp_path: Path) -> None:
    source = copied("image-cmyk.jpg", tmp_path)
    target = made(source, format_, tmp_path)
    with Image.open(target) as picture:
        assert picture.mode == "RGB"
    with Image.open(source) as old:
        wanted = old.convert("RGB").getpixel((320, 240))
    assert isinstance(wanted, tuple)
    apart = [abs(a - b) for a, b in zip(pixel(target, (320, 240)), wanted, strict=True)]
    assert max(apart) <= 12


def test_a_color_profile_that_cannot_be_read_is_dropped_and_colors_converted_plainly(tmp_path: Path) -> None:
    source = tmp_path / "odd.jpg"
    with Image.open(copied("image-cmyk.jpg", tmp_path)) as picture:
        picture.save(source, icc_profile=b"no profile" * 20)
    target = made(source, "jpeg", tmp_path)
    with Image.open(target) as picture:
        assert picture.mode == "RGB"
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("format_", ["jpeg", "png", "webp"])
def test_sixteen_bits_become_eight_of_the_same_brightness(format_: str, tmp_path: Path) -> None:
    target = made(copied("image-16-bit-gray.png", tmp_path), format_, tmp_path)
    assert abs(pixel(target, (100, 100))[0] - 0x12) <= 1
    facts = judged(target).facts
    assert isinstance(facts, ImageFacts)
    assert facts.bit_depth == 8


def test_sixteen_bits_of_each_color_become_eight(tmp_path: Path) -> None:
    target = made(copied("image-16-bit-rgb.png", tmp_path), "png", tmp_path)
    facts = judged(target).facts
    assert isinstance(facts, ImageFacts)
    assert (facts.bit_depth, facts.mode) == (8, "RGB")


@pytest.mark.parametrize("name", ["image-alpha.png", "image-palette-transparent.png", "image-alpha.webp"])
def test_transparency_is_kept_where_the_format_can_and_else_put_on_white(name: str, tmp_path: Path) -> None:
    source = copied(name, tmp_path)
    with Image.open(source) as old:
        seen = old.convert("RGBA")
    clear = next((x, y) for x in range(0, 640, 10) for y in range(0, 480, 10) if seen.getpixel((x, y))[3] == 0)  # type: ignore[index] # RGBA pixels are tuples
    with Image.open(made(source, "png", tmp_path)) as kept:
        assert kept.convert("RGBA").getpixel(clear)[3] == 0  # type: ignore[index] # the same
    flat = made(source, "jpeg", tmp_path)
    assert min(pixel(flat, clear)) > 245


@pytest.mark.parametrize("name", ["image-palette-transparent.png", "image-palette.png", "image-black-and-white.png"])
@pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
def test_palettes_and_single_bits_are_scaled_by_color_and_not_by_number(
    name: str, format_: str, tmp_path: Path
) -> None:
    source = copied(name, tmp_path)
    target = made(source, format_, tmp_path, Resize(width_px=320, height_px=300, loss="lossy", clears=()))
    with Image.open(source) as old, Image.open(target) as new:
        assert new.size == (320, 300)
        before = old.convert("RGB").resize((320, 300), Image.Resampling.LANCZOS).getpixel((300, 290))
        after = new.convert("RGB").getpixel((300, 290))
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 12


@pytest.mark.parametrize("mode", ["LA", "I", "F", "YCbCr", "LAB", "1", "L", "P", "CMYK", "I;16"])
@pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
def test_every_mode_that_a_picture_can_have_is_written(mode: str, format_: str, tmp_path: Path) -> None:
    source = tmp_path / "source.tif"
    picture = Image.new("RGB", (400, 300), (120, 120, 120))
    (picture.convert("L") if mode == "I;16" else picture).convert(mode).save(source)
    assert made(source, format_, tmp_path).stat().st_size > 0


def noisy(path: Path, size: tuple[int, int]) -> Path:
    Image.effect_noise(size, 90).convert("RGB").save(path)
    return path


def test_a_picture_is_made_to_fit_by_quality_first_and_then_by_size(tmp_path: Path) -> None:
    path = noisy(tmp_path / "noise.png", (800, 800))
    by_quality = made(path, "jpeg", tmp_path, most=500_000)
    assert by_quality.stat().st_size <= 500_000
    with Image.open(by_quality) as picture:
        assert picture.size == (800, 800)
    by_size = made(path, "jpeg", tmp_path, most=100_000)
    assert by_size.stat().st_size <= 100_000
    with Image.open(by_size) as picture:
        assert 1 < picture.width < 800


def test_noise_in_every_color_is_written_as_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    Image.merge("RGB", [Image.effect_noise((600, 600), 120) for _ in range(3)]).save(path)
    with Image.open(made(path, "jpeg", tmp_path)) as picture:
        assert picture.size == (600, 600)


GRAYS = {1.0: "F", 255.0: "F", 65_535.0: "I;16"}


@pytest.mark.parametrize("white", GRAYS)
def test_deep_gray_is_mended_and_looks_like_its_source_whatever_it_counts_in(white: float, tmp_path: Path) -> None:
    source, wedge = tmp_path / "deep.tif", Image.linear_gradient("L").resize((400, 300))
    floats = wedge.convert("F").point(lambda sample: sample * (white / 255) + 0)
    (floats if GRAYS[white] == "F" else floats.convert("I").convert("I;16")).save(source)
    done = mended(source, tmp_path / "out")
    assert (done.plan.loss, done.plan.steps[-1].words()) == ("lossy", "write as png (rounded to 8 bits a sample)")
    with Image.open(done.path) as picture:
        apart = [abs(a - b) for a, b in zip(picture.convert("L").tobytes(), wedge.tobytes(), strict=True)]
    assert max(apart) <= 1


def test_fractions_are_scaled_without_turning_black(tmp_path: Path) -> None:
    source = tmp_path / "edge.tif"
    picture = Image.new("F", (200, 200), 0.0)
    picture.paste(1.0, (100, 0, 200, 200))
    picture.save(source)
    path = mended(source, tmp_path / "out").path
    assert [pixel(path, (10, 150))[0], pixel(path, (290, 150))[0]] == [0, 255]


def test_a_picture_that_cannot_be_made_to_fit_is_told(tmp_path: Path) -> None:
    from preflight.errors import FixFailed

    path = noisy(tmp_path / "noise.png", (400, 400))
    with pytest.raises(FixFailed, match="does not fit into 1,000 bytes at any size that is allowed"):
        made(path, "png", tmp_path, most=1000, side=300)


def test_a_source_that_is_no_picture_any_more_is_told(tmp_path: Path) -> None:
    from preflight.errors import FixFailed

    path = copied("image-ok.png", tmp_path)
    verdict = judged(path)
    assert isinstance(verdict.facts, ImageFacts)
    write = Write(format="png", loss="lossless", clears=())
    found = Plan(asset=verdict.asset, kind="image", steps=(write,))
    for content in (b"", b"text", path.read_bytes()[:200]):
        path.write_bytes(content)
        with pytest.raises(FixFailed):
            make_image(found, verdict.facts, tmp_path / "out.png")
    path.unlink()
    with pytest.raises(FixFailed, match="No such file"):
        make_image(found, verdict.facts, tmp_path / "out.png")
