"""What is refused before libav sees it: encrypted, cut short, absent, or claiming more than there is."""

import struct
import time
from pathlib import Path

import pytest

from fixtures.recipe_stream import STBL, boxed, edited
from preflight.probe import probe
from preflight.values.assets import Asset
from tests.specimens import media, probed


def content(name: str) -> bytes:
    return Path(media(name)).read_bytes()


def fault_of(whole: bytes, folder: Path, name: str = "clip.mp4") -> str:
    """Return the words of the fault of these bytes, which must be that nothing can be read."""
    path = folder / name
    path.write_bytes(whole)
    fault = probed(path).fault
    assert fault
    assert fault.kind == "unreadable", fault
    return fault.message


def facts_of(whole: bytes, folder: Path, name: str = "clip.mp4") -> object:
    path = folder / name
    path.write_bytes(whole)
    found = probed(path)
    assert found.fault is None, found.fault
    return found.facts


@pytest.mark.parametrize("depth", ["header", "exact"])
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("video-encrypted-cenc.mp4", "its pictures are encrypted (cenc)"),
        ("video-encrypted-cbcs.mp4", "its pictures are encrypted (cbcs)"),
        ("video-encrypted-fragmented.mp4", "its pictures are encrypted (cenc)"),
        ("video-encrypted-piff.mp4", "its pictures are encrypted (piff)"),
        ("audio-encrypted.m4a", "its sound is encrypted (cenc)"),
        ("video-encrypted.mkv", "it is encrypted (ContentEncryption)"),
        ("video-scrambled.ts", "it is encrypted (transport scrambling)"),
        ("video-encrypted.wmv", "it is encrypted (Windows Media DRM)"),
    ],
)
def test_what_is_encrypted_is_said_to_be(name: str, scheme: str, depth: str) -> None:
    fault = probed(name, depth).fault  # type: ignore[arg-type] # a parameter is plain text
    assert fault
    assert fault.message == f"{scheme}, and cannot be decoded without the key"


def test_a_clip_whose_sound_alone_is_encrypted_is_refused(tmp_path: Path) -> None:
    whole = content("video-encrypted-cenc.mp4").replace(b"encv", b"avc1").replace(b"sinf", b"free", 1)
    assert fault_of(whole, tmp_path).startswith("its sound is encrypted")


@pytest.mark.parametrize("entry", [b"drmi", b"enct", b"encm", b"encs"])
def test_protected_sample_entries_of_other_names_are_encrypted(entry: bytes, tmp_path: Path) -> None:
    first, _, rest = content("video-5s.mp4").rpartition(b"avc1")
    assert "encrypted" in fault_of(first + entry + rest, tmp_path)


def test_an_entry_that_no_sample_uses_may_be_encrypted(tmp_path: Path) -> None:
    def with_another(stsd: bytes) -> bytes:
        return stsd[:4] + b"\0\0\0\2" + stsd[8:] + boxed(b"encv", stsd[16:])

    assert facts_of(edited(content("video-5s.mp4"), f"{STBL}/stsd", with_another), tmp_path)


def test_a_key_system_header_that_was_left_behind_is_no_encryption(tmp_path: Path) -> None:
    left = boxed(b"pssh", bytes(28))
    assert facts_of(edited(content("video-5s.mp4"), "moov", lambda moov: moov + left), tmp_path)


@pytest.mark.parametrize("stream_type", [0xDB, 0xCF])
def test_a_program_map_of_encrypted_samples_is_heard(stream_type: int, tmp_path: Path) -> None:
    whole = bytearray(content("video-mpeg-ts.ts"))
    at = next(
        at for at in range(0, len(whole), 188) if whole[at + 1] & 0x40 and whole[at + 5] == 2 and whole[at + 4] == 0
    )
    whole[at + 17] = stream_type
    assert "SAMPLE-AES" in fault_of(bytes(whole), tmp_path, "clip.ts")


def test_tags_of_a_flash_video_that_went_through_a_filter_are_encrypted(tmp_path: Path) -> None:
    whole = bytearray(content("video-flv.flv"))
    at = 13
    while whole[at] != 9:
        at += 15 + int.from_bytes(whole[at + 1 : at + 4], "big")
    whole[at] |= 0x20
    assert "encrypted" in fault_of(bytes(whole), tmp_path, "clip.flv")


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


def test_a_matroska_of_unknown_length_is_as_long_as_it_is(tmp_path: Path) -> None:
    whole = content("video-mkv.mkv")
    at = whole.index(b"\x18\x53\x80\x67") + 4
    live = whole[:at] + b"\x01" + b"\xff" * 7 + whole[at + 8 :]
    assert facts_of(live[: len(live) - 40], tmp_path, "clip.mkv")


def test_the_media_of_a_track_without_a_path_are_here(tmp_path: Path) -> None:
    def unflagged(dref: bytes) -> bytes:
        return dref[:8] + boxed(b"url ", bytes(4))

    assert facts_of(edited(content("video-5s.mp4"), "moov/trak/mdia/minf/dinf/dref", unflagged), tmp_path)


@pytest.mark.parametrize(
    ("kind", "place"), [(b"url ", b"file://host/a.mov\0"), (b"alis", bytes(100)), (b"rsrc", bytes(20))]
)
def test_media_that_a_reference_places_elsewhere_are_not_here(kind: bytes, place: bytes, tmp_path: Path) -> None:
    def pointing(dref: bytes) -> bytes:
        return dref[:8] + boxed(kind, bytes(4) + place)

    whole = edited(content("video-5s.mp4"), "moov/trak/mdia/minf/dinf/dref", pointing)
    assert "kept elsewhere" in fault_of(whole, tmp_path)


def test_a_movie_that_only_lists_other_movies_keeps_its_media_elsewhere(tmp_path: Path) -> None:
    listed = boxed(b"rmra", boxed(b"rmda", boxed(b"rdrf", b"\0\0\0\0url \0\0\0\x08file.mov")))
    whole = boxed(b"ftyp", b"qt  \0\0\0\0qt  ") + boxed(b"moov", listed)
    assert "reference movie" in fault_of(whole, tmp_path, "clip.mov")


def test_a_segment_without_its_movie_header_says_so(tmp_path: Path) -> None:
    whole = content("video-fragmented.mp4")
    alone = boxed(b"ftyp", b"iso5\0\0\2\0iso5") + whole[whole.index(b"moof") - 4 :]
    assert "without its initialization segment" in fault_of(alone, tmp_path)


@pytest.mark.parametrize("table", ["stts", "stsc", "stco", "stsz", "ctts"])
@pytest.mark.parametrize("count", [80_000_000, 2**31, 2**32 - 1])
def test_a_table_that_claims_more_rows_than_it_has_room_for_is_refused_at_once(
    table: str, count: int, tmp_path: Path
) -> None:
    def claiming(payload: bytes) -> bytes:
        at = 8 if table == "stsz" else 4
        return payload[:at] + struct.pack(">I", count) + payload[at + 4 :]

    whole = edited(content("video-5s.mp4"), f"{STBL}/{table}", claiming)
    begun = time.process_time()
    assert "claims more than it holds" in fault_of(whole, tmp_path)
    assert time.process_time() - begun < 1


def test_a_table_where_none_should_stand_is_counted_too(tmp_path: Path) -> None:
    stray = boxed(b"stsz", struct.pack(">3I", 0, 0, 80_000_000))
    whole = edited(content("video-5s.mp4"), "moov/trak/mdia", lambda mdia: mdia + stray)
    assert "stsz lists 80,000,000" in fault_of(whole, tmp_path)


def test_a_fragment_that_claims_more_samples_than_the_file_has_bytes_is_refused(tmp_path: Path) -> None:
    whole = content("video-fragmented.mp4")
    run = boxed(b"trun", struct.pack(">II", 0, 80_000_000))
    many = boxed(b"moof", boxed(b"traf", boxed(b"tfhd", struct.pack(">II", 0x20000, 1)) + run))
    at = whole.index(b"moof") - 4
    assert "claims more than it holds" in fault_of(whole[:at] + many + whole[at:], tmp_path)


def test_samples_that_no_chunk_holds_are_claimed(tmp_path: Path) -> None:
    whole = edited(content("video-5s.mp4"), f"{STBL}/stsz", lambda p: p[:8] + struct.pack(">I", 250) + p[12:] + p[12:])
    assert "its chunks hold 125" in fault_of(whole, tmp_path)


def test_a_chunk_that_claims_more_samples_than_there_can_be_is_refused(tmp_path: Path) -> None:
    whole = edited(content("video-5s.mp4"), f"{STBL}/stsc", lambda p: p[:12] + struct.pack(">I", 2**31) + p[16:])
    assert "2,147,483,648 samples" in fault_of(whole, tmp_path)


def test_many_edits_of_many_samples_are_an_attack(tmp_path: Path) -> None:
    def edits(elst: bytes) -> bytes:
        return elst[:4] + struct.pack(">I", 500_000) + elst[8:20] * 500_000

    whole = edited(content("video-5s.mp4"), "moov/trak/edts/elst", edits)
    assert "500,000 edits of 125 samples" in fault_of(whole, tmp_path)


@pytest.mark.parametrize("behind", range(8))
def test_a_transport_stream_that_ends_within_a_packet_s_head_is_told_of_all_the_same(
    behind: int, tmp_path: Path
) -> None:
    path = tmp_path / "clip.ts"
    head = bytes((0x47, 0x40, 0x11, 0x30, 0xB7, 0, 0, 0))
    path.write_bytes(Path(media("video-fields-25fps.ts")).read_bytes()[: 188 * 21] + head[:behind])
    found = probe(Asset(path=str(path)))
    assert found.fault is None or "please report" not in found.fault.message
