"""Steps: a plan is data that can be read, saved and counted."""

from fractions import Fraction

import msgspec
import pytest

from preflight.plan.steps import (
    LADDER,
    Crop,
    Cut,
    Deinterlace,
    Encode,
    Extend,
    Flatten,
    Packets,
    Pad,
    Plan,
    Resize,
    Retime,
    Step,
    ToneMap,
    Turn,
    Write,
    allowed,
    find,
)
from preflight.values.assets import Asset

STEPS: tuple[tuple[Step, str], ...] = (
    (Turn(loss="lossless", clears=()), "turn upright"),
    (Cut(start_s=Fraction(3), length_s=Fraction(13, 2), loss="lossy", clears=()), "keep 3 to 9.5 s"),
    (
        Cut(
            start_s=Fraction(0),
            length_s=Fraction(15),
            packets=Packets(0, 360),
            drops_s=Fraction(165),
            loss="lossless",
            clears=(),
        ),
        "keep 0 to 15 s (drops 165 s of 180 s), no re-encoding",
    ),
    (Flatten(color="white", loss="lossy", clears=()), "put transparent parts on white"),
    (Crop(width_px=10, height_px=5, left_px=3, top_px=0, loss="creative", clears=()), "crop to 10 x 5 px at 3, 0"),
    (Resize(width_px=1280, height_px=720, loss="lossy", clears=()), "scale to 1280 x 720 px"),
    (Crop(width_px=10, height_px=5, loss="creative", clears=()), "crop to the middle 10 x 5 px"),
    (Pad(width_px=10, height_px=5, loss="creative", clears=()), "pad with black to 10 x 5 px"),
    (Pad(width_px=10, height_px=5, fill="#c81e28", loss="creative", clears=()), "pad with #c81e28 to 10 x 5 px"),
    (
        Pad(width_px=10, height_px=5, fill="blur", loss="creative", clears=()),
        "pad with a blurred copy of the picture to 10 x 5 px",
    ),
    *(
        (Extend(how=how, from_s=Fraction(8, 5), length_s=Fraction(2), loss="creative", clears=()), words)  # type: ignore[arg-type] # words out of their list
        for how, words in (
            ("loop", "repeat it from the beginning until 2 s"),
            ("freeze", "hold the last frame until 2 s"),
            ("silence", "add silence until 2 s"),
            ("slow", "slow it down 1.25 times until 2 s"),
        )
    ),
    (Retime(frame_rate_hz=Fraction(30000, 1001), loss="lossy", clears=()), "make 29.97 fps constant"),
    (ToneMap(loss="lossy", clears=()), "map HDR tones to standard range"),
    (Deinterlace(loss="lossy", clears=()), "deinterlace"),
    (
        Encode(codec="libx264", max_bit_rate=13_300_000, loss="lossy", clears=()),
        "encode with libx264, at most 13.3 Mbit/s",
    ),
    (Encode(codec="pcm_s16le", loss="lossless", clears=()), "encode with pcm_s16le"),
    (Write(format="mp4", loss="lossless", clears=()), "write as mp4"),
)


@pytest.mark.parametrize(("step", "words"), STEPS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_step_says_what_is_done(step: Step, words: str) -> None:
    assert step.words() == words


def test_every_kind_of_step_is_told_apart_in_json() -> None:
    tags = [msgspec.to_builtins(step, enc_hook=str)["do"] for step, _ in STEPS]
    assert len(set(tags)) == len({type(step) for step, _ in STEPS})


def test_a_plan_can_be_saved() -> None:
    plan = Plan(asset=Asset(path="a"), kind="video", steps=tuple(step for step, _ in STEPS))
    assert msgspec.json.encode(plan, enc_hook=str)


@pytest.mark.parametrize(
    ("losses", "whole"),
    [([], "none"), (["lossless"], "lossless"), (["lossy", "lossless"], "lossy"), (["creative"], "creative")],
)
def test_a_plan_loses_as_much_as_its_worst_step(losses: list[str], whole: str) -> None:
    steps = tuple(Turn(loss=loss, clears=()) for loss in LADDER if loss in losses)
    assert Plan(asset=Asset(path="a"), kind="image", steps=steps).loss == whole


def test_a_loss_is_allowed_up_to_the_most_that_is() -> None:
    table = [[allowed(loss, most) for loss in LADDER] for most in LADDER]
    assert table == [[column <= row for column in range(4)] for row in range(4)]


def test_a_step_is_found_by_its_type() -> None:
    steps = tuple(step for step, _ in STEPS)
    assert find(steps, Encode) is next(step for step in steps if isinstance(step, Encode))
    assert find(steps[:1], Cut) is None


def test_lossless_is_about_samples_and_dropping_about_content() -> None:
    cut = Cut(start_s=Fraction(0), length_s=Fraction(15), drops_s=Fraction(165), loss="lossless", clears=())
    unasked = Plan(asset=Asset(path="a"), kind="video", steps=(cut,))
    assert (unasked.loss, unasked.drops_s, unasked.keeps_all) == ("lossless", Fraction(165), False)
    assert msgspec.structs.replace(unasked, cut_asked=True).keeps_all
    assert msgspec.structs.replace(unasked, steps=(msgspec.structs.replace(cut, drops_s=None),)).keeps_all
    lossy = Plan(asset=Asset(path="a"), kind="video", steps=(Deinterlace(loss="lossy", clears=()),), cut_asked=True)
    assert not lossy.keeps_all
