"""Planning for pictures: the least that clears the findings."""

from fractions import Fraction

import pytest

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.steps import Crop, Pad, Resize, ToneMap, Turn, Write, find
from preflight.report.remedies import said
from preflight.values.assets import Window
from preflight.values.facts import ImageFacts, Preview
from tests.made import image, judged
from tests.specimens import PROFILE


def planned(facts: ImageFacts, **fix_options: str) -> Plan:
    return plan(judged(facts), PROFILE, FixOptions(**fix_options))  # type: ignore[arg-type] # words out of their lists


@pytest.mark.parametrize(
    "facts",
    [
        image(),
        image(orientation=6),
        image(alpha=True),
        image(location=True),
        image(bytes=31_000_000),
        image(mode="CMYK"),
    ],
)
def test_a_passing_picture_is_not_touched_whatever_it_is_warned_of(facts: ImageFacts) -> None:
    assert planned(facts).steps == ()


def test_a_small_picture_is_scaled_and_written_in_its_own_format() -> None:
    steps = planned(image(width_px=200, height_px=150)).steps
    assert [(type(step), step.loss) for step in steps] == [(Resize, "lossy"), (Write, "lossless")]
    assert find(steps, Resize) == Resize(width_px=400, height_px=300, loss="lossy", clears=("image/side",))


@pytest.mark.parametrize(
    ("facts", "format_", "loss"),
    [
        (image(format="gif"), "png", "lossless"),
        (image(format="tiff", alpha=True), "png", "lossless"),
        (image(format="tiff", bit_depth=16, mode="I;16"), "png", "lossy"),
        (image(format="heic", bit_depth=10), "png", "lossy"),
        (image(format="tiff", mode="CMYK"), "png", "lossy"),
        (image(format="gif", frames=3), "png", "lossy"),
        (image(format="heic", width_px=4000, height_px=3000), "jpeg", "lossy"),
        (image(format="jpeg", bytes=40_000_000), "jpeg", "lossy"),
        (image(format="png", bytes=40_000_000), "png", "lossless"),
        (image(format="png", bytes=40_000_000, bit_depth=16), "png", "lossy"),
        (image(format="webp", bytes=40_000_000, lossless=True), "webp", "lossless"),
        (image(format="webp", bytes=40_000_000, lossless=False, alpha=True), "webp", "lossy"),
        (image(format="tiff", alpha=True, width_px=5000, height_px=4000), "webp", "lossy"),
        (image(format="jpeg", bytes=40_000_000, own_bytes=1_000_000), "jpeg", "lossless"),
        (image(format="jpeg", bytes=40_000_000, own_bytes=39_000_000), "jpeg", "lossy"),
        (image(format="webp", width_px=7000, height_px=5000), "webp", "lossy"),
    ],
)
def test_the_format_is_its_own_where_that_is_allowed_and_else_without_loss_where_that_fits(
    facts: ImageFacts, format_: str, loss: str
) -> None:
    write = find(planned(facts).steps, Write)
    assert write
    assert (write.format, write.loss) == (format_, loss)


def test_what_a_new_file_does_not_hold_is_said() -> None:
    write = find(planned(image(format="tiff", bit_depth=16, mode="LAB", frames=2)).steps, Write)
    assert write
    said = "write as png (rounded to 8 bits a sample, its colors converted to RGB, its first frame alone)"
    assert write.words() == said
    assert find(planned(image(format="gif")).steps, Write) == Write(
        format="png", max_bytes=30_000_000, min_side_px=300, loss="lossless", clears=("image/format",)
    )


def test_a_new_file_aims_at_the_stricter_reading_of_the_limit() -> None:
    write = find(planned(image(format="gif")).steps, Write)
    assert write
    assert (write.max_bytes, write.min_side_px) == (30_000_000, 300)


def test_an_orientation_is_applied_when_a_new_file_is_written() -> None:
    assert isinstance(planned(image(format="gif", orientation=6)).steps[0], Turn)


@pytest.mark.parametrize(("fit", "step"), [("crop", Crop), ("pad", Pad)])
def test_a_shape_is_changed_only_when_that_is_asked_for_by_name(fit: str, step: type) -> None:
    wide = image(width_px=3000, height_px=1000)
    assert planned(wide).steps == ()
    assert planned(wide).beyond_mending[0].rule == "image/aspect-ratio"
    assert said(planned(wide).remedies) == (
        "It needs a creative step: say which (--fit crop, --fit pad or --fit blur), or allow any: --allow creative."
    )
    assert isinstance(planned(wide, allow="creative", fit=fit).steps[0], step)


def test_what_is_not_allowed_is_said_with_the_loss_that_it_needs() -> None:
    found = planned(image(width_px=200, height_px=150), allow="lossless")
    assert (found.steps, said(found.remedies)) == ((), "It needs a lossy step: --allow lossy.")
    assert [finding.rule for finding in found.beyond_mending] == ["image/side", "image/side"]


def test_a_picture_that_was_never_decoded_is_not_mended() -> None:
    found = planned(image(width_px=30_000, height_px=30_000, decoded=False))
    assert found.steps == ()
    assert found.beyond_mending


def test_a_picture_has_no_part_to_keep_so_a_passing_one_stays() -> None:
    fix_options = FixOptions(keep_of={"a.png": Window(Fraction(1), Fraction(2))})
    assert plan(judged(image()), PROFILE, fix_options).steps == ()


def test_a_plan_names_the_rules_that_it_clears() -> None:
    steps = planned(image(format="gif", width_px=200, height_px=200)).steps
    assert {rule for step in steps for rule in step.clears} == {"image/format", "image/side"}


def test_what_is_still_too_large_without_loss_is_coded_with_one_and_keeps_its_transparency() -> None:
    for alpha, format_ in ((False, "jpeg"), (True, "webp")):
        found = planned(image(format="png", bytes=40_000_000, alpha=alpha))
        second = find(found.otherwise, Write)
        assert second
        assert (second.format, second.loss) == (format_, "lossy")
    assert planned(image(format="png", bytes=40_000_000), allow="lossless").otherwise == ()


def test_a_coded_picture_stays_as_it_is_where_all_that_is_too_large_lies_beside_it() -> None:
    (step,) = planned(image(format="jpeg", bytes=40_000_000, own_bytes=1_000_000, orientation=6)).steps
    assert step.words() == "write as jpeg, the coded picture as it is"
    too_small = image(format="jpeg", bytes=40_000_000, own_bytes=1_000_000, width_px=200, height_px=200)
    assert find(planned(too_small).steps, Resize)


def raw(width_px: int, height_px: int) -> ImageFacts:
    preview = Preview(at=100, bytes=50_000, width_px=width_px, height_px=height_px)
    return image(format="dng", raw=True, preview=preview, width_px=8000, height_px=6000, orientation=6)


def test_of_a_raw_photograph_its_preview_is_taken_and_none_is_enlarged() -> None:
    (step,) = planned(raw(1600, 1200)).steps
    assert step.words() == "write as jpeg, the coded picture as it is (the camera's own picture of the raw photograph)"
    assert (step.loss, set(step.clears)) == ("lossy", {"image/format", "image/side"})
    small = planned(raw(280, 210))
    assert (small.steps, said(small.remedies)[:33]) == ((), "The picture that its camera put i")
    assert find(planned(raw(7000, 5000)).steps, Resize) == Resize(
        width_px=4285, height_px=5999, loss="lossy", clears=("image/side",)
    )


def test_high_dynamic_range_is_mapped_whenever_a_new_picture_is_written() -> None:
    steps = planned(image(format="heic", bit_depth=10, transfer="smpte2084")).steps
    assert find(steps, ToneMap)
