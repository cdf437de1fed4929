"""Warnings that are mended by name, seen in real files: what was told is gone, and nothing else is."""

import hashlib
import struct
import zlib
from pathlib import Path

import av
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from preflight.apply import Applied, apply_plan
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Flatten, find
from tests.specimens import MACHINES_FFMPEG, MEDIA, PROFILE, first_picture, judged
from tests.test_truth import TABLE

PLACES = ["image-gps.jpg", "image-gps.png", "image-gps.webp", "image-serial-number.jpg", "image-city-in-xmp.jpg"]
CLIPS = ["video-location.mp4", "video-location.mov"]
BLUE = (48, 96, 192)
WARNED = sorted(
    case.specimen.removeprefix("media/")
    for case in TABLE
    if case.warnings and not case.errors and case.profile == PROFILE.name and case.specimen.startswith("media/")
)
"""Passing specimens with warnings."""


def mended(path: Path, folder: Path, also: str, **fix_options: str) -> Applied:
    verdict = judged(path)
    assert verdict.facts
    found = plan(verdict, PROFILE, FixOptions(also=(also,), **fix_options))  # type: ignore[arg-type] # words out of their lists
    assert found.steps, found.advice
    done = apply_plan(found, verdict.facts, order_of(PROFILE, folder))
    assert not {finding.rule for finding in done.judged.findings} & set(found.also)
    return done


def frames(path: Path) -> list[bytes]:
    """Return every frame of a picture, decoded."""
    with Image.open(path) as picture:
        found = []
        for at in range(getattr(picture, "n_frames", 1)):
            picture.seek(at)
            found.append(picture.tobytes())
        return found


def told_beside(path: Path, exif: bytes) -> None:
    """Put a chunk of EXIF before the frames of a PNG."""
    whole, kind = path.read_bytes(), b"eXIf"
    chunk = struct.pack(">I", len(exif)) + kind + exif + struct.pack(">I", zlib.crc32(kind + exif))
    path.write_bytes(whole[:33] + chunk + whole[33:])


def packets(path: Path) -> list[tuple[str, object, str]]:
    """Return what every packet of frames and audio holds, and when it is shown."""
    with av.open(str(path)) as clip:
        wanted = [*clip.streams.video[:1], *clip.streams.audio]
        return sorted(
            (packet.stream.type, packet.pts * packet.time_base, hashlib.sha256(bytes(packet)).hexdigest())
            for packet in clip.demux(wanted)
            if packet.size and packet.pts is not None and packet.time_base
        )


@pytest.mark.parametrize("name", PLACES)
def test_a_place_leaves_a_picture_and_every_pixel_stays(name: str, tmp_path: Path) -> None:
    done = mended(MEDIA / name, tmp_path, "location")
    assert done.plan.loss == "lossless"
    assert frames(Path(done.path)) == frames(MEDIA / name)
    assert done.judged.findings == ()


@pytest.mark.parametrize("name", ["moving.png", "moving.webp"])
def test_a_place_leaves_an_animation_and_every_frame_stays(name: str, tmp_path: Path) -> None:
    tags = Image.Exif()
    tags.get_ifd(0x8825)[2] = (37.0, 30.0, 1.0)
    first, *rest = (Image.new("RGB", (320, 320), color) for color in ("red", "green", "blue"))
    first.save(tmp_path / name, save_all=True, append_images=rest, exif=tags, duration=100, lossless=True)
    if name.endswith("png"):
        told_beside(tmp_path / name, tags.tobytes().removeprefix(b"Exif\0\0"))
    done = mended(tmp_path / name, tmp_path / "out", "location")
    assert len(frames(Path(done.path))) == 3
    assert frames(Path(done.path)) == frames(tmp_path / name)
    assert {finding.rule for finding in done.judged.findings} == {"image/animation"}


@pytest.mark.parametrize("name", CLIPS)
def test_a_place_leaves_a_clip_and_every_packet_stays(name: str, tmp_path: Path) -> None:
    done = mended(MEDIA / name, tmp_path, "location")
    assert done.plan.loss == "lossless"
    assert packets(Path(done.path)) == packets(MEDIA / name)
    assert not any(word in Path(done.path).read_bytes() for word in (b"\xa9xyz", b"ISO6709", b"loci"))


@pytest.mark.parametrize("name", ["image-alpha.png", "image-alpha.webp", "image-palette-transparent.png"])
@pytest.mark.parametrize(("color", "rgb"), [("black", (0, 0, 0)), ("white", (255, 255, 255)), ("#3060c0", BLUE)])
def test_what_is_transparent_of_a_picture_is_put_on_the_color(
    name: str, color: str, rgb: tuple[int, int, int], tmp_path: Path
) -> None:
    done = mended(MEDIA / name, tmp_path, "alpha", pad_color=color)
    with Image.open(MEDIA / name) as source, Image.open(done.path) as made:
        wanted = Image.alpha_composite(Image.new("RGBA", source.size, rgb), source.convert("RGBA")).convert("RGB")
        assert not made.has_transparency_data
        apart = max(
            abs(one - other) for one, other in zip(wanted.tobytes(), made.convert("RGB").tobytes(), strict=True)
        )
        assert apart <= (0 if name.endswith("png") else 40)


@pytest.mark.parametrize("name", ["video-alpha-prores.mov", "video-alpha-qtrle.mov"])
def test_what_is_transparent_of_a_clip_is_put_on_the_color(name: str, tmp_path: Path) -> None:
    done = mended(MEDIA / name, tmp_path, "alpha", pad_color="#3060c0")
    with av.open(str(MEDIA / name)) as clip:
        frame = next(clip.decode(video=0))
        seen = Image.fromarray(frame.to_ndarray(format="rgba"))
    corner = seen.getpixel((8, 8))
    assert isinstance(corner, tuple)
    share = corner[3] / 255
    wanted = tuple(round(part * share + ground * (1 - share)) for part, ground in zip(corner[:3], BLUE, strict=True))
    shown = first_picture(done.path).getpixel((8, 8))
    assert isinstance(shown, tuple)
    assert max(abs(a - b) for a, b in zip(shown, wanted, strict=True)) <= 12


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("image-cmyk.jpg", "color"),
        ("image-16-bit-rgb.png", "color"),
        ("image-jpeg-12-bit.jpg", "coding"),
        ("image-jpeg-lossless.jpg", "coding"),
        ("image-animated.webp", "animation"),
        ("image-jpeg-named.png", "name"),
        ("video-hdr10.mp4", "hdr"),
        ("video-h264-10-bit.mp4", "bit-depth"),
        ("video-interlaced.mp4", "interlace"),
        ("video-stored-640x480-shown-864x480-rotated-90.mp4", "pixel-shape"),
        ("video-two-picture-streams.mov", "streams"),
        ("video-sound-longer.mp4", "header"),
        ("audio-mp3-half-there.mp3", "header"),
        ("audio-wav-streaming-length.wav", "header"),
    ],
)
def test_what_a_report_warns_of_is_gone_from_the_new_file(name: str, also: str, tmp_path: Path) -> None:
    assert mended(MEDIA / name, tmp_path, also).judged.verdict == "pass"


@pytest.mark.parametrize("name", WARNED)
def test_every_warning_that_can_be_mended_is_or_is_said_to_stay(name: str, tmp_path: Path) -> None:
    """No plan that `also` makes of a specimen fails once it is carried out."""
    verdict = judged(MEDIA / name)
    found = plan(verdict, PROFILE, FixOptions(also=("all",)))
    mendable = {one.rule for one in verdict.findings if one.fix != "none" and one.severity != "error"}
    assert {*found.also, *(finding.rule for finding in found.left)} == mendable
    assert bool(found.steps) >= bool(found.also)
    if found.steps:
        mended(MEDIA / name, tmp_path, "all")


@pytest.mark.parametrize("ffmpeg", [MACHINES_FFMPEG, get_ffmpeg_exe()], ids=["machine's", "wheel's"])
def test_a_layer_of_transparency_is_left_out_whether_ffmpeg_decodes_it_or_not(
    ffmpeg: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not ffmpeg:
        pytest.skip("this machine has no ffmpeg of its own")
    monkeypatch.setenv("PREFLIGHT_FFMPEG", ffmpeg)
    name = "video-hevc-alpha.mov"
    done = mended(MEDIA / name, tmp_path, "alpha", pad_color="white")
    assert find(done.plan.steps, Flatten) == Flatten(color="black", loss="lossy", clears=("video/alpha",))
    shades = [first_picture(path).convert("L").getextrema() for path in (done.path, str(MEDIA / name))]
    assert all(abs(one - other) <= 8 for one, other in zip(*shades, strict=True))
