"""What is refused before libav sees it, and in which order: what is not there is told before what is wrong with it."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import STBL, edited
from preflight.probe.admission import refuse_hopeless
from preflight.probe.faults import Unreadable
from preflight.probe.movie import Movie
from tests.specimens import media


def admitted(content: bytes, demuxer: str = "mov", *, measured: bool = True) -> Movie | None:
    return refuse_hopeless(io.BytesIO(content), len(content), demuxer, measured=measured)


def content(name: str) -> bytes:
    return Path(media(name)).read_bytes()


def test_of_an_mp4_the_boxes_are_had_and_of_others_nothing() -> None:
    movie = admitted(content("video-5s.mp4"))
    assert movie
    assert [track.samples for track in movie.tracks] == [125]
    assert admitted(content("video-mkv.mkv"), "matroska") is None


def test_whether_all_is_there_is_asked_only_where_more_than_the_header_is_wanted() -> None:
    cut = content("video-fragmented.mp4")[:-2_000]
    assert admitted(cut, measured=False)
    with pytest.raises(Unreadable, match="cut short"):
        admitted(cut)


@pytest.mark.parametrize("measured", [True, False])
def test_encryption_and_false_claims_are_refused_at_every_depth(measured: bool) -> None:
    with pytest.raises(Unreadable, match="encrypted"):
        admitted(content("video-encrypted-cenc.mp4"), measured=measured)
    claiming = edited(content("video-5s.mp4"), f"{STBL}/stts", lambda stts: stts[:4] + b"\x7f" * 4 + stts[8:])
    with pytest.raises(Unreadable, match="claims more than it holds"):
        admitted(claiming, measured=measured)


def test_a_file_that_is_cut_and_encrypted_is_told_to_be_cut() -> None:
    with pytest.raises(Unreadable, match="cut short"):
        admitted(content("video-encrypted-fragmented.mp4")[:-500])


@given(st.binary(max_size=300), st.sampled_from(["mov", "matroska", "avi", "mpegts", "asf", "mp3"]), st.booleans())
def test_any_bytes_are_admitted_or_unreadable(content: bytes, demuxer: str, measured: bool) -> None:
    try:
        movie = admitted(content, demuxer, measured=measured)
    except Unreadable as refused:
        assert str(refused)  # noqa: PT017 - most bytes are refused, and some are not
    else:
        assert (movie is None) or movie.complete
