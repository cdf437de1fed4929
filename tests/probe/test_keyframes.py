"""Keyframes by the codec's own words: the same as those that an honest container names."""

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_clip import all_keys
from preflight.probe.keyframes import MAX_UNITS, _begins_h264, _begins_hevc, _units, is_keyframe
from tests.specimens import media

CLIPS = ["video-854x480.mp4", "video-hev1-15.2s.mov", "video-hevc.mp4", "video-fragmented.mp4", "video-20s.mp4"]


def flags(path: str) -> list[bool]:
    with av.open(path) as container:
        return [packet.is_keyframe for packet in container.demux(video=0) if packet.size]


def read(path: str) -> list[bool]:
    with av.open(path) as container:
        return [is_keyframe(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("name", CLIPS)
def test_the_codec_names_the_keyframes_that_the_container_names(name: str, tmp_path: Path) -> None:
    honest = media(name)
    lying = tmp_path / name
    lying.write_bytes(all_keys(Path(honest).read_bytes()))
    assert read(str(lying)) == read(honest) == flags(honest)
    assert True in flags(honest)


@pytest.mark.parametrize(
    "name", ["video-mkv.mkv", "video-hevc.mkv", "video-mpeg-ts.ts", "video-webm.webm", "video-avi.avi"]
)
def test_other_containers_are_not_contradicted(name: str) -> None:
    assert read(media(name)) == flags(media(name))


# ---- units by hand: ITU-T H.264, table 7-1 and D.1.8; H.265, table 7-1 -----------------------------------------------

AVCC = bytes((1, 0x4D, 0, 30, 0xFF, 0xE0))
RECOVERS_AT_ONCE, RECOVERS_LATER = b"\x06\x06\x01\xc4", b"\x06\x06\x01\x24"
"""A message of a recovery point: recovery_frame_cnt as ue(v), 0 and 3."""


def unit(kind: int) -> bytes:
    return bytes((0x60 | kind, 0x88))


@pytest.mark.parametrize("kind", range(1, 6))
def test_a_slice_of_h264_begins_alone_only_if_it_is_idr(kind: int) -> None:
    assert _begins_h264(iter([unit(9), unit(7), unit(8), unit(kind)])) is (kind == 5)
    assert _begins_h264(iter([unit(kind), unit(5)])) is (kind == 5)


@pytest.mark.parametrize(
    ("message", "begins"),
    [
        (RECOVERS_AT_ONCE, True),
        (RECOVERS_LATER, False),
        (b"\x06\x05\x02ab\x06\x01\xc4", True),
        (b"\x06\xff\x05\x01a\x06\x01\xc4", True),
        (b"\x06\x05\xff\x02" + bytes(257) + b"\x06\x01\xc4", True),
        (b"\x06\x05\x20\x06\x01\xc4", False),
        (b"\x06\x06\x01", False),
        (b"\x06\x06\x01\0", False),
        (b"\x06" + b"\xff" * 9, False),
        (b"\x06", False),
    ],
    ids=[
        "at once",
        "three frames later",
        "behind another message",
        "behind one of type 260",
        "behind one of 257 bytes",
        "within another message",
        "cut",
        "a number without an end",
        "a type without an end",
        "empty",
    ],
)
def test_a_recovery_point_of_no_frames_makes_a_slice_a_beginning(message: bytes, begins: bool) -> None:
    assert _begins_h264(iter([message, unit(1)])) is begins


@pytest.mark.parametrize("kind", range(32))
def test_a_slice_of_hevc_begins_alone_from_type_16_to_23(kind: int) -> None:
    units = [bytes((32 << 1, 1)), bytes((39 << 1, 1)), bytes((kind << 1, 1))]
    assert _begins_hevc(iter(units)) is (16 <= kind <= 23)


def test_without_a_slice_the_container_is_believed() -> None:
    assert _begins_h264(iter([unit(7)]))
    assert _begins_hevc(iter([]))


@given(st.lists(st.binary(min_size=1, max_size=100), max_size=5), st.sampled_from([1, 2, 4]))
def test_units_come_back_by_their_lengths_and_of_long_ones_the_beginning(held: list[bytes], width: int) -> None:
    content = b"".join(len(one).to_bytes(width, "big") + one for one in held)
    record = AVCC[:4] + bytes((0xFC | width - 1,)) + AVCC[5:]
    assert list(_units(memoryview(content), record, 4)) == [one[:64] for one in held]


@given(st.lists(st.binary(min_size=1, max_size=70).filter(lambda one: b"\0" not in one), max_size=5))
def test_units_come_back_by_start_codes_where_no_record_tells_of_lengths(held: list[bytes]) -> None:
    content = b"".join(b"\0\0\1" + one for one in held)
    assert list(_units(memoryview(content), b"\0\0\1\x67", 4)) == [one[:64] for one in held]


def test_of_a_flood_of_units_so_many_are_looked_at() -> None:
    assert len(list(_units(memoryview(b"\0\0\0\1a" * 1000), AVCC, 4))) == MAX_UNITS


@given(st.binary(max_size=80), st.binary(max_size=8))
def test_units_of_any_bytes_are_judged(content: bytes, record: bytes) -> None:
    assert _begins_h264(_units(memoryview(content), record, 4)) in (True, False)
    assert _begins_hevc(_units(memoryview(content), record, 4)) in (True, False)
