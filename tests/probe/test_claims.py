"""What the tables of an MP4 claim is held against its bytes before libav sees it."""

import struct
import time
from pathlib import Path

import pytest

from fixtures.recipe_stream import STBL, boxed, edited
from tests.probe.admitted import content, fault_of


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
