"""Steps: a plan is data that can be read, saved and counted."""

from fractions import Fraction
from typing import get_args

import msgspec
import pytest

from preflight.plan.steps import (
    LADDER,
    Aperture,
    Crop,
    Cut,
    Deinterlace,
    DropAudio,
    Encode,
    Extend,
    Flatten,
    JoinAudio,
    Lead,
    Packets,
    Pad,
    Plan,
    Resize,
    Retime,
    Step,
    ToneMap,
    Turn,
    Write,
    find,
)
from preflight.values.assets import Asset
from preflight.values.facts import Area

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
    (Turn(degrees=90, mirrored=True, loss="lossless", clears=()), "turn upright, mirrored"),
    (
        Aperture(
            area=Area(left_px=8, top_px=0, width_px=704, height_px=576),
            stored_width_px=720,
            stored_height_px=576,
            loss="lossless",
            clears=(),
        ),
        "leave out what is not shown around 704 x 576 px",
    ),
    (
        Cut(start_s=Fraction(0), length_s=Fraction(9), packets=Packets(0, 9), cut_off=True, loss="lossless", clears=()),
        "keep 0 to 9 s, no re-encoding; what follows is cut off and cannot be decoded",
    ),
    (
        Resize(width_px=522, height_px=1302, rounded=True, loss="lossy", clears=()),
        "scale to 522 x 1302 px, since sides have to be even",
    ),
    (Crop(width_px=10, height_px=5, left_px=3, loss="creative", clears=()), "crop to the middle 10 x 5 px"),
    (
        Extend(how="slow", from_s=Fraction(0), length_s=Fraction(2), loss="creative", clears=()),
        "slow it down 0 times until 2 s",
    ),
    (
        Lead(how="hold", length_s=Fraction(1, 2), loss="lossy", clears=()),
        "hold the first frame for 0.5 s, while the audio alone is heard",
    ),
    (
        Lead(how="drop", length_s=Fraction(1, 2), loss="lossy", clears=()),
        "leave out 0.5 s of audio before the first frame",
    ),
    (
        Lead(how="silence", length_s=Fraction(1, 3), loss="lossless", clears=()),
        "keep 0.333 s of silence until the audio begins",
    ),
    (
        DropAudio(places=(0,), why="empty", loss="lossless", clears=()),
        "leave out a sound track that holds no samples",
    ),
    (
        DropAudio(places=(1, 2), why="empty", loss="lossless", clears=()),
        "leave out 2 sound tracks that hold no samples",
    ),
    (
        DropAudio(places=(1,), why="unknown", loss="lossy", clears=()),
        "leave out a sound track in a codec that no decoder here knows",
    ),
    (
        DropAudio(places=(0, 1, 2), why="undecodable", loss="lossy", clears=()),
        "leave out 3 sound tracks that cannot be decoded",
    ),
    (JoinAudio(left=0, right=1, loss="lossless", clears=()), "join two sound tracks as left and right"),
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


def test_every_kind_of_step_is_said_here() -> None:
    assert {type(step) for step, _ in STEPS} == set(get_args(Step))


@pytest.mark.parametrize(
    ("drops", "cut_asked", "keeps_all"),
    [(None, False, True), (Fraction(0), False, True), (Fraction(1, 100), False, False), (Fraction(9), True, True)],
)
def test_a_plan_keeps_all_where_nothing_is_dropped_that_nobody_asked_for(
    drops: Fraction | None, cut_asked: bool, keeps_all: bool
) -> None:
    cut = Cut(start_s=Fraction(0), length_s=Fraction(5), drops_s=drops, loss="lossless", clears=())
    plan = Plan(asset=Asset(path="a"), kind="audio", steps=(cut,), cut_asked=cut_asked)
    assert plan.keeps_all is keeps_all
    assert plan.drops_s == (drops or 0)


def test_a_plan_without_steps_loses_and_drops_nothing() -> None:
    plan = Plan(asset=Asset(path="a"), kind="image")
    assert (plan.loss, plan.drops_s, plan.keeps_all, plan.advice) == ("none", Fraction(0), True, "")


@pytest.mark.parametrize(
    ("losses", "whole"),
    [([], "none"), (["lossless"], "lossless"), (["lossy", "lossless"], "lossy"), (["creative"], "creative")],
)
def test_a_plan_loses_as_much_as_its_worst_step(losses: list[str], whole: str) -> None:
    steps = tuple(Turn(loss=loss, clears=()) for loss in LADDER if loss in losses)
    assert Plan(asset=Asset(path="a"), kind="image", steps=steps).loss == whole


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
