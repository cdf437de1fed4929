"""JPEG: what its segments say, and damage in a strict decoder's own words."""

import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from preflight.probe.faults import Unreadable
from preflight.probe.jpeg import plain, read_header, refuse_damage, without_filling

SIDE = 320
END = b"\xff\xd9"
WAYS: list[dict[str, Any]] = [
    {},
    {"progressive": True},
    {"quality": 95, "subsampling": 0},
    {"restart_marker_rows": 1},
    {"optimize": True},
]


def picture(options: dict[str, Any] | None = None, mode: str = "RGB", *, gray_end: bool = False) -> bytes:
    image = Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB")
    ImageDraw.Draw(image).ellipse((40, 40, 280, 200), fill=(200, 30, 60))
    if gray_end:
        ImageDraw.Draw(image).rectangle((0, 240, SIDE, SIDE), fill=(128, 128, 128))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, "JPEG", **(options or {}))
    return buffer.getvalue()


def fault(content: bytes) -> str | None:
    """Return what is said of a JPEG, or None where it is whole."""
    stream = io.BytesIO(content)
    try:
        refuse_damage(stream, read_header(stream))
    except Unreadable as said:
        return str(said)
    return None


def scan_of(content: bytes) -> int:
    return content.index(b"\xff\xda") + 14


@pytest.mark.parametrize("gray_end", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", WAYS)
def test_a_whole_picture_is_no_damage(gray_end: bool, mode: str, options: dict[str, Any]) -> None:
    assert fault(picture(options, mode, gray_end=gray_end)) is None


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("kept", [0.3, 0.5, 0.8])
def test_a_picture_cut_short_is_damaged_closed_or_not(kept: float, options: dict[str, Any]) -> None:
    content = picture(options)
    cut = content[: scan_of(content) + int((len(content) - scan_of(content)) * kept)].rstrip(b"\xff")
    assert fault(cut)
    assert fault(cut + END)


def test_a_missing_end_is_damage_and_what_follows_the_end_is_none() -> None:
    content = picture()
    assert fault(content.removesuffix(END))
    assert fault(content + bytes(1000)) is None
    assert fault(content + picture()) is None
    assert fault(content + b"\0\0\0\x18ftypmp42" + bytes(100)) is None


def test_a_hole_between_restart_markers_is_damage() -> None:
    content = bytearray(picture({"restart_marker_rows": 1, "quality": 95}))
    third = len(content) // 3
    content[third : third * 2] = bytes(third)
    assert fault(bytes(content))


def test_line_ends_changed_on_the_way_are_damage() -> None:
    content = picture({"quality": 95})
    assert b"\n" in content
    assert fault(content.replace(b"\n", b"\r\n"))


def test_a_table_of_which_a_line_end_was_changed_is_damage_though_its_scan_may_still_decode() -> None:
    content = picture({"quality": 90})
    scan = scan_of(content)
    assert b"\n" in content[:scan]
    assert fault(content[:scan].replace(b"\n", b"\r\n") + content[scan:])


def test_a_code_that_no_table_has_is_damage_on_the_decoders_fast_way_too() -> None:
    chance = random.Random(5)  # noqa: S311 - damage, not secrets
    content = picture({"optimize": True, "quality": 90})
    caught = 0
    for _ in range(40):
        damaged = bytearray(content)
        at = chance.randrange(scan_of(content), len(content) - 2)
        damaged[at] ^= 0x55
        caught += bool(fault(bytes(damaged)))
    assert caught >= 15  # a byte may also turn into another picture that is whole


@pytest.mark.parametrize("filling", [b"\0", b"\xff"])
def test_filling_before_the_end_is_no_damage(filling: bytes) -> None:
    content = picture()
    assert fault(content.removesuffix(END) + filling * 300 + END) is None


def test_other_bytes_before_the_end_are_damage() -> None:
    content = picture()
    assert fault(content.removesuffix(END) + bytes(range(1, 200)) * 3 + END)
    assert without_filling(b"\1\2" + END) == b"\1\2" + END


@pytest.mark.parametrize(
    "oddity",
    [
        b"\xff\xe0\x00\x07JFIF\x00",
        b"\xff\xe0\x00\x10JFIF\x00\x09\x09\x00\x00\x01\x00\x01\x00\x00",
        b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x09",
        b"\xff\xfe\x00\x04hi" + bytes(12),
        b"\xff\xff\xff\xff\xfe\x00\x04hi",
        b"\xff\xe1\x00\x02",
    ],
    ids=[
        "short APP0",
        "JFIF 9.9",
        "an Adobe transform that is none",
        "zeros behind a comment",
        "fill",
        "an empty APP1",
    ],
)
def test_an_oddity_beside_the_picture_is_no_damage(oddity: bytes) -> None:
    content = picture()
    assert fault(content[:2] + oddity + content[2:]) is None


def test_a_plain_jpeg_has_its_pixels_and_its_color_profile() -> None:
    source = picture({"icc_profile": b"p" * 70_000, "exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0"})
    content, profile = plain(io.BytesIO(source))
    assert profile == b"p" * 70_000
    with Image.open(io.BytesIO(source)) as before, Image.open(io.BytesIO(content)) as after:
        assert before.tobytes() == after.tobytes()
        assert "exif" not in after.info


@pytest.mark.parametrize("mode", ["CMYK", "RGB"])
def test_a_plain_jpeg_keeps_what_its_colors_are(mode: str) -> None:
    source = picture({"keep_rgb": True} if mode == "RGB" else {}, mode)
    content, _ = plain(io.BytesIO(source))
    with Image.open(io.BytesIO(source)) as before, Image.open(io.BytesIO(content)) as after:
        assert before.tobytes() == after.tobytes()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xff\xff", b"\xff\xd8\xff\xda\x00\x02abc", b"no JPEG"]
)
def test_what_is_no_jpeg_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_header(io.BytesIO(content))


@settings(max_examples=50)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_make_the_header_crash(tail: bytes, framed: bool) -> None:
    content = picture()
    head = content[: content.index(b"\xff\xda")] if framed else b"\xff\xd8"
    stream = io.BytesIO(head + tail)
    try:
        refuse_damage(stream, read_header(stream))
    except Unreadable:
        return
