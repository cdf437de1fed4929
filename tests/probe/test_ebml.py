"""The elements of Matroska: identifiers and places, whatever the bytes are."""

import io

from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import element
from preflight.probe.ebml import SEGMENT, TRACK, TRACKS, elements, segment_of, tracks_of
from tests.specimens import MEDIA


def test_the_tracks_of_a_file_are_found_below_its_segment() -> None:
    whole = (MEDIA / "video-mkv.mkv").read_bytes()
    stream = io.BytesIO(whole)
    segment = segment_of(stream, len(whole))
    assert segment
    assert (segment.id, segment.end) == (SEGMENT, len(whole))
    assert [track.id for track in tracks_of(stream, len(whole))] == [TRACK]


def test_an_element_of_unknown_length_goes_on_to_the_end() -> None:
    inner = element(TRACKS.to_bytes(4, "big"), element(bytes([TRACK]), b"ab"))
    whole = SEGMENT.to_bytes(4, "big") + b"\xff" + inner
    assert [track.end for track in tracks_of(io.BytesIO(whole), len(whole))] == [len(whole)]


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_elements_come_back_as_they_were_put_in(payloads: list[bytes]) -> None:
    whole = b"".join(element(b"\xec", payload) for payload in payloads)
    found = elements(io.BytesIO(whole), 0, len(whole))
    assert [whole[one.start : one.end] for one in found] == payloads


@given(st.binary(max_size=64))
def test_any_bytes_are_elements_or_none(whole: bytes) -> None:
    assert all(one.end is None or one.end >= one.start for one in elements(io.BytesIO(whole), 0, len(whole)))
