"""The limits that several editions have in common: what keeps to them is taken by all."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.profiles import Profile, edition_for, load
from preflight.profiles.common import JOINED, common
from tests.made import findings, image, video


def editions(*models: str) -> list[Profile]:
    return [load(edition_for(model)) for model in models]


SEED, MINI, WAN, KLING = editions(
    "seedance-2.5-reference-to-video",
    "minimax-h3-reference-to-video",
    "wan3.0-reference-video",
    "kling-o3-reference-to-video",
)


def test_of_bounds_the_strictest_count_and_of_lists_what_all_have() -> None:
    both = common([SEED, WAN])
    assert both.image.side_px.text() == "300..6000"
    assert both.image.format.allowed == ("jpeg", "png", "webp")
    assert both.image.opaque
    assert both.video.duration_s.text() == "2..15"
    assert both.video.bytes.max == 104_857_600
    assert both.video.bytes.warn_above == 100_000_000
    assert (both.image.count.max, both.video.count.max) == (10, 5)
    assert "seedance2.5" in both.video.duration_s.source
    assert "wan3.0" in both.video.duration_s.source


def test_what_one_edition_does_not_take_none_does() -> None:
    assert common([SEED, KLING]).takes("audio") is False
    assert common([SEED, KLING]).takes("video")


def test_limits_that_only_warn_give_way_to_those_that_refuse() -> None:
    assert common([SEED, MINI]).video.codec.weight == "error"
    assert common([SEED, WAN]).video.codec.weight == "warning"


def test_one_edition_alone_is_itself() -> None:
    assert common([SEED]) is SEED


def test_editions_with_nothing_in_common_are_told_with_both_sides() -> None:
    old, new = editions("sora-2-preview", "seedance-2.0-reference-to-video")
    assert common([old, new]).image.dimensions
    with pytest.raises(CallError, match=r"^video.format: .* have nothing in common: mp4; mov$"):
        common([_only(SEED, "mp4"), _only(SEED, "mov")])


def _only(profile: Profile, word: str) -> Profile:
    import msgspec

    limit = msgspec.structs.replace(profile.video.format, allowed=(word,))
    return msgspec.structs.replace(profile, video=msgspec.structs.replace(profile.video, format=limit))


def test_the_names_of_editions_joined_are_loaded_as_what_they_have_in_common() -> None:
    both = common([SEED, WAN])
    assert load(f"{SEED.name}{JOINED}{WAN.name}") == both
    assert both.name == f"{SEED.name}{JOINED}{WAN.name}"


@given(
    st.sampled_from(["jpeg", "png", "bmp", "heic", "webp"]),
    st.integers(200, 9000),
    st.integers(200, 9000),
    st.booleans(),
)
def test_a_picture_that_keeps_to_what_is_common_is_taken_by_each(
    format_name: str, width: int, height: int, alpha: bool
) -> None:
    made = image(format=format_name, width_px=width, height_px=height, alpha=alpha)
    refused = [_errors(made, one) for one in (SEED, MINI, WAN)]
    assert bool(_errors(made, common([SEED, MINI, WAN]))) is any(refused)


@given(st.integers(200, 5000), st.integers(200, 5000), st.fractions(1, 40), st.fractions(20, 70))
def test_a_clip_that_keeps_to_what_is_common_is_taken_by_each(
    width: int, height: int, seconds: Fraction, rate: Fraction
) -> None:
    made = video(
        width_px=width,
        height_px=height,
        coded_width_px=width,
        coded_height_px=height,
        duration_s=seconds,
        header_duration_s=seconds,
        frame_rate_hz=rate,
    )
    assert bool(_errors(made, common([SEED, WAN, KLING]))) is any(_errors(made, one) for one in (SEED, WAN, KLING))


def _errors(made: object, profile: Profile) -> set[str]:
    found = findings(made, profile=profile)  # type: ignore[arg-type] # facts of either kind
    return {rule for rule, one in found.items() if one.severity == "error"}
