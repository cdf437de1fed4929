"""A file is as long as its own boxes promise, or it is cut short."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import boxed
from preflight.probe.complete import refuse_incomplete
from preflight.probe.faults import Unreadable
from tests.probe.admitted import content, facts_of, fault_of
from tests.probe.boxes_by_hand import box, full, moov, movie


@pytest.mark.parametrize("share", [0.5, 0.7, 0.8, 0.9, 0.95, 0.99])
def test_fragments_that_are_cut_anywhere_are_not_whole(share: float, tmp_path: Path) -> None:
    whole = content("video-fragmented-20s.mp4")
    assert fault_of(whole[: int(len(whole) * share)], tmp_path).startswith("cut short: ")


@pytest.mark.parametrize("missing", range(1, 40))
def test_fragments_that_lack_their_last_bytes_are_cut_short(missing: int, tmp_path: Path) -> None:
    whole = content("video-fragmented.mp4")
    media_end = whole.index(b"mfra") - 4
    assert fault_of(whole[: media_end - missing], tmp_path).startswith("cut short: ")
    assert fault_of(whole[:-missing], tmp_path).startswith("cut short: ")


@pytest.mark.parametrize("tail", [b"\0" * 5, b"\n", b"\0" * 3, b"\r\n"])
def test_zeros_and_line_ends_behind_the_last_box_are_no_cut(tail: bytes, tmp_path: Path) -> None:
    assert facts_of(content("video-fragmented.mp4") + tail, tmp_path)
    assert facts_of(content("video-5s.mp4") + tail, tmp_path)


@pytest.mark.parametrize("begun", [b"\0\0\1", b"\0\0\1\x10m", b"\0\0\1\x10moo"])
def test_a_box_that_was_only_begun_behind_fragments_is_a_cut(begun: bytes, tmp_path: Path) -> None:
    assert "ends within the head of a box" in fault_of(content("video-fragmented.mp4") + begun, tmp_path)


def test_an_index_of_fragments_that_points_past_the_end_is_a_cut(tmp_path: Path) -> None:
    whole = content("video-fragmented.mp4")
    pointed = boxed(b"tfra", struct.pack(">4I", 0, 1, 0, 1) + struct.pack(">II3B", 0, len(whole) + 5000, 1, 1, 1))
    assert "index of fragments" in fault_of(whole + boxed(b"mfra", pointed), tmp_path)


def test_an_index_alone_decides_whether_a_clip_without_fragments_is_whole(tmp_path: Path) -> None:
    whole = content("video-faststart.mp4")
    at = whole.index(b"mdat") - 4
    longer = struct.pack(">I", int.from_bytes(whole[at : at + 4], "big") + 100)
    assert facts_of(whole[:at] + longer + whole[at + 4 :], tmp_path)


def test_an_avi_whose_list_of_frames_ends_past_the_file_is_cut_short(tmp_path: Path) -> None:
    whole = content("video-avi.avi")
    assert "list of frames" in fault_of(whole[: int(len(whole) * 0.8)], tmp_path, "clip.avi")


def test_a_matroska_of_unknown_length_may_lose_its_index_but_no_frame(tmp_path: Path) -> None:
    whole = content("video-mkv.mkv")
    at = whole.index(b"\x18\x53\x80\x67") + 4
    live = whole[:at] + b"\x01" + b"\xff" * 7 + whole[at + 8 :]
    index_at = live.rindex(b"\x1c\x53\xbb\x6b")
    for end in (index_at, index_at + 20):
        assert facts_of(live[:end], tmp_path, "clip.mkv")
    assert "its last Cluster ends 1 bytes" in fault_of(live[: index_at - 1], tmp_path, "clip.mkv")


@pytest.mark.parametrize("missing", [1, 40, 700, 1300])
def test_a_streamed_matroska_that_ends_within_a_cluster_is_cut_short(missing: int, tmp_path: Path) -> None:
    whole = content("video-mkv-streamed.mkv")
    assert facts_of(whole, tmp_path, "clip.mkv")
    assert fault_of(whole[:-missing], tmp_path, "clip.mkv") == (
        f"cut short: its last Cluster ends {missing:,} bytes past the end of the file"
    )


@pytest.mark.parametrize("within", [False, True], ids=["before the Segment", "within it"])
def test_an_element_that_ends_past_the_file_is_damage_though_readers_seek_what_follows(
    within: bool, tmp_path: Path
) -> None:
    whole = content("video-mkv.mkv")
    at = whole.index(b"\x18\x53\x80\x67")
    void = b"\xec\x01" + (1 << 50).to_bytes(7, "big")
    live = whole[: at + 4] + b"\x01" + b"\xff" * 7
    broken = live + void + whole[at + 12 :] if within else whole[:at] + void + whole[at:]
    assert fault_of(broken, tmp_path, "clip.mkv").startswith("cut short: one of its elements ends 1,125,899,9")


# ---- AVI of several parts --------------------------------------------------------------------------------------------


def listed(name: bytes, kind: bytes, content: bytes, claimed: int | None = None) -> bytes:
    """Write a RIFF or a LIST with a length of its own."""
    length = len(content) + 4 if claimed is None else claimed
    return name + struct.pack("<I", length) + kind + content + bytes(len(content) % 2)


FRAMES = b"00dc" + struct.pack("<I", 40) + bytes(40)


def refused(content: bytes) -> str:
    """Return the words of a refusal, or none."""
    try:
        refuse_incomplete(io.BytesIO(content), len(content), "avi", None)
    except Unreadable as said:
        return str(said)
    return ""


def test_each_part_of_a_long_avi_has_its_frames_or_is_cut_short() -> None:
    """OpenDML: after a gigabyte a second RIFF goes on, and the file may break off there."""
    first = listed(b"RIFF", b"AVI ", listed(b"LIST", b"hdrl", bytes(9)) + listed(b"LIST", b"movi", FRAMES))
    second = listed(b"RIFF", b"AVIX", listed(b"LIST", b"movi", FRAMES * 3))
    assert refused(first + second) == ""
    assert (
        refused(first + second + second[:-20]) == "cut short: its list of frames ends 20 bytes past the end of the file"
    )
    assert refused((first + second)[:-1]).startswith("cut short")


@pytest.mark.parametrize("claimed", [0, 0xFFFFFFFF])
def test_a_list_of_frames_that_nobody_finished_counts_as_far_as_it_goes(claimed: int) -> None:
    assert refused(listed(b"RIFF", b"AVI ", listed(b"LIST", b"movi", FRAMES, claimed), claimed)) == ""


def test_what_stands_behind_an_avi_is_none_of_its_parts() -> None:
    first = listed(b"RIFF", b"AVI ", listed(b"LIST", b"movi", FRAMES))
    for behind in (bytes(40), b"RIFF", listed(b"RIFF", b"WAVE", b"x", 10**6), listed(b"JUNK", b"AVIX", b"x", 10**6)):
        assert refused(first + behind) == ""


@given(st.binary(max_size=200))
def test_any_bytes_are_whole_or_cut_short(content: bytes) -> None:
    assert refused(content) == "" or refused(content).startswith("cut short: ")


# ---- fragments by hand: where each says that its samples end ---------------------------------------------------------


def past(*content: bytes, room: int = 0) -> int:
    """Return the bytes that are promised past the end of a file, with more after its boxes; 0 where it is whole."""
    whole = b"".join(content)
    stream = io.BytesIO(whole + bytes(room))
    try:
        refuse_incomplete(stream, len(whole) + room, "mov", movie(whole))
    except Unreadable as said:
        return int("".join(filter(str.isdigit, str(said))))
    return 0


def fragment(*runs: bytes, head: bytes | None = None) -> bytes:
    return box(b"moof", box(b"traf", full(b"tfhd", struct.pack(">I", 1)) if head is None else head, *runs))


def run(*fields: int, flags: int) -> bytes:
    return full(b"trun", struct.pack(f">{len(fields)}I", *fields), flags=flags)


def usual(size: int, track: int = 1) -> bytes:
    return moov(box(b"mvex", full(b"trex", struct.pack(">5I", track, 1, 0, size, 0))))


@pytest.mark.parametrize(
    ("fields", "flags", "end"),
    [
        ((2, 100, 30, 40), 0x201, 170),
        ((2, 100, 7, 30, 40), 0x205, 170),
        ((2, 100, 1, 30, 2, 40), 0x301, 170),
        ((2, 100, 30, 0, 0, 40, 0, 0), 0xE01, 170),
        ((2, 100, 1, 30, 9, 9, 1, 40, 9, 9), 0xF01, 170),
        ((3, 100), 0x001, 115),
        ((3, 100, 9, 9, 9), 0x101, 115),
        ((2, 30, 40), 0x200, 70),
        ((0, 500), 0x001, 500),
    ],
    ids=[
        "a size each",
        "and flags of the first",
        "and durations",
        "and flags and shifts",
        "all four",
        "the usual size",
        "durations alone",
        "no offset",
        "no samples",
    ],
)
def test_a_run_ends_as_many_bytes_behind_its_offset_as_its_samples_take(
    fields: tuple[int, ...], flags: int, end: int
) -> None:
    front = usual(5)
    moof = fragment(run(*fields, flags=flags))
    missing = end - len(moof)
    assert past(front, moof, room=missing) == 0
    assert past(front, moof, room=missing - 1) == 1


@pytest.mark.parametrize(
    ("flags", "fields", "sample"),
    [
        (0x10, (11,), 11),
        (0x12, (1, 11), 11),
        (0x1A, (1, 7, 11), 11),
        (0x3A, (1, 7, 11, 0), 11),
        (0x08, (7,), 5),
        (0, (), 5),
    ],
)
def test_a_fragment_may_have_a_usual_size_of_its_own(flags: int, fields: tuple[int, ...], sample: int) -> None:
    head = full(b"tfhd", struct.pack(f">{1 + len(fields)}I", 1, *fields), flags=flags)
    front, moof = usual(5), fragment(run(10, 200, flags=1), head=head)
    missing = 200 + 10 * sample - len(moof)
    assert past(front, moof, room=missing) == 0
    assert past(front, moof, room=missing - 1) == 1


def test_offsets_count_from_the_fragment_or_from_a_place_of_64_bits() -> None:
    front = usual(5)
    moof = fragment(run(1, 300, flags=1))
    assert past(front, box(b"free", bytes(50)), moof, room=305 - len(moof)) == 0
    head = full(b"tfhd", struct.pack(">IQ", 1, 1000), flags=1)
    anchored = fragment(run(1, 300, flags=1), head=head)
    assert past(front, anchored, room=1305 - len(front + anchored)) == 0
    assert past(front, anchored, room=1304 - len(front + anchored)) == 1


def test_a_run_without_an_offset_begins_where_the_one_before_ends() -> None:
    front = usual(5)
    moof = fragment(run(2, 200, flags=1), run(3, flags=0), run(4, flags=0))
    assert past(front, moof, room=200 + 45 - len(moof)) == 0
    assert past(front, moof, room=200 + 45 - len(moof) - 1) == 1


def test_a_negative_offset_reaches_back() -> None:
    front = usual(5)
    assert past(front, fragment(run(2, 2**32 - 10, flags=1))) == 0


@given(st.binary(max_size=60), st.sampled_from([b"tfhd", b"trun"]))
def test_fragments_of_any_bytes_are_whole_or_cut_short(inside: bytes, name: bytes) -> None:
    assert past(usual(5), box(b"moof", box(b"traf", box(name, inside))), box(b"moof", inside)) >= 0


@pytest.mark.parametrize("version", [0, 1])
def test_segments_that_an_index_lists_follow_one_another_behind_it(version: int) -> None:
    layout = ">IIQQHH" if version else ">IIIIHH"
    rows = b"".join(struct.pack(">III", size | 1 << 31, 0, 0) for size in (100, 50))
    sidx = full(b"sidx", struct.pack(layout, 1, 1000, 0, 20, 0, 2) + rows, version=version)
    moof = fragment()
    missing = 20 + 100 + 50 - len(moof)
    assert past(usual(5), sidx, moof, room=missing) == 0
    assert past(usual(5), sidx, moof, room=missing - 1) == 1


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("widths", [0x00, 0x3F, 0x15])
def test_the_last_fragment_of_an_index_must_begin_in_the_file(version: int, widths: int) -> None:
    numbers = sum((widths >> shift & 3) + 1 for shift in (0, 2, 4))
    row = struct.Struct(">QQ" if version else ">II")

    def indexed(place: int) -> tuple[bytes, ...]:
        rows = row.pack(0, 5) + bytes(numbers) + row.pack(9, place) + bytes(numbers)
        tfra = full(b"tfra", struct.pack(">III", 1, widths, 2) + rows, version=version)
        return usual(5), fragment(), box(b"mfra", tfra)

    size = sum(map(len, indexed(0)))
    assert past(*indexed(size)) == 0
    assert past(*indexed(size + 7)) == 7


def test_a_box_of_a_fragmented_file_must_end_in_it_and_an_unknown_one_need_not() -> None:
    for name, missing in ((b"mdat", 40), (b"free", 40), (b"abcd", 0)):
        assert past(usual(5), fragment(), box(name, bytes(100))[:-40]) == missing


def test_without_fragments_only_the_movie_header_must_end_in_the_file() -> None:
    assert past(moov(), box(b"mdat", bytes(100))[:-40]) == 0
    assert past(moov(bytes(100))[:-40]) == 40


@pytest.mark.parametrize("rest", [b"\0\0\0", b"\r\n", b"abcdef", b"\1\0\0\x10moo", b"\0\0\1\0xyz"])
def test_bytes_behind_the_last_box_that_begin_none_are_no_cut(rest: bytes) -> None:
    assert past(usual(5), fragment(), rest) == 0
