"""Colors read by this program's own arithmetic: the documented code values are the documented light."""

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.media import reading
from preflight.media.reading import HLG, ICTCP, KNEE, PEAK, PQ, YCGCO, Colors, colors_of, drawn

GRAY_MATRICES = (None, 1, 4, 5, 6, 7, 9, 10, YCGCO)


def patch(*code: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """Make an image of one pixel."""
    return np.array([[code if len(code) > 1 else code * 3]], np.float32)


@pytest.mark.parametrize(
    ("code", "nits"), [(0.0, 0), (0.1499, 1), (0.5081, 100), (0.5807, 203), (0.7518, 1000), (1.0, 10_000)]
)
def test_pq_codes_are_the_light_of_the_standard(code: float, nits: float) -> None:
    """ITU-R BT.2408, table 1 and annex: 58 % is the white of 203 cd/m2."""
    assert float(reading._pq(patch(code))[0, 0, 0]) == pytest.approx(nits, rel=0.01, abs=0.01)  # noqa: SLF001


@pytest.mark.parametrize(("code", "nits"), [(0.0, 0), (0.75, 203), (1.0, 1000)])
def test_hlg_codes_are_the_light_of_the_standard(code: float, nits: float) -> None:
    """ITU-R BT.2408, table 1: 75 % is the white of 203 cd/m2 on a display of 1,000."""
    assert float(reading._hlg(patch(code))[0, 0, 0]) == pytest.approx(nits, rel=0.01, abs=0.1)  # noqa: SLF001


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=8).map(sorted))
def test_more_code_is_never_less_light(codes: list[float]) -> None:
    for decode in (reading._pq, reading._hlg):  # noqa: SLF001
        light = [float(decode(patch(code))[0, 0, 1]) for code in codes]
        assert light == sorted(light)


def test_highlights_roll_off_from_the_knee_to_the_peak_without_a_step() -> None:
    at = np.linspace(0, PEAK, 500, dtype=np.float32)
    bent = reading._bent(at)  # noqa: SLF001
    assert np.all(np.diff(bent) > 0)
    assert np.all(bent[at <= KNEE] == at[at <= KNEE])
    assert float(np.diff(bent).max()) <= float(np.diff(at).max()) * 1.01
    assert float(bent[-1]) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("matrix", GRAY_MATRICES)
@given(st.floats(0, 1, width=32))
def test_gray_is_gray_by_every_matrix(matrix: int | None, luma: float) -> None:
    found = reading._mixed(patch(luma, 0, 0), Colors(matrix=matrix))[0, 0]  # noqa: SLF001
    assert found.tolist() == pytest.approx([luma] * 3, abs=1e-6)


@pytest.mark.parametrize("matrix", [1, 5, 6, 9])
@given(st.tuples(*[st.floats(0, 1, width=32)] * 3))
def test_a_color_that_is_coded_by_a_matrix_comes_back(matrix: int, color: tuple[float, float, float]) -> None:
    """ITU-T H.273, 8.3: luma by weights, and differences of blue and red from it."""
    red, green, blue = color
    kr, kb = reading.LUMA[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    coded = patch(luma, (blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr)))
    assert reading._mixed(coded, Colors(matrix=matrix))[0, 0].tolist() == pytest.approx(color, abs=1e-5)  # noqa: SLF001


@pytest.mark.parametrize(
    ("colors", "high"),
    [
        (Colors(), False),
        (Colors(transfer=1), False),
        (Colors(transfer=PQ), True),
        (Colors(transfer=HLG), True),
        (Colors(matrix=ICTCP), True),
        (Colors(matrix=ICTCP, transfer=1), False),
    ],
)
def test_frames_are_of_high_range_by_their_transfer_or_by_a_matrix_of_such_alone(colors: Colors, high: bool) -> None:
    assert colors.high is high


def frame(level: int, pixel_format: str = "yuv420p") -> av.VideoFrame:
    found = av.VideoFrame(16, 16, pixel_format)
    for at, plane in enumerate(found.planes):
        plane.update(bytes((level if at == 0 else 128,)) * plane.buffer_size)
    return found


@settings(max_examples=10)
@given(st.integers(16, 235))
def test_a_gray_frame_is_drawn_as_its_gray(level: int) -> None:
    found = drawn(frame(level), Colors(), (4, 4)).getpixel((1, 1))
    wanted = round((level - 16) * 255 / 219)
    assert isinstance(found, tuple)
    assert max(abs(band - wanted) for band in found) <= 1


def test_full_range_begins_at_nought() -> None:
    assert drawn(frame(128), Colors(full=True), (4, 4)).getpixel((0, 0)) == (128, 128, 128)
    assert drawn(frame(16), Colors(), (4, 4)).getpixel((0, 0)) == (0, 0, 0)
    assert drawn(frame(235), Colors(), (4, 4)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("colors", [Colors(transfer=PQ, primaries=9, matrix=9), Colors(matrix=ICTCP)])
def test_plain_is_luma_alone_whatever_the_colors(colors: Colors) -> None:
    plain = drawn(frame(128), colors, (4, 4), plain=True)
    assert plain.getpixel((0, 0)) == drawn(frame(128), Colors(), (4, 4)).getpixel((0, 0))


def test_what_a_frame_does_not_say_its_container_does() -> None:
    told = frame(128)
    told.color_primaries, told.color_trc, told.colorspace = 2, 16, 2
    found = colors_of(told, (9, 1, 2))
    assert (found.primaries, found.transfer, found.matrix, found.lines) == (9, 16, None, 16)


@pytest.mark.parametrize(("told", "measured", "transfer"), [(2, "smpte2084", PQ), (1, "arib-std-b67", HLG)])
def test_a_high_range_that_only_a_record_beside_the_frames_tells_is_drawn_so(
    told: int, measured: str, transfer: int
) -> None:
    untold = frame(128)
    untold.color_trc = told
    assert colors_of(untold, (2, 2, 2), measured).transfer == transfer
    untold.color_trc = PQ
    assert colors_of(untold, (2, HLG, 2), "arib-std-b67").transfer == PQ
    assert not colors_of(frame(128), (2, 2, 2), "bt709").high


@pytest.mark.parametrize(
    ("pixel_format", "rgb", "full"),
    [("yuv420p", False, False), ("yuvj420p", False, True), ("rgb24", True, False), ("pal8", True, False)],
)
def test_samples_are_of_the_range_and_kind_that_their_format_says(pixel_format: str, rgb: bool, full: bool) -> None:
    found = colors_of(av.VideoFrame(16, 16, pixel_format), (2, 2, 2))
    assert (found.rgb, found.full) == (rgb, full)
