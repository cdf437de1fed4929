"""What pictures say of their colors without a profile."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_image import png_by_hand, png_chunk
from fixtures.recipe_tiff import ASCII, LONG, SHORT, Directory, tiff
from preflight.probe.described import (
    ADOBE_RGB,
    BT709,
    BT2020,
    CODED_PRIMARIES,
    Described,
    by_code_points,
    by_exif,
    described,
)
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


# ---- numbers and code points -----------------------------------------------------------------------------------------

P3_NUMBERS = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
SRGB_NUMBERS = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)


def chrm(*numbers: int) -> tuple[bytes, bytes]:
    return b"cHRM", struct.pack(f">{len(numbers)}I", *numbers)


def gama(number: int) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", number)


def test_chromaticities_are_white_red_green_and_blue_in_hundred_thousandths() -> None:
    found = of(chrm(*P3_NUMBERS))
    assert found
    assert found.primaries == CODED_PRIMARIES[12]
    assert found.transfer == "srgb"


def test_colors_near_those_of_srgb_are_these() -> None:
    near = [number + shift for number, shift in zip(SRGB_NUMBERS, (100, -100) * 4, strict=True)]
    assert of(chrm(*near)) is None
    assert of(chrm(*near), gama(45_600)) is None
    far = [number + 400 for number in SRGB_NUMBERS]
    assert of(chrm(*far)) is not None


@pytest.mark.parametrize("odd", [0, 100_000, 2**32 - 1])
@pytest.mark.parametrize("place", range(8))
def test_a_chromaticity_that_no_light_has_leaves_the_usual_colors(place: int, odd: int) -> None:
    numbers = list(P3_NUMBERS)
    numbers[place] = odd
    assert of(chrm(*numbers)) is None


@pytest.mark.parametrize(
    ("number", "transfer"),
    [(100_000, 1.0), (50_000, 2.0), (55_556, pytest.approx(1.8, abs=0.001)), (10_000, 10.0), (1_000_000, 0.1)],
)
def test_a_gamma_is_the_exponent_s_reciprocal(number: int, transfer: float) -> None:
    found = of(gama(number))
    assert found
    assert found.transfer == transfer


@pytest.mark.parametrize("number", [0, 1, 9_999, 1_000_001, 2**32 - 1])
def test_a_gamma_that_nothing_has_says_nothing(number: int) -> None:
    assert of(gama(number)) is None


@pytest.mark.parametrize("chunk", [(b"gAMA", b"\0\1\x86"), (b"cHRM", bytes(31)), (b"cICP", bytes((9, 16, 0)))])
def test_a_chunk_of_another_length_says_nothing(chunk: tuple[bytes, bytes]) -> None:
    assert of(chunk) is None


def test_of_two_chunks_of_one_name_the_first_counts() -> None:
    assert of(gama(100_000), gama(50_000)) == Described(BT709, 1.0)


@given(st.integers(0, 255), st.integers(0, 255))
def test_any_code_points_are_colors_and_light_beyond_white_is_told_by_two_of_them(
    primaries: int, transfer: int
) -> None:
    found = by_code_points(primaries, transfer)
    assert found.is_hdr is (transfer in (16, 18))
    assert all(0 < x < 1 and 0 < y < 1 for x, y in found.primaries)


@pytest.mark.parametrize("transfer", [1, 2, 6, 13, 14, 15])
def test_the_curves_of_cameras_are_shown_as_srgb(transfer: int) -> None:
    assert by_code_points(1, transfer) == Described(BT709, "srgb")


COLOR_SPACE, INTEROPERABILITY = 0xA001, 0xA005


def exif(space: int | None, option: bytes | None, order: str = "<") -> bytes:
    details: Directory = []
    if space is not None:
        details.append((COLOR_SPACE, SHORT, [space]))
    if option is not None:
        within: Directory = [(1, ASCII, option)]
        details.append((INTEROPERABILITY, LONG, within))
    return tiff([(0x8769, LONG, details)], order=order)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("space", "option", "adobe"),
    [
        (2, None, True),
        (65535, b"R03\0", True),
        (None, b"R03\0", True),
        (1, b"R03\0", False),
        (65535, b"R98\0", False),
        (65535, None, False),
        (1, None, False),
        (3, b"R03\0", False),
    ],
)
def test_exif_tells_adobe_s_colors_by_an_option_or_by_a_value_that_cameras_write(
    space: int | None, option: bytes | None, adobe: bool, order: str
) -> None:
    assert by_exif(exif(space, option, order)) == (ADOBE_RGB if adobe else None)


@pytest.mark.parametrize("block", [b"", b"Exif\0\0", tiff([(0x0112, SHORT, [1])])])
def test_exif_without_details_tells_no_colors(block: bytes) -> None:
    assert by_exif(block) is None


@given(
    st.binary(max_size=200), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"\0\0\0\x18ftypheic"])
)
def test_any_bytes_tell_colors_or_none(tail: bytes, head: bytes) -> None:
    stream = io.BytesIO(head + tail)
    sniffed = sniff(stream)
    found = described(stream, sniffed) if sniffed else None
    assert found is None or len(found.primaries) == 4
