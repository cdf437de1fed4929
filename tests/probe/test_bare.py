"""Clips without a container: told by what a decoder needs, and noise told from them."""

import io
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.bare import bare_stream
from preflight.probe.sniff import sniff
from tests.specimens import MEDIA, media, probed, video


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("video-bare.h264", ("h264", "h264")),
        ("video-bare.h265", ("hevc", "hevc")),
        ("video-bare.obu", ("obu", "obu")),
        ("video-ivf.ivf", ("ivf", "ivf")),
        ("video-nut.nut", ("nut", "nut")),
    ],
)
def test_a_stream_is_told_by_its_first_bytes(name: str, found: tuple[str, str]) -> None:
    assert bare_stream(Path(media(name)).read_bytes()[:4096]) == found
    assert (video(name).width_px, video(name).height_px) == (854, 480)


@pytest.mark.parametrize("name", ["video-bare.h264", "video-bare.h265", "video-bare.obu"])
def test_a_stream_without_times_has_no_length_and_no_rate(name: str) -> None:
    facts = video(name)
    assert (facts.frames, facts.duration_s, facts.frame_rate_hz) == (50, None, None)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\1\xb0\1\0\0\1\xb5\x89\x13\0\0\1\0\0\0\1\x20\0\xc4\x8d", "m4v"),
        (b"\0\0\1\x0f\xc8\x2e\x27\xf0", "vc1"),
        (b"\0\0\0\1\0\x79\0\x0d\2\0", "vvc"),
        (b"\x1f\7\0\x3f" + bytes(76) + b"\x3f\7\0", "dv"),
        (b"YUV4MPEG2 W2 H2 F25:1", "y4m"),
        (b"BBCD\0\0\0\0\x12", "dirac"),
        (b".RMF\0\0\0\x12", "rm"),
        (b"\x0d\x0c\1\x10\x0a\x08\0\0", "obu"),
        (b"\0\0\x80\2\x08", "h263"),
    ],
)
def test_other_codecs_are_told_by_theirs(head: bytes, name: str) -> None:
    found = bare_stream(head + bytes(64))
    assert found
    assert found[0] == name


def test_a_stream_that_breaks_off_is_unreadable(tmp_path: Path) -> None:
    whole = Path(media("video-bare.obu")).read_bytes()
    path = tmp_path / "clip.obu"
    path.write_bytes(whole[:1190] + whole[1206:])
    fault = probed(path).fault
    assert fault
    assert "breaks off after" in fault.message


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_behind_a_start_code_are_a_stream_or_nothing(tail: bytes) -> None:
    bare_stream(b"\0\0\1" + tail)


def test_noise_is_no_clip_and_no_sound() -> None:
    source = Random(4)  # noqa: S311 - noise, no secret
    heads = (source.randbytes(8192) for _ in range(2000))
    assert [found for head in heads if (found := sniff(io.BytesIO(head)))] == []


@pytest.mark.parametrize("first", [b"styp", b"uuid", b"free", b"sidx"])
def test_an_mp4_is_one_whatever_its_first_box_is(first: bytes) -> None:
    name = f"video-begins-with-{first.decode()}.mp4"
    assert (MEDIA / name).read_bytes()[4:8] == first
    assert (video(name).format, video(name).frames) == ("mp4", 75)


@pytest.mark.parametrize("box", [b"moof", b"emsg", b"prft", b"pdin", b"ssix", b"skip", b"wide"])
def test_what_begins_with_a_box_of_clips_is_a_clip_that_cannot_be_read(box: bytes, tmp_path: Path) -> None:
    path = tmp_path / "noname"
    path.write_bytes(b"\0\0\0\x10" + box + bytes(8) + b"\0\0\0\x0amdat\0\0")
    found = probed(path)
    assert found.kind == "video"
    assert found.fault
    assert "no movie header" in found.fault.message
