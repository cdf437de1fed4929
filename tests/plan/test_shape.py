"""What is cropped, padded and scaled, and in which order."""

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from preflight.plan.geometry import Frame
from preflight.plan.options import FixOptions
from preflight.plan.shape import shape_steps
from preflight.plan.steps import Crop, Pad, Resize
from preflight.values.choices import Fit
from preflight.values.limits import Range
from tests.specimens import PROFILE

RATIO = PROFILE.image.aspect_ratio
FRAME = Frame(side_px=PROFILE.image.side_px)
CLEARS = ("image/aspect-ratio",), ("image/side",)


def steps(size: tuple[int, int], fit: Fit, ratio: Range | None = RATIO) -> list[Crop | Pad | Resize]:
    return list(shape_steps(size, ratio, FRAME, FixOptions(fit=fit), CLEARS))


def test_a_picture_is_scaled_before_it_is_padded() -> None:
    resize, pad = steps((1, 3), "pad")
    assert isinstance(resize, Resize)
    assert (resize.width_px, resize.height_px) == (150, 450)
    assert isinstance(pad, Pad)
    assert (pad.width_px, pad.height_px) == (300, 450)
    assert (resize.clears, pad.clears) == (("image/side",), ("image/aspect-ratio",))


def test_a_picture_is_cropped_before_it_is_scaled() -> None:
    assert [type(step) for step in steps((100, 900), "crop")] == [Crop, Resize]


def test_a_picture_that_is_large_enough_is_padded_alone() -> None:
    assert [type(step) for step in steps((301, 999), "pad")] == [Pad]


def test_a_picture_of_a_good_shape_is_scaled_alone() -> None:
    (resize,) = steps((200, 200), "pad", None)
    assert (resize.width_px, resize.height_px) == (300, 300)


def test_a_picture_of_a_good_shape_and_size_is_left_alone() -> None:
    assert steps((400, 400), "pad", None) == []


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from(["pad", "blur"]))
def test_a_padded_picture_touches_two_edges_of_its_frame(width: int, height: int, fit: Fit) -> None:
    ratio = RATIO if RATIO.broken_by(Fraction(width, height)) is not None else None
    found = steps((width, height), fit, ratio)
    pads = [step for step in found if isinstance(step, Pad)]
    sizes = [(step.width_px, step.height_px) for step in found if isinstance(step, Resize)]
    assert len(pads) == (ratio is not None)
    for pad in pads:
        across, down = sizes[-1] if sizes else (width, height)
        assert across <= pad.width_px
        assert down <= pad.height_px
        assert across == pad.width_px or down == pad.height_px
        assert FRAME.takes(pad.width_px, pad.height_px)


def test_a_pad_that_makes_a_picture_large_enough_clears_both() -> None:
    (pad,) = steps((299, 750), "pad")
    assert (pad.width_px, pad.height_px, pad.clears) == (300, 750, ("image/aspect-ratio", "image/side"))


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from(["pad", "blur", "crop"]))
@example(width=299, height=750, fit="blur")
@example(width=6001, height=2400, fit="crop")
def test_each_limit_that_a_size_breaks_is_cleared_by_some_step(width: int, height: int, fit: Fit) -> None:
    ratio = RATIO if RATIO.broken_by(Fraction(width, height)) is not None else None
    broken = {"image/aspect-ratio"} if ratio else set()
    broken |= set() if FRAME.takes(width, height) else {"image/side"}
    assert {rule for step in steps((width, height), fit, ratio) for rule in step.clears} >= broken
