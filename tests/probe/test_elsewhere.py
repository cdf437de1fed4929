"""Media that are kept in another file, or nowhere, are not this file's."""

from pathlib import Path

import pytest

from fixtures.recipe_stream import boxed, edited
from tests.probe.admitted import content, facts_of, fault_of


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
