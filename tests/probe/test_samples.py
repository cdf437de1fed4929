import io
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.container import codec_name, opened
from preflight.probe.faults import Unreadable
from preflight.probe.samples import MOST_UNITS, refuse_foreign
from tests.specimens import MEDIA

CLIPS = ["video-10s.mp4", "video-hevc.mp4", "video-prores.mov", "video-mpeg4.mp4", "video-edit-list-hides-6s.mp4"]


class Line(NamedTuple):
    pos: int
    size: int
    is_keyframe: bool


def index(name: str) -> tuple[list[Line], str, bytes]:
    with (MEDIA / name).open("rb") as stream, opened(stream, "mov") as container:
        picture = container.streams.video[0]
        lines = [Line(entry.pos, entry.size, entry.is_keyframe) for entry in picture.index_entries]
        return lines, codec_name(picture), picture.codec_context.extradata or b""


@pytest.mark.parametrize("name", CLIPS)
def test_an_index_that_points_at_pictures_is_left_in_peace(name: str) -> None:
    lines, codec, record = index(name)
    with (MEDIA / name).open("rb") as stream:
        stream.seek(5)
        refuse_foreign(stream, lines, codec, record)
        assert stream.tell() == 5


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("off", [-8, 3, 8, 10_000_000])
def test_an_index_that_points_elsewhere_is_refused(name: str, off: int) -> None:
    lines, codec, record = index(name)
    shifted = [line._replace(pos=max(line.pos + off, 0)) for line in lines]
    with (MEDIA / name).open("rb") as stream, pytest.raises(Unreadable, match="its index points elsewhere"):
        refuse_foreign(stream, shifted, codec, record)


def test_what_follows_a_lost_key_picture_is_lost_with_it() -> None:
    lines, codec, record = index("video-10s.mp4")
    without = [line._replace(pos=0) if line.is_keyframe else line for line in lines]
    with (
        (MEDIA / "video-10s.mp4").open("rb") as stream,
        pytest.raises(Unreadable, match=f"{len(lines)} of {len(lines)}"),
    ):
        refuse_foreign(stream, without, codec, record)


def test_one_lost_picture_in_many_is_damage_and_not_a_false_index() -> None:
    lines, codec, record = index("video-10s.mp4")
    lines[-1] = lines[-1]._replace(pos=0)
    with (MEDIA / "video-10s.mp4").open("rb") as stream:
        refuse_foreign(stream, lines, codec, record)


@pytest.mark.parametrize("at", [1 << 44, (1 << 63) - 1, -(1 << 63)])
def test_an_index_that_points_where_no_file_reaches_is_refused_as_any_other_false_one(at: int) -> None:
    lines, codec, record = index("video-10s.mp4")
    with (MEDIA / "video-10s.mp4").open("rb") as stream, pytest.raises(Unreadable, match="points elsewhere"):
        refuse_foreign(stream, [line._replace(pos=at) for line in lines], codec, record)


def test_a_codec_without_a_telltale_is_not_judged(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    with empty.open("rb") as stream:
        refuse_foreign(stream, [Line(0, 10, is_keyframe=True)], "av1", b"")


# ---- samples by hand: ISO 14496-15, 5.3.3, and the first bytes of other codecs ---------------------------------------

AVCC = {width: bytes((1, 0x4D, 0, 30, 0xFC | width - 1, 0xE0)) for width in (1, 2, 4)}
HVCC = {width: bytes((1, *bytes(20), 0xFC | width - 1, 0)) for width in (1, 2, 4)}
SLICE, SPS, SEI, IDR = b"\x41slice", b"\x67set", b"\x06message", b"\x65key"
HEVC_SLICE, HEVC_SPS, HEVC_SEI = b"\x02\1slice", b"\x42\1set", b"\x4e\1message"


def units(width: int, *held: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(width, "big") + unit for unit in held)


def judged(codec: str, record: bytes, *samples: bytes) -> set[int] | None:
    """Return the samples that bring parameter sets; None where the index is refused."""
    lines: list[Line] = []
    whole = b"junk"
    for sample in samples:
        lines.append(Line(len(whole), len(sample), is_keyframe=not lines))
        whole += sample
    try:
        return refuse_foreign(io.BytesIO(whole), lines, codec, record)
    except Unreadable:
        return None


@pytest.mark.parametrize("width", [1, 2, 4])
def test_units_are_followed_by_lengths_of_each_width_up_to_a_slice(width: int) -> None:
    for codec, records, picture, message in (
        ("h264", AVCC, SLICE, SEI),
        ("hevc", HVCC, HEVC_SLICE, HEVC_SEI),
    ):
        assert judged(codec, records[width], units(width, message, message, picture)) == set()
        assert judged(codec, records[width], units(width, message, message)) is None
        assert judged(codec, records[4 if width == 2 else 2], units(width, picture)) is None


@pytest.mark.parametrize("kind", range(32))
def test_of_h264_the_types_one_to_five_are_slices_and_seven_and_eight_are_sets(kind: int) -> None:
    alone = judged("h264", AVCC[4], units(4, bytes((0x60 | kind, 1))))
    assert (alone is not None) == (1 <= kind <= 5)
    before = judged("h264", AVCC[4], units(4, bytes((0x60 | kind, 1)), IDR))
    assert before == ({0} if kind in (7, 8) else set())


@pytest.mark.parametrize("kind", range(64))
def test_of_hevc_the_types_below_32_are_slices_and_33_and_34_are_sets(kind: int) -> None:
    alone = judged("hevc", HVCC[4], units(4, bytes((kind << 1, 1))))
    assert (alone is not None) == (kind < 32)
    before = judged("hevc", HVCC[4], units(4, bytes((kind << 1, 1)), HEVC_SLICE))
    assert before == ({0} if kind in (33, 34) else set())


@pytest.mark.parametrize(
    "sample",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\0",
        b"\0\0\0\x09\x41",
        units(4, b"\xc1slice"),
        units(4, b"", SLICE),
        b"\xff\xff\xff\xff\x41",
    ],
    ids=["empty", "cut length", "no unit", "longer than its sample", "forbidden bit", "an empty unit", "all ones"],
)
def test_a_sample_that_is_no_chain_of_units_is_none(sample: bytes) -> None:
    assert judged("h264", AVCC[4], sample) is None


def test_a_unit_may_fill_its_sample_to_the_last_byte_and_not_beyond() -> None:
    whole = units(4, SEI, SLICE)
    assert judged("h264", AVCC[4], whole) == set()
    assert judged("h264", AVCC[4], whole[:-1]) is None


def test_before_the_first_slice_only_so_many_units_are_followed() -> None:
    assert judged("h264", AVCC[4], units(4, *[SEI] * (MOST_UNITS - 1), SLICE)) == set()
    assert judged("h264", AVCC[4], units(4, *[SEI] * MOST_UNITS, SLICE)) is None


@pytest.mark.parametrize(
    ("codec", "good", "bad"),
    [
        ("mjpeg", b"\xff\xd8\xff\xe0", b"\xff\xd9\xff\xd8"),
        ("prores", b"\0\0\1\0icpf", b"icpf\0\0\1\0"),
        ("mpeg4", b"\0\0\1\xb6", b"\0\1\0\0"),
        ("vp9", b"\x82\x49\x83\x42", b"\x42\x49\x83\x42"),
    ],
)
def test_a_frame_of_another_codec_begins_with_its_mark(codec: str, good: bytes, bad: bytes) -> None:
    assert judged(codec, b"", good) == set()
    assert judged(codec, b"", bad) is None
    assert judged(codec, b"", b"") is None


@pytest.mark.parametrize(
    ("codec", "record"), [("h264", b""), ("h264", b"\0\0\0\1"), ("hevc", AVCC[4]), ("av1", b"\x81")]
)
def test_without_a_record_that_tells_the_width_of_lengths_nothing_is_judged(codec: str, record: bytes) -> None:
    assert judged(codec, record, b"anything at all") == set()


@given(st.integers(1, 40), st.integers(0, 40))
def test_a_tenth_of_the_samples_may_be_lost_and_no_more(count: int, lost: int) -> None:
    lost = min(lost, count - 1)
    samples = [units(4, IDR)] + [units(4, SLICE)] * (count - 1 - lost) + [bytes(9)] * lost
    assert (judged("h264", AVCC[4], *samples) is not None) == (10 * lost <= count)


@given(st.binary(max_size=60), st.integers(-100, 200), st.integers(-10, 200), st.sampled_from(["h264", "hevc", "vp9"]))
def test_an_index_of_any_numbers_over_any_bytes_is_refused_or_not(whole: bytes, at: int, size: int, codec: str) -> None:
    record = {"h264": AVCC[2], "hevc": HVCC[2]}.get(codec, b"")
    try:
        found = refuse_foreign(io.BytesIO(whole), [Line(at, size, is_keyframe=True)], codec, record)
    except Unreadable as said:
        found = set() if "1 of 1 samples" in str(said) else {-1}
    assert found <= {0}
