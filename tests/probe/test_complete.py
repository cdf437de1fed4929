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
