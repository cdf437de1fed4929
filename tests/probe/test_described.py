"""What pictures say of their colors without a profile."""

import io
import struct

import pytest

from fixtures.recipe_image import png_by_hand, png_chunk
from preflight.probe.described import ADOBE_RGB, BT709, BT2020, CODED_PRIMARIES, Described, described
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, image

PLAIN = png_by_hand((8, 8), 8, 2, b"")
HEAD = 33


def of(*chunks: tuple[bytes, bytes]) -> Described | None:
    content = PLAIN[:HEAD] + b"".join(png_chunk(*one) for one in chunks) + PLAIN[HEAD:]
    return said(content)


def said(content: bytes) -> Described | None:
    stream = io.BytesIO(content)
    sniffed = sniff(stream)
    assert sniffed
    return described(stream, sniffed)


GAMMA, SRGB_GAMMA = (b"gAMA", struct.pack(">I", 100_000)), (b"gAMA", struct.pack(">I", 45_455))


def test_code_points_go_before_a_profile_that_before_srgb_and_that_before_numbers() -> None:
    assert of((b"cICP", bytes((9, 16, 0, 1))), (b"iCCP", b"x\0\0"), GAMMA) == Described(BT2020, "pq")
    assert of((b"iCCP", b"x\0\0"), GAMMA) is None
    assert of((b"sRGB", b"\0"), GAMMA) is None
    assert of(GAMMA) == Described(BT709, 1.0)
    assert of(SRGB_GAMMA) is None
    assert of() is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("image-high-range.heic", Described(BT2020, "pq")),
        ("image-adobe-by-exif.jpg", ADOBE_RGB),
        ("image-p3-by-code-points.png", Described(CODED_PRIMARIES[12], "srgb")),
        ("image-ok.jpg", None),
        ("image-ok.webp", None),
        ("image-avif.avif", None),
        ("image-heic.heic", None),
    ],
)
def test_a_specimen_says_what_it_was_made_with(name: str, found: Described | None) -> None:
    assert said((MEDIA / name).read_bytes()) == found


def test_high_dynamic_range_is_a_fact() -> None:
    assert image("image-high-range.heic").transfer == "smpte2084"
    assert image("image-heic.heic").transfer is None


def test_what_the_container_leaves_open_the_coded_picture_says() -> None:
    content = (MEDIA / "image-high-range.heic").read_bytes()
    at = content.index(b"nclx") + 4
    assert said(content[:at] + b"\0\1\0\x0d" + content[at + 4 :]) is None
    assert said(content[:at] + b"\0\2\0\2" + content[at + 4 :]) == Described(BT2020, "pq")
