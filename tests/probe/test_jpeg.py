"""JPEG: what its segments say, and damage in a strict decoder's own words."""

import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from preflight.probe.faults import Unreadable
from preflight.probe.jpeg import Header, image_end, own_bytes, plain, read_header, refuse_damage, without_filling

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


# ---- segments by hand: ISO 10918-1, annex B --------------------------------------------------------------------------

START, SCAN = b"\xff\xd8", b"\xff\xda\0\x08\1\1\0\0\x3f\0"
XMP, MORE = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"


def segment(code: int, body: bytes = b"", length: int | None = None) -> bytes:
    return bytes((0xFF, code)) + (len(body) + 2 if length is None else length).to_bytes(2, "big") + body


def frame(
    width: int = 40,
    height: int = 30,
    *,
    sof: int = 0xC0,
    precision: int = 8,
    factors: tuple[int, ...] = (0x22, 0x11, 0x11),
) -> bytes:
    head = bytes((precision,)) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes((len(factors),))
    return segment(sof, head + b"".join(bytes((n, factor, 0)) for n, factor in enumerate(factors, 1)))


def header(*parts: bytes) -> Header:
    return read_header(io.BytesIO(START + b"".join(parts)))


SOFS = [0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF]


@pytest.mark.parametrize("sof", SOFS)
def test_each_start_of_frame_tells_size_depth_and_sampling(sof: int) -> None:
    found = header(frame(sof=sof), SCAN)
    assert (found.width_px, found.height_px, found.precision, found.sof) == (40, 30, 8, sof)
    assert found.sampling == ((2, 2), (1, 1), (1, 1))


@pytest.mark.parametrize("code", [0xC4, 0xC8, 0xCC])
def test_tables_between_the_frame_markers_are_no_frames(code: int) -> None:
    with pytest.raises(Unreadable, match="frame header is missing"):
        header(segment(code, frame()[4:]), SCAN)


@pytest.mark.parametrize(
    ("sof", "precision", "words"),
    [
        (0xC0, 8, None),
        (0xC1, 12, "12 bits a sample"),
        (0xC2, 8, None),
        (0xC3, 8, "lossless"),
        (0xC3, 16, "lossless, 16 bits a sample"),
        (0xC5, 8, "hierarchical"),
        (0xC9, 8, "arithmetic coding"),
        (0xCF, 8, "hierarchical, lossless, arithmetic coding"),
    ],
)
def test_a_rare_coding_is_told_in_words(sof: int, precision: int, words: str | None) -> None:
    assert header(frame(sof=sof, precision=precision), SCAN).coding == words


@pytest.mark.parametrize(
    ("factors", "precision", "mode"),
    [
        ((0x11,), 8, "L"),
        ((0x11,) * 3, 8, "RGB"),
        ((0x11,) * 4, 8, "CMYK"),
        ((0x11,) * 2, 8, "L"),
        ((0x11,), 12, "I;16"),
    ],
)
def test_the_mode_follows_from_components_and_depth(factors: tuple[int, ...], precision: int, mode: str) -> None:
    assert header(frame(factors=factors, precision=precision), SCAN).mode == mode


@pytest.mark.parametrize(("width", "height"), [(0, 30), (40, 0), (0, 0)])
def test_a_frame_without_a_side_is_told_with_its_size(width: int, height: int) -> None:
    with pytest.raises(Unreadable, match=f"says {width} x {height} px"):
        header(frame(width, height), SCAN)


@pytest.mark.parametrize("size", range(15))
def test_a_frame_header_that_is_cut_is_broken(size: int) -> None:
    body = frame()[4:]
    with pytest.raises(Unreadable, match="missing or broken"):
        header(segment(0xC0, body[:size]), SCAN)


def test_of_two_frames_the_first_counts() -> None:
    assert header(frame(40, 30), frame(4, 3), SCAN).width_px == 40


def test_metadata_is_kept_by_kind_and_the_first_exif_counts() -> None:
    found = header(
        segment(0xE1, b"Exif\0\0one"),
        segment(0xE1, b"Exif\0\0two"),
        segment(0xE1, XMP + b"<a/>"),
        segment(0xE1, MORE + b"<b/>"),
        segment(0xED, b"Photoshop 3.0\0" + b"8BIM"),
        segment(0xE2, b"Exif\0\0elsewhere"),
        segment(0xFE, XMP + b"comment"),
        frame(),
        SCAN,
    )
    assert found.metadata.exif == b"\0one"
    assert (found.metadata.xmp, found.metadata.iptc) == ((b"<a/>", b"<b/>"), (b"8BIM",))


def test_what_decoding_needs_is_kept_in_its_order_and_nothing_else() -> None:
    needed = [segment(0xDB, b"q"), frame(), segment(0xC4, b"h"), segment(0xDD, b"\0\5"), segment(0xCC, b"a")]
    other = segment(0xE0, b"JFIF\0")
    whole = [part for one in needed for part in (other, one)]
    found = header(*whole, SCAN)
    assert found.kept == tuple(needed)
    assert found.scan_at == len(START) + sum(map(len, whole))


@pytest.mark.parametrize(
    ("between", "junk"),
    [
        (b"", False),
        (b"\xff\xff\xff", False),
        (b"\0\0\0", False),
        (b"abc", True),
        (b"\xff\0", False),
        (b"\0x\0", True),
        (b"\xff\xd0", False),
        (b"\xff\1", False),
    ],
    ids=["nothing", "fill bytes", "zeros", "letters", "a stuffed byte", "a letter", "a restart", "TEM"],
)
def test_bytes_between_segments_are_filling_or_junk(between: bytes, junk: bool) -> None:
    assert header(frame(), between, SCAN).junk is junk


def test_a_length_below_itself_holds_nothing_and_the_next_marker_is_sought() -> None:
    for length in (0, 1, 2):
        found = header(segment(0xE0, b"", length), frame(), SCAN)
        assert found.width_px == 40


def test_an_end_before_the_first_scan_cuts_it_short() -> None:
    for parts in ((frame(),), (frame(), b"\xff\xd9", SCAN), (frame(), b"\xff")):
        with pytest.raises(Unreadable, match="ends before the first scan"):
            header(*parts)


def test_thousands_of_segments_are_read_and_no_more() -> None:
    many = segment(0xE0) * 9_990
    assert header(many, frame(), SCAN).height_px == 30
    with pytest.raises(Unreadable):
        header(many, segment(0xE0) * 20, frame(), SCAN)


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_picture_at_an_offset_is_read_as_one_at_the_beginning(before: bytes, entropy: bytes) -> None:
    whole = START + segment(0xE1, b"Exif\0\0me") + frame() + SCAN + entropy
    there = read_header(io.BytesIO(before + whole), len(before))
    here = read_header(io.BytesIO(whole))
    assert there.scan_at == here.scan_at + len(before)
    assert (there.sampling, there.metadata, there.kept) == (here.sampling, here.metadata, here.kept)


def profile_part(number: int, total: int, content: bytes) -> bytes:
    return segment(0xE2, b"ICC_PROFILE\0" + bytes((number, total)) + content)


@given(st.permutations([1, 2, 3, 4]))
def test_the_parts_of_a_profile_are_put_into_their_order(order: list[int]) -> None:
    parts = [profile_part(number, 4, b"%d" % number) for number in order]
    content, profile = plain(io.BytesIO(START + b"".join(parts) + frame() + SCAN + b"data\xff\xd9"))
    assert profile == b"1234"
    assert content == START + frame() + SCAN + b"data\xff\xd9"


def test_a_plain_picture_keeps_adobes_word_on_its_colors_in_front() -> None:
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\1")
    content, _ = plain(io.BytesIO(START + segment(0xEE, b"other") + frame() + adobe + SCAN))
    assert content == START + adobe + frame() + SCAN


@pytest.mark.parametrize("entropy", [b"", b"abc", b"\xff\0", b"a\xff\xd0b\xff\xd7", b"\xff\xff\xff\0", b"\xff\0" * 9])
def test_a_picture_ends_behind_its_end_whatever_stands_in_its_scans(entropy: bytes) -> None:
    whole = START + frame() + SCAN + entropy + segment(0xC4, b"\xff\xd9") + SCAN + entropy + b"\xff\xd9"
    assert image_end(whole + b"a clip" + whole) == len(whole)
    assert image_end(b"before" + whole + b"behind", 6) == 6 + len(whole)


def test_a_picture_without_an_end_ends_with_its_file() -> None:
    whole = START + frame() + SCAN + b"data"
    assert image_end(whole) == len(whole)
    assert image_end(START + frame()[:-3]) == len(START + frame()[:-3])


def test_the_bytes_of_a_picture_are_those_that_it_needs() -> None:
    needed = START + frame() + SCAN + b"data\xff\xd9"
    whole = START + segment(0xE1, b"Exif\0\0" + bytes(900)) + profile_part(1, 1, b"icc") + needed[2:] + bytes(700)
    assert own_bytes(io.BytesIO(whole)) == len(needed) + 3


@pytest.mark.parametrize(
    ("scans", "kept"),
    [
        (b"data\0\0\0" + END, b"data" + END),
        (b"data\xff\xff" + END, b"data" + END),
        (b"data" + END, b"data" + END),
        (b"data\0\0", b"data\0\0"),
        (END, END),
        (b"\0" + END + b"\0" + END, END + b"\0" + END),
    ],
)
def test_filling_is_taken_away_before_the_first_end_alone(scans: bytes, kept: bytes) -> None:
    assert without_filling(scans) == kept


@pytest.mark.parametrize("at", range(2, 20))
def test_a_header_cut_at_any_byte_is_unreadable(at: int) -> None:
    whole = START + frame()
    with pytest.raises(Unreadable):
        read_header(io.BytesIO(whole[:at]))
