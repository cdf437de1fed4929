"""Which part of a picture stays, where a person says it."""

import pytest

from preflight.errors import CallError
from preflight.plan import FixOptions, plan
from preflight.plan.crops import crops_of, read_crop
from preflight.plan.steps import Crop, Pad, Resize, find
from preflight.values.assets import Asset
from preflight.values.choices import Where
from preflight.values.facts import Area, Facts
from tests.made import image, judged, video
from tests.specimens import PROFILE

WIDE, TALL = image(width_px=3000, height_px=1000), image(width_px=1000, height_px=3000)
PART = Area(left_px=100, top_px=50, width_px=640, height_px=480)


def cropped(facts: Facts, crop: Where | Area, **choices: object) -> Crop:
    found = plan(judged(facts, "a"), PROFILE, FixOptions(crop_of={"a": crop}, **choices))  # type: ignore[arg-type] # any
    step = find(found.steps, Crop)
    assert step, found.advice
    return step


@pytest.mark.parametrize(
    ("facts", "where", "corner"),
    [
        (WIDE, "left", (0, 0)),
        (WIDE, "right", (500, 0)),
        (WIDE, "top", (250, 0)),
        (WIDE, "center", (None, None)),
        (TALL, "top", (0, 0)),
        (TALL, "bottom", (0, 500)),
        (TALL, "left", (0, 250)),
        (video(width_px=3000, height_px=1000, coded_width_px=3000, coded_height_px=1000), "right", (500, 0)),
    ],
)
def test_a_part_of_an_allowed_shape_is_taken_from_the_side_that_is_named(
    facts: Facts, where: Where, corner: tuple[int | None, int | None]
) -> None:
    step = cropped(facts, where)
    assert (step.left_px, step.top_px) == corner
    assert step.clears == (f"{judged(facts).kind}/aspect-ratio",)


def test_a_part_in_pixels_is_kept_of_what_passes_too() -> None:
    for facts in (image(width_px=1280, height_px=720), video()):
        step = cropped(facts, PART)
        assert (step.left_px, step.top_px, step.width_px, step.height_px, step.loss) == (100, 50, 640, 480, "creative")


def test_a_side_changes_nothing_of_a_shape_that_is_allowed() -> None:
    assert plan(judged(video(), "a"), PROFILE, FixOptions(crop_of={"a": "top"})).steps == ()


def test_naming_a_crop_allows_that_step_for_that_file_and_for_no_other() -> None:
    fix_options = FixOptions(crop_of={"a": "top"}, fit="pad")
    assert find(plan(judged(WIDE, "a"), PROFILE, fix_options).steps, Crop)
    assert plan(judged(WIDE, "b"), PROFILE, fix_options).beyond_mending
    named = plan(judged(WIDE, "b"), PROFILE, FixOptions(crop_of={"a": "top"}, fit="pad", fit_named=True))
    assert find(named.steps, Pad)


def test_a_part_of_one_file_is_none_of_another() -> None:
    fix_options = FixOptions(crop_of={"a": PART}, also=("location",))
    assert plan(judged(image(), "b"), PROFILE, fix_options).steps == ()
    assert find(plan(judged(image(location=True), "b"), PROFILE, fix_options).steps, Crop) is None
    assert plan(judged(image(location=True), "b"), PROFILE, fix_options).also == ("image/location",)


def test_a_part_that_is_too_small_is_scaled() -> None:
    small = Area(left_px=0, top_px=0, width_px=200, height_px=100)
    found = plan(judged(image(), "a"), PROFILE, FixOptions(crop_of={"a": small}))
    assert find(found.steps, Resize) == Resize(width_px=600, height_px=300, loss="lossy", clears=())


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (Area(left_px=600, top_px=0, width_px=100, height_px=100), "reaches beyond the 640 x 480 px"),
        (Area(left_px=0, top_px=400, width_px=100, height_px=100), "reaches beyond the 640 x 480 px"),
        (Area(left_px=0, top_px=0, width_px=600, height_px=100), "is a width/height of 6; 0.4 to 2.5 allowed"),
    ],
)
def test_a_part_that_cannot_be_kept_is_said_with_its_reason(part: Area, why: str) -> None:
    found = plan(judged(image(), "a"), PROFILE, FixOptions(crop_of={"a": part}))
    assert found.steps == ()
    assert why in found.beyond_mending[0].message
    assert why in found.advice


def test_texts_name_a_file_and_a_part_of_it() -> None:
    assets = [Asset(path="footage/wide.png"), Asset(path="tall.mp4")]
    assert crops_of(["wide.png=100,50,640,480", "tall.mp4=Top", "tall.mp4=bottom"], assets) == {
        "footage/wide.png": PART,
        "tall.mp4": "bottom",
    }


@pytest.mark.parametrize("text", ["middle", "1,2,3", "0,0,0,10", "-1,0,10,10", "1,2,3,4,5", "", "a,b,c,d"])
def test_what_is_no_part_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(CallError, match="x,y,width,height in pixels, or top, bottom"):
        read_crop(text)


def test_a_name_of_no_file_is_refused_with_the_nearest() -> None:
    with pytest.raises(CallError, match=r"wide\.pgn=top: no such file") as caught:
        crops_of(["wide.pgn=top"], [Asset(path="wide.png")])
    assert str(caught.value.remedies[0]) == "Did you mean wide.png?"
    with pytest.raises(CallError, match="expected FILE="):
        crops_of(["=top"], [Asset(path="wide.png")])


def test_a_part_alone_is_one_of_the_only_picture_or_clip() -> None:
    song, wide, tall = (Asset(path=path) for path in ("song.mp3", "wide.png", "tall.mp4"))
    assert crops_of(["top"], [song, wide]) == {"wide.png": "top"}
    assert crops_of(["100, 50, 640, 480"], [tall, song]) == {"tall.mp4": PART}
    for given, why in (([wide, tall], "top: 2 pictures and clips are given"), ([song], "top: no picture or clip")):
        with pytest.raises(CallError, match=why) as caught:
            crops_of(["top"], given)
        assert str(caught.value.remedies[0]) == "Write FILE=top, or image 1=top."


def test_a_sound_has_nothing_to_crop() -> None:
    with pytest.raises(CallError, match=r"song\.mp3: a sound has no picture"):
        crops_of(["song.mp3=top"], [Asset(path="song.mp3"), Asset(path="a.png")])
