"""Parameter sets: a slice names the set that it is shown by, and others change nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import ENTRY, edited, payload_of
from preflight.probe.bitstream.parameter_sets import ParameterSets, sets_listed
from preflight.probe.bitstream.sps import units_of
from tests.probe.bit_writer import Writer
from tests.probe.bitstream.h264_written import (
    DELIMITER,
    IDR,
    PART_A,
    SEI,
    SLICE,
    Sps,
    avcc,
    measured,
    pps,
    slice_of,
    started,
)
from tests.probe.bitstream.test_hevc import PLAIN, RECORD, hevc_sps, hvcc
from tests.specimens import MEDIA, video

NARROW, WIDE = Sps(macroblocks=(20, 12)), Sps(number=1, macroblocks=(40, 24))
BOTH = avcc((NARROW.written(), WIDE.written()), (pps(0, 0), pps(1, 1), pps(7, 1)))


def width_of(sets: ParameterSets, sample: bytes) -> int | None:
    """Return the width of what a sample shows; None where its set is missing."""
    shown = sets.read(sample)
    assert shown is not None
    return shown.header.width_px if shown.header else None


@pytest.mark.parametrize(("picture_set", "width"), [(0, 320), (1, 640), (7, 640), (2, None), (255, None)])
@pytest.mark.parametrize("kind", [SLICE, PART_A, IDR])
def test_a_slice_is_shown_by_the_sets_that_it_names(picture_set: int, width: int | None, kind: int) -> None:
    assert width_of(ParameterSets("h264", BOTH), measured(slice_of(picture_set, kind))) == width


@pytest.mark.parametrize(("kind", "begins"), [(SLICE, False), (PART_A, False), (IDR, True)])
def test_decoding_begins_with_an_idr_picture_alone(kind: int, begins: bool) -> None:
    shown = ParameterSets("h264", BOTH).read(measured(slice_of(0, kind)))
    assert shown is not None
    assert shown.random_access is begins


def test_what_stands_before_the_slice_is_no_slice() -> None:
    sample = measured(bytes([DELIMITER, 0xF0]), bytes([SEI, 5, 1, 0, 0x80]), slice_of(1))
    assert width_of(ParameterSets("h264", BOTH), sample) == 640


@pytest.mark.parametrize("sample", [b"", measured(bytes([SEI, 5, 1, 0, 0x80])), measured(pps(0, 0)), b"\0\0\0\0"])
def test_a_sample_without_a_slice_shows_nothing(sample: bytes) -> None:
    assert ParameterSets("h264", BOTH).read(sample) is None


def test_a_set_in_a_sample_replaces_the_one_of_its_number_from_there_on() -> None:
    sets = ParameterSets("h264", BOTH)
    larger = Sps(number=0, macroblocks=(60, 34)).written()
    assert width_of(sets, measured(slice_of(0, IDR))) == 320
    assert width_of(sets, measured(larger, slice_of(0, IDR))) == 960
    assert width_of(sets, measured(slice_of(0))) == 960
    assert width_of(sets, measured(slice_of(1))) == 640


def test_a_set_behind_the_slice_belongs_to_the_next_sample() -> None:
    sets = ParameterSets("h264", BOTH)
    assert width_of(sets, measured(slice_of(0), Sps(macroblocks=(60, 34)).written())) == 320


def test_a_picture_set_may_be_sent_again_for_another_sequence_even_where_all_numbers_are_taken() -> None:
    """H.264, 7.4.2.2: 256 numbers, of which each may be sent anew."""
    sets = ParameterSets("h264", avcc((NARROW.written(), WIDE.written())))
    for at in range(0, 256, 32):
        assert sets.read(measured(*(pps(number, 0) for number in range(at, at + 32)))) is None
    assert width_of(sets, measured(slice_of(200))) == 320
    assert width_of(sets, measured(pps(200, 1), slice_of(200))) == 640


@pytest.mark.parametrize(("number", "width"), [(255, 320), (256, None), (70_000, None)])
def test_picture_sets_are_numbered_to_255(number: int, width: int | None) -> None:
    sets = ParameterSets("h264", avcc((NARROW.written(),)))
    assert width_of(sets, measured(pps(number, 0), slice_of(number))) == width


@pytest.mark.parametrize(("number", "count"), [(31, 1), (32, 0), (4_000_000_000, 0)])
def test_sequence_sets_are_numbered_to_31(number: int, count: int) -> None:
    assert ParameterSets("h264", avcc((Sps(number=number).written(),))).count == count


def test_a_set_that_breaks_off_is_not_believed() -> None:
    whole = NARROW.written()
    for end in range(1, len(whole) - 1):
        shown = ParameterSets("h264", avcc((whole[:end],), (pps(0, 0),))).read(measured(slice_of(0)))
        assert shown is not None
        assert shown.header is None


@pytest.mark.parametrize("width", [1, 2, 4])
def test_lengths_have_the_width_that_the_record_says(width: int) -> None:
    record = avcc((NARROW.written(), WIDE.written()), (pps(1, 1),), width)
    sample = measured(bytes([DELIMITER, 0xF0]), slice_of(1), width=width)
    assert width_of(ParameterSets("h264", record), sample) == 640


@pytest.mark.parametrize("code", [b"\0\0\1", b"\0\0\0\1"])
def test_units_behind_start_codes_are_read_like_those_behind_lengths(code: bytes) -> None:
    record = started(NARROW.written(), WIDE.written(), pps(1, 1), code=code)
    assert width_of(ParameterSets("h264", record), started(slice_of(1), code=code)) == 640


def test_a_stream_that_carries_its_sets_itself_needs_no_record() -> None:
    sets = ParameterSets("h264", b"")
    assert width_of(sets, started(slice_of(0))) is None
    assert width_of(sets, started(NARROW.written(), pps(0, 0), slice_of(0, IDR))) == 320


def test_the_sets_of_a_record_are_counted_by_their_numbers() -> None:
    assert sets_listed("h264", BOTH) == 2
    assert sets_listed("h264", avcc((NARROW.written(), Sps(macroblocks=(60, 34)).written()))) == 1
    assert sets_listed("hevc", RECORD) == 1
    assert sets_listed("hevc", b"") == 0


def test_a_sample_cut_at_any_byte_shows_what_it_names_or_nothing() -> None:
    sample = measured(bytes([DELIMITER, 0xF0]), slice_of(1, IDR))
    for end in range(len(sample)):
        shown = ParameterSets("h264", BOTH).read(sample[:end])
        assert shown is None or shown.header is None or shown.header.width_px == 640


# ---- HEVC: H.265, 7.3.2.3 and 7.3.6.1 ------------------------------------------------------------------------------

TRAIL, BLA, CRA, RESERVED_IRAP, HEVC_PPS = 1, 16, 21, 23, 34


def hevc_unit(kind: int, layer: int, *numbers: int, flags: int = 0) -> bytes:
    """Return a unit of HEVC that begins with flags and numbers."""
    to = Writer()
    to.u((flags, (1 << flags) - 1))
    to.ue(*numbers)
    return bytes([kind << 1 | layer >> 5, (layer & 31) << 3 | 1]) + to.payload() + b"\0"


@pytest.mark.parametrize("kind", [TRAIL, BLA, CRA, RESERVED_IRAP])
def test_a_slice_of_hevc_has_a_flag_more_where_decoding_can_begin(kind: int) -> None:
    sets = ParameterSets("hevc", hvcc(hevc_sps(PLAIN) or b"", hevc_unit(HEVC_PPS, 0, 3, 0)))
    begins = kind in range(16, 24)
    shown = sets.read(measured(hevc_unit(kind, 0, 3, flags=2 if begins else 1)))
    assert shown is not None
    assert shown.random_access is begins
    assert shown.header is not None
    assert (shown.header.width_px, shown.header.height_px) == (634, 360)


def test_units_of_other_layers_of_hevc_are_passed_over() -> None:
    sets = ParameterSets("hevc", hvcc(hevc_sps(PLAIN) or b"", hevc_unit(HEVC_PPS, 0, 3, 0)))
    assert sets.read(measured(hevc_unit(TRAIL, 1, 3, flags=1))) is None
    assert sets.read(measured(hevc_unit(TRAIL, 32, 3, flags=1))) is None
    shown = sets.read(measured(hevc_unit(HEVC_PPS, 1, 3, 9), hevc_unit(TRAIL, 0, 3, flags=1)))
    assert shown is not None
    assert shown.header is not None


def test_a_set_that_no_sample_uses_changes_nothing(tmp_path: Path) -> None:
    """The record of one clip with that of a larger one behind it: its slices use the first."""
    large = payload_of((MEDIA / "video-avcc-second-set-1920x1080.mp4").read_bytes(), f"{ENTRY}/avcC")
    end = 8 + int.from_bytes(large[6:8], "big")
    second = large[end : end + 2 + int.from_bytes(large[end : end + 2], "big")]

    def with_second(avcc: bytes) -> bytes:
        first_end = 8 + int.from_bytes(avcc[6:8], "big")
        return avcc[:5] + b"\xe2" + avcc[6:first_end] + second + avcc[first_end:]

    path = tmp_path / "clip.mp4"
    path.write_bytes(edited((MEDIA / "video-5s.mp4").read_bytes(), f"{ENTRY}/avcC", with_second))
    assert (video(path).width_px, video(path, "header").width_px) == (854, 854)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(record=st.binary(max_size=64), sample=st.binary(max_size=256))
def test_samples_of_any_bytes_are_read_without_a_word(codec: str, record: bytes, sample: bytes) -> None:
    sets = ParameterSets(codec, record)
    sets.read(sample)
    assert sets.count <= 32


@given(st.lists(st.integers(0, 255), max_size=12), st.data())
def test_a_record_with_any_bytes_changed_is_read_without_a_word(places: list[int], data: st.DataObject) -> None:
    record = bytearray(BOTH)
    for place in places:
        record[place % len(record)] = data.draw(st.integers(0, 255))
    sets = ParameterSets("h264", bytes(record))
    shown = sets.read(measured(slice_of(1)))
    assert shown is None or shown.header is None or shown.header.width_px > 0
    assert sets.count <= len(units_of("h264", bytes(record)))
