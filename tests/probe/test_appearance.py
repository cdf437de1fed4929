"""What a viewer has to know of a clip before its frames look right, and what a fix may do with it."""

from fractions import Fraction

import pytest

from preflight.plan import FixOptions, plan
from preflight.plan.advice import ONLY_DOLBY
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
