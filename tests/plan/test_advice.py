"""What a person is told where a plan fixes nothing: the one option that would help, and no other."""

from typing import Any

import msgspec
import pytest

from preflight.plan.advice import on_hopeless, on_short_part, on_too_much
from preflight.plan.options import FixOptions
from preflight.plan.steps import Crop, Deinterlace, Pad, Step
from preflight.values.findings import Finding
from preflight.values.remedy import Remedy
from tests.specimens import PROFILE


def errors(*rules: str) -> list[Finding]:
    return [Finding(rule=rule, severity="error", message="no") for rule in rules]


def test_what_is_too_short_is_told_how_it_gets_longer() -> None:
    short = errors("video/duration")
    assert on_hopeless(short, short, FixOptions()) == (Remedy("lengthen"),)


@pytest.mark.parametrize(
    ("options", "asked"), [({}, True), ({"fit_named": True}, False), ({"allow": "creative"}, False)]
)
def test_a_shape_that_needs_an_option_too_is_told_in_the_same_breath_unless_it_was_given(
    options: dict[str, Any], asked: bool
) -> None:
    short, shape = errors("video/duration"), errors("video/aspect-ratio")
    found = on_hopeless(short, [*shape, *short], FixOptions(**options))
    assert found == ((Remedy("lengthen"), Remedy("fit")) if asked else (Remedy("lengthen"),))


def test_what_nothing_mends_is_explained_by_its_rule() -> None:
    assert on_hopeless(errors("image/readable"), [], FixOptions()) == (
        Remedy("explain-unfixable", rule="image/readable"),
    )
    assert on_hopeless([], errors("video/codec"), FixOptions()) == (Remedy("explain-unfixable", rule="video/codec"),)


LOSSY = Deinterlace(loss="lossy", clears=())
CROP, PAD = (kind(width_px=1, height_px=1, loss="creative", clears=()) for kind in (Crop, Pad))


@pytest.mark.parametrize(
    ("steps", "remedy"),
    [
        ((LOSSY,), Remedy("allow", loss="lossy")),
        ((msgspec.structs.replace(LOSSY, loss="creative"), LOSSY), Remedy("allow", loss="creative")),
        ((CROP,), Remedy("allow-creative")),
        ((PAD,), Remedy("allow-creative")),
        ((CROP, LOSSY), Remedy("allow-creative-and-lossy")),
    ],
)
def test_the_loss_that_is_missing_is_named_once_for_all_steps(steps: tuple[Step, ...], remedy: Remedy) -> None:
    assert on_too_much(steps) == remedy
    assert on_too_much(steps[::-1]) == remedy


def test_a_part_that_is_too_short_is_told_how_long_it_has_to_be() -> None:
    limit = PROFILE.video.duration_s
    assert on_short_part(limit) == Remedy("mark-longer-part", span="2")
    assert on_short_part(msgspec.structs.replace(limit, min=None)) == Remedy("mark-longer-part", span="0")
