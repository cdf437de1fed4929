"""ICC profiles made anew: white and gray stay what they are, and readers take them."""

import io

import pytest
from PIL import Image, ImageCms

from preflight.media.icc import D50, profile_of, srgb_to_light, to_d50, to_xyz
from preflight.probe.described import ADOBE_RGB, BT709, BT2020, CODED_PRIMARIES, Described, Primaries


@pytest.mark.parametrize("curve", ["srgb", 1.0, 2.2, 563 / 256])
@pytest.mark.parametrize("primaries", [BT709, BT2020, CODED_PRIMARIES[12], CODED_PRIMARIES[4], ADOBE_RGB.primaries])
def test_a_profile_made_anew_keeps_white_and_gray(primaries: object, curve: object) -> None:
    profile = profile_of(Described(primaries, curve))  # type: ignore[arg-type] # of these lists
    source = Image.merge("RGB", [Image.linear_gradient("L")] * 3)
    seen = ImageCms.profileToProfile(source, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert seen is not None
    assert seen.getpixel((0, 255)) == (255, 255, 255)
    for y in range(0, 256, 15):
        sample = seen.getpixel((9, y))
        assert isinstance(sample, tuple)
        assert max(sample) - min(sample) <= 1


def test_a_profile_by_srgb_s_own_words_changes_nothing() -> None:
    profile = profile_of(Described(BT709, "srgb"))
    source = Image.effect_noise((64, 64), 90).convert("RGB")
    seen = ImageCms.profileToProfile(source, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert seen is not None
    assert max(abs(a - b) for a, b in zip(source.tobytes(), seen.tobytes(), strict=True)) <= 1


@pytest.mark.parametrize("gray", [False, True])
def test_a_profile_is_as_long_as_it_says_and_its_tags_lie_within_it(gray: bool) -> None:
    """ICC.1:2001-04, 6.1 and 6.2."""
    profile = profile_of(Described(BT2020, 2.2), gray=gray)
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert (profile[12:16], profile[16:20], profile[36:40]) == (b"mntr", b"GRAY" if gray else b"RGB ", b"acsp")
    count = int.from_bytes(profile[128:132], "big")
    names = set()
    for at in range(132, 132 + 12 * count, 12):
        name, start, size = profile[at : at + 4], *(int.from_bytes(profile[at + n : at + n + 4], "big") for n in (4, 8))
        names.add(name)
        assert start % 4 == 0
        assert 132 + 12 * count <= start <= start + size <= len(profile)
    colors = {b"kTRC"} if gray else {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"}
    assert names == {b"desc", b"cprt", b"wtpt"} | colors
    ImageCms.getOpenProfile(io.BytesIO(profile))


@pytest.mark.parametrize("primaries", [BT709, BT2020, *CODED_PRIMARIES.values()])
def test_red_green_and_blue_together_are_the_white(primaries: Primaries) -> None:
    colors = Described(primaries, "srgb")
    x, y = primaries.white
    assert to_xyz(colors).sum(axis=1).tolist() == pytest.approx([x / y, 1, (1 - x - y) / y])
    assert to_d50(colors).sum(axis=1).tolist() == pytest.approx(D50, abs=1e-4)


def test_the_matrix_of_srgb_is_the_published_one() -> None:
    """IEC 61966-2-1, and Bradford's adaptation of it to D50."""
    assert to_xyz(Described(BT709, "srgb"))[1].tolist() == pytest.approx([0.2126, 0.7152, 0.0722], abs=1e-4)
    assert to_d50(Described(BT709, "srgb"))[0].tolist() == pytest.approx([0.4361, 0.3851, 0.1431], abs=1e-3)


@pytest.mark.parametrize(("sample", "light"), [(0, 0), (0.04045, 0.0031308), (0.5, 0.21404), (1, 1)])
def test_srgb_is_decoded_as_its_standard_says(sample: float, light: float) -> None:
    assert srgb_to_light(sample) == pytest.approx(light, abs=1e-5)
