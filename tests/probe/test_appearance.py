"""What a viewer has to know of a clip before its frames look right, and what a fix may do with it."""

import io
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_stream import element
from preflight.plan import FixOptions, plan
from preflight.plan.advice import ONLY_DOLBY
from preflight.probe.appearance import ContainerColors, _is_on, _mapped, _profile, _transfer
from preflight.probe.ebml import SEGMENT, TRACK, TRACKS
from preflight.probe.sample_format import SampleFormat
from preflight.values.assets import Window
from tests.specimens import PROFILE, judged, video


@pytest.mark.parametrize(
    ("name", "dolby", "only", "transfer"),
    [
        ("video-dolby-vision-5.mp4", "5", True, None),
        ("video-dolby-vision-8.1.mp4", "8.1", False, "smpte2084"),
        ("video-hevc-10-bit.mp4", None, False, None),
    ],
)
def test_dolby_vision_is_told_by_its_profile_and_its_base(
    name: str, dolby: str | None, only: bool, transfer: str | None
) -> None:
    facts = video(name)
    assert (facts.dolby_vision, facts.only_dolby_vision, facts.transfer) == (dolby, only, transfer)


def test_colors_that_only_dolby_vision_knows_are_not_mapped_and_this_is_said() -> None:
    verdict = judged("video-dolby-vision-5.mp4")
    part = Window(Fraction(1, 5), Fraction(11, 5))
    todo = plan(verdict, PROFILE, FixOptions(keep_of={verdict.asset.path: part}))
    assert (todo.steps, todo.advice) == ((), ONLY_DOLBY)


@pytest.mark.parametrize(
    ("name", "alpha"),
    [
        ("video-hevc-alpha.mov", True),
        ("video-cineform-alpha.mov", True),
        ("video-hap-alpha.mov", True),
        ("video-dnxhr-444-alpha.mov", True),
        ("video-alpha-vp9.webm", True),
        ("video-alpha-qtrle.mov", True),
        ("video-hap.mov", False),
        ("video-prores-4444-opaque.mov", False),
        ("video-prores-4444-no-alpha.mov", False),
    ],
)
def test_transparency_is_what_hides_something(name: str, alpha: bool) -> None:
    assert video(name).alpha is alpha


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("video-cineform-alpha.mov", 12),
        ("video-dnxhr-444-alpha.mov", 10),
        ("video-apv.mp4", 10),
        ("video-vp9-10-bit.mkv", 10),
        ("video-hap.mov", 8),
    ],
)
def test_depth_is_told_by_the_frames_themselves(name: str, bits: int) -> None:
    assert video(name).bit_depth == bits


# ---- what each source says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("container", "frames", "transfer"),
    [
        (2, [], None),
        (16, [], "smpte2084"),
        (18, [], "arib-std-b67"),
        (1, [], "bt709"),
        (1, [16], "smpte2084"),
        (16, [1], "smpte2084"),
        (1, [18], "arib-std-b67"),
        (2, [2], None),
        (99, [13], "srgb"),
        (99, [], None),
    ],
)
def test_a_transfer_is_told_by_any_source_and_light_beyond_white_by_one_of_them(
    container: int, frames: list[int], transfer: str | None
) -> None:
    formats = tuple(sample_format(transfer=code) for code in frames)
    assert _transfer(ContainerColors(container, 2), None, formats) == transfer


def sample_format(*, transfer: int = 2, matrix: int = 2) -> SampleFormat:
    return SampleFormat(bit_depth=8, alpha=False, transfer=transfer, matrix=matrix)


@pytest.mark.parametrize(("told", "transfer"), [(2, "smpte2084"), (18, "arib-std-b67"), (1, "bt709")])
def test_colors_of_ictcp_are_pq_unless_a_transfer_is_told(told: int, transfer: str) -> None:
    assert _transfer(ContainerColors(told, 14), None, ()) == transfer
    assert _transfer(ContainerColors(told, 2), None, (sample_format(matrix=14),)) == transfer


@pytest.mark.parametrize(
    ("profile", "compatible", "words"),
    [(5, 0, "5"), (8, 1, "8.1"), (8, 4, "8.4"), (7, 6, "7.6"), (10, 0, "10"), (9, 2, "9.2")],
)
def test_dolby_vision_is_a_profile_and_what_it_is_compatible_with(profile: int, compatible: int, words: str) -> None:
    """Seven bits of profile behind two versions, and four of compatibility at the beginning of the fifth byte."""
    record = struct.pack(">BBHB", 1, 0, profile << 9 | 6 << 3 | 5, compatible << 4) + bytes(19)
    assert _profile(record) == words
    assert [_profile(record[:size]) for size in range(5)] == [None] * 5


@given(st.binary(max_size=24))
def test_any_record_is_a_profile_or_none(record: bytes) -> None:
    found = _profile(record)
    assert found is None or 0 <= float(found) < 128.2


def mapping(kind: bytes, data: bytes) -> bytes:
    return element(b"\x41\xe4", element(b"\x41\xe7", kind) + element(b"\x41\xed", data))


def matroska(*mappings: bytes) -> bytes:
    tracks = element(TRACKS.to_bytes(4, "big"), element(bytes((TRACK,)), b"".join(mappings)))
    return element(SEGMENT.to_bytes(4, "big"), tracks)


@pytest.mark.parametrize("kind", [b"dvcC", b"dvvC", b"dvwC"])
def test_a_matroska_maps_dolby_s_record_by_the_letters_of_its_box(kind: bytes) -> None:
    whole = matroska(mapping(b"hvcE", b"other"), mapping(kind, b"record"))
    assert _mapped(io.BytesIO(whole), len(whole)) == b"record"
    other = matroska(mapping(b"hvcE", b"other"))
    assert _mapped(io.BytesIO(other), len(other)) is None


@given(st.binary(max_size=60))
def test_mappings_of_any_bytes_hold_a_record_or_none(inside: bytes) -> None:
    whole = matroska(element(b"\x41\xe4", inside))
    found = _mapped(io.BytesIO(whole), len(whole))
    assert found is None or found in inside


@pytest.mark.parametrize(("content", "on"), [(b"", False), (b"\0", True), (b"\x7f", True), (b"\x80", False)])
def test_a_layer_of_alpha_is_told_until_it_is_cancelled(content: bytes, on: bool) -> None:
    assert _is_on(content) is on
