"""What the tables of an MP4 claim is held against its bytes before libav sees it."""

import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import STBL, boxed, edited
from preflight.probe.claims import refuse_claims
from preflight.probe.faults import Unreadable
from tests.probe.admitted import content, fault_of
from tests.probe.boxes_by_hand import box, full, listed, moov, movie, sized, trak


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


# ---- written by hand -------------------------------------------------------------------------------------------------

PREFIX = "claims more than it holds: "
ROWS = {
    b"stts": "II",
    b"ctts": "II",
    b"stsc": "III",
    b"stco": "I",
    b"co64": "Q",
    b"stss": "I",
    b"stps": "I",
    b"stsh": "II",
}


def refused(*content: bytes, size: int = 10_000) -> str | None:
    """Return the words of a refusal behind those that all share, or None."""
    try:
        refuse_claims(movie(*content), size)
    except Unreadable as said:
        return str(said).removeprefix(PREFIX)
    return None


def track_of(count: int, *, per_chunk: int = 1, handler: bytes = b"vide", ticks: int = 10, equal: int = 8) -> bytes:
    """Write a track of equal samples, whose tables agree."""
    return trak(
        listed(b"stts", [(count, ticks)]),
        listed(b"stsc", [(1, per_chunk, 1)], "III"),
        listed(b"stco", [(100,)] * -(-count // per_chunk), "I"),
        sized([], equal=equal, count=count),
        handler=handler,
    )


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_table_may_list_as_many_rows_as_it_holds_and_not_one_more(name: bytes, rows: int) -> None:
    layout = ROWS[name]
    row = (1,) * len(layout)
    assert refused(moov(box(b"stbl", listed(name, [row] * rows, layout)))) is None
    said = refused(moov(box(b"stbl", listed(name, [row] * rows, layout, rows + 1))))
    assert said == f"{name.decode()} lists {rows + 1}, with room for {rows}"


@pytest.mark.parametrize(("field", "held", "room"), [(4, 3, 6), (8, 3, 3), (16, 6, 3), (16, 7, 3)])
def test_compact_sizes_take_half_a_byte_or_one_or_two(field: int, held: int, room: int) -> None:
    def compact(count: int) -> bytes:
        return moov(box(b"stbl", full(b"stz2", struct.pack(">II", field, count) + bytes(held))))

    assert refused(compact(room)) is None
    assert refused(compact(room + 1)) == f"stz2 lists {room + 1}, with room for {room}"


@pytest.mark.parametrize(("version", "layout"), [(0, "IiI"), (1, "QqI")])
def test_edits_take_twelve_bytes_or_twenty_by_their_version(version: int, layout: str) -> None:
    def edits(count: int) -> bytes:
        return moov(
            box(
                b"edts",
                full(b"elst", struct.pack(">I", count) + struct.pack(f">{layout}", 5, 0, 1) * 9, version=version),
            )
        )

    assert refused(edits(9)) is None
    assert refused(edits(10)) == "elst lists 10, with room for 9"


@pytest.mark.parametrize(
    ("flags", "front", "row"),
    [(0x100, 0, 4), (0x101, 4, 4), (0x005, 8, 0), (0x705, 8, 12), (0xF05, 8, 16), (0x204, 4, 4), (0x000, 0, 0)],
)
def test_a_run_of_a_fragment_has_rows_as_wide_as_its_flags_say(flags: int, front: int, row: int) -> None:
    def run(count: int) -> tuple[bytes, bytes]:
        held = struct.pack(">I", count) + bytes(front + 2 * row)
        return moov(), box(b"moof", box(b"traf", full(b"trun", held, flags=flags)))

    room = 2 if row else 4 * 1000
    assert refused(*run(room), size=1000) is None
    assert refused(*run(room + 1), size=1000) == f"trun lists {room + 1:,}, with room for {room:,}"


@given(st.binary(max_size=40), st.sampled_from([*ROWS, b"stsz", b"stz2", b"elst", b"trun"]))
def test_a_table_of_any_bytes_is_refused_in_words_or_not_at_all(payload: bytes, name: bytes) -> None:
    said = refused(moov(trak(box(name, payload))), box(b"moof", box(b"traf", box(name, payload))))
    assert said is None or said.startswith((name.decode(), *"0123456789", "it lists"))


@pytest.mark.parametrize("per_chunk", [1, 3, 7])
def test_tables_that_agree_are_left_in_peace(per_chunk: int) -> None:
    assert refused(moov(track_of(21, per_chunk=per_chunk))) is None


def test_a_frame_takes_a_quarter_of_a_byte_at_least() -> None:
    assert refused(moov(track_of(400)), size=100) is None
    assert refused(moov(track_of(401)), size=100) == "401 samples in a file of 100 bytes"


def test_of_old_audio_with_one_tick_a_sample_a_byte_may_hold_dozens() -> None:
    sound = moov(track_of(6400, per_chunk=6400, handler=b"soun", ticks=1))
    assert refused(sound, size=100) is None
    assert refused(sound, size=99) == "6,400 samples in a file of 99 bytes"
    assert refused(moov(track_of(6400, per_chunk=6400, handler=b"soun", ticks=1024)), size=100) is not None


def test_times_of_more_samples_than_there_are_and_than_the_file_has_bytes_are_claimed() -> None:
    def timed(count: int) -> bytes:
        others = (listed(b"stsc", [(1, 5, 1)], "III"), listed(b"stco", [(100,)], "I"), sized([8] * 5))
        return moov(trak(listed(b"stts", [(count, 1)]), *others))

    assert refused(timed(14), size=10) is None
    assert refused(timed(1_000_000), size=1_000_000) is None
    assert refused(timed(1_000_001), size=1_000_000) == "1,000,001 samples in a file of 1,000,000 bytes"


def test_chunks_may_lack_a_tenth_of_the_samples_and_no_more() -> None:
    def held(chunks: int) -> bytes:
        tables = (listed(b"stts", [(100, 1)]), listed(b"stsc", [(1, 1, 1)], "III"), sized([], equal=8, count=100))
        return moov(trak(*tables, listed(b"stco", [(50,)] * chunks, "I")))

    assert refused(held(90)) is None
    assert refused(held(89)) == "it lists 100 samples, its chunks hold 89"
    assert refused(held(0)) == "it lists 100 samples, its chunks hold 0"


@given(st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_samples_are_counted_over_the_runs_of_chunks(per_chunk: list[int]) -> None:
    """A run says how many samples each chunk has from its first one on, until the next run begins."""
    runs = [(at, many, 1) for at, many in enumerate(per_chunk, 1) if at == 1 or many != per_chunk[at - 2]]
    tables = (listed(b"stsc", runs, "III"), listed(b"stco", [(9,)] * len(per_chunk), "I"))

    def claiming(count: int) -> str | None:
        return refused(moov(trak(*tables, listed(b"stts", [(count, 1)]), sized([], equal=1, count=count))))

    total = sum(per_chunk)
    assert claiming(total) is None
    assert claiming(2 * total) == f"it lists {2 * total} samples, its chunks hold {total}"


@pytest.mark.parametrize("first", [0, 2, 9, 2**32 - 1])
def test_runs_out_of_order_or_beyond_the_chunks_do_not_count_below_zero(first: int) -> None:
    runs = listed(b"stsc", [(first, 2**32 - 1, 1), (1, 1, 1)], "III")
    said = refused(moov(trak(runs, listed(b"stco", [(9,)] * 2, "I"), sized([8, 8]))))
    assert said is None or "-" not in said


@pytest.mark.parametrize(
    ("edits", "samples", "allowed"), [(5000, 10_000, True), (5001, 10_000, False), (1, 10**6, True)]
)
def test_edits_times_samples_have_a_bound(edits: int, samples: int, allowed: bool) -> None:
    track = track_of(samples, per_chunk=samples)
    edited_track = track[8:] + box(b"edts", listed(b"elst", [(1, 0, 1)] * edits, "III"))
    said = refused(moov(box(b"trak", edited_track)), size=1_000_000)
    assert said == (None if allowed else f"{edits:,} edits of {samples:,} samples")
