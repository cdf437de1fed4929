"""Plan files may be edited or written by anybody: a step that cannot be done is refused before anything is."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.edited import mark_of
from preflight.plan.file import FORMATS, MOST_HZ, MOST_PX, PlanFile, read_plans, refuse_beyond
from preflight.values.facts import Facts
from tests.made import audio, image, judged, video
from tests.specimens import PROFILE

SOURCE = {"path": "a", "bytes": 1, "sha256": "0" * 64}
WRITE: dict[str, Any] = {"do": "write", "loss": "lossless", "clears": [], "format": "mp4"}


def read(folder: Path, *steps: dict[str, Any], **more: Any) -> PlanFile:  # noqa: ANN401 - any key of an asset
    """Write a plan of one asset down, and read it."""
    asset = {"path": "a.mp4", "steps": steps, "source": SOURCE, **more}
    path = folder / "plan.json"
    path.write_text(json.dumps({"schema": "preflight.fix/1", "profile": PROFILE.name, "assets": [asset]}))
    return read_plans(path)


def step(do: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field of a step
    return {"do": do, "loss": "lossy", "clears": [], **fields}


def printed(found: Plan) -> list[dict[str, Any]]:
    """Print steps as a report does, with numbers in decimals."""
    told: list[dict[str, Any]] = json.loads(msgspec.json.encode(found.steps, enc_hook=float))
    return told


PLANNED = {
    "a retimed clip": video(frame_rate_hz=Fraction(24000, 1001), frames=120),
    "a long clip": video(duration_s=Fraction(61, 3), header_duration_s=Fraction(61, 3)),
    "an interlaced HDR clip of a camera on its side": video(
        duration_s=Fraction(20), interlaced=True, transfer="smpte2084", rotation_deg=90
    ),
    "a wide clip": video(width_px=1300, height_px=500),
    "a short clip": video(duration_s=Fraction(3, 2), header_duration_s=Fraction(3, 2)),
    "a small image": image(width_px=200, height_px=200, stored_width_px=200, stored_height_px=200),
    "a long sound": audio(duration_s=Fraction(50, 3), stored_duration_s=Fraction(50, 3)),
}


@pytest.mark.parametrize("facts", PLANNED.values(), ids=PLANNED.keys())
def test_every_plan_that_is_printed_is_read_and_is_not_edited(facts: Facts, tmp_path: Path) -> None:
    found = plan(judged(facts), PROFILE, FixOptions(allow="creative", extend="loop"))
    assert found.steps
    (asset,) = read(tmp_path, *printed(found), mark=mark_of(found.steps)).assets
    assert not asset.is_edited
    assert [type(one) for one in asset.steps] == [type(one) for one in found.steps]
    (changed,) = read(tmp_path, *printed(found)[:-1], WRITE | {"format": "mov"}, mark=mark_of(found.steps)).assets
    assert changed.is_edited


def test_a_plan_without_steps_needs_no_source(tmp_path: Path) -> None:
    (asset,) = read(tmp_path, source=None).assets
    assert asset.steps == ()


def test_a_plan_that_does_not_say_its_content_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="does not say which content it is for"):
        read(tmp_path, WRITE, source=None)


@pytest.mark.parametrize("steps", [(step("retime", frame_rate_hz=25),), (WRITE, WRITE)])
def test_a_plan_writes_one_file(steps: tuple[dict[str, Any], ...], tmp_path: Path) -> None:
    with pytest.raises(CallError, match="a plan writes one file"):
        read(tmp_path, *steps)


IMPOSSIBLE: tuple[dict[str, Any], ...] = (
    step("retime", frame_rate_hz=0),
    step("retime", frame_rate_hz=-1),
    step("retime", frame_rate_hz=MOST_HZ + 1),
    step("resize", width_px=0, height_px=10),
    step("resize", width_px=MOST_PX + 1, height_px=10),
    step("resize", width_px=MOST_PX, height_px=MOST_PX),
    step("crop", width_px=10, height_px=10, left_px=-1, top_px=0),
    step("pad", width_px=10, height_px=10, fill="black:x=1"),
    step("flatten", color="red"),
    step("flatten", color="blur"),
    step("cut", start_s=-1, length_s=5),
    step("cut", start_s=0, length_s=0),
    step("cut", start_s=0, length_s=10**6),
    step("cut", start_s=0, length_s=5, packets={"first": -1, "count": 3}),
    step("cut", start_s=0, length_s=5, packets={"first": 0, "count": 0}),
    step("extend", how="slow", from_s=0, length_s=5),
    step("extend", how="loop", from_s=5, length_s=2),
    step("extend", how="loop", from_s=1, length_s=2, frame_rate_hz=0),
    step("lead", how="hold", length_s=-1),
    step("lead", how="hold", length_s=10**8),
    step("turn", degrees=45),
    step("turn", degrees=-90),
    step(
        "aperture",
        area={"left_px": -2, "top_px": 0, "width_px": 9, "height_px": 9},
        stored_width_px=9,
        stored_height_px=9,
    ),
    step(
        "aperture",
        area={"left_px": 2, "top_px": 0, "width_px": 9, "height_px": 9},
        stored_width_px=10,
        stored_height_px=9,
    ),
    step(
        "aperture",
        area={"left_px": 0, "top_px": 0, "width_px": 9, "height_px": 0},
        stored_width_px=10,
        stored_height_px=9,
    ),
    step("drop-sound", places=[], why="empty"),
    step("drop-sound", places=[-1], why="empty"),
    step("join-sound", left=0, right=0),
    step("join-sound", left=-1, right=0),
    step("encode", codec="libx265"),
    step("encode", codec="aac", channels=0),
    step("encode", codec="aac", sample_rate_hz=-1),
    step("encode", codec="aac", tracks=[-1]),
    WRITE | {"format": "../../x"},
    WRITE | {"max_bytes": 0},
    WRITE | {"min_side_px": 0},
)


@pytest.mark.parametrize("impossible", IMPOSSIBLE, ids=lambda one: f"{one['do']} {list(one.values())[3:]}")
@pytest.mark.parametrize("place", ["steps", "otherwise"])
def test_a_step_that_cannot_be_done_is_refused_in_its_words(
    impossible: dict[str, Any], place: str, tmp_path: Path
) -> None:
    written = [] if impossible["do"] == "write" and place == "steps" else [WRITE]
    first, other = ([impossible], []) if place == "steps" else ([], [impossible])
    with pytest.raises(CallError, match=r"this cannot be done: \w+"):
        read(tmp_path, *first, *written, otherwise=other)


@pytest.mark.parametrize(
    "change",
    [
        {"do": "delete"},
        {"frame_rate_hz": "1/0"},
        {"frame_rate_hz": True},
        {"frame_rate_hz": None},
        {"frame_rate_hz": "1e999"},
        {"frame_rate_hz": 10**12},
        {"loss": "some"},
        {"clears": "video/codec"},
        {"frame_rate_hz": "24000/1001/1"},
    ],
)
def test_a_step_of_another_shape_is_no_plan(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(CallError, match="is no plan: "):
        read(tmp_path, step("retime", frame_rate_hz=24) | change, WRITE)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        *((text, "is no plan") for text in ("", "{}", "[]", '{"schema": "preflight.fix/2"}', "\0", "nul")),
        ('{"schema": ' + "[" * 100_000, "nested too deeply"),
        ('{"schema": ' + "[" * 500 + "]" * 500 + "}", "nested more than 64 deep"),
        ('{"schema": ' + "9" * 5_000 + "}", "a number of 5,000 digits"),
        ('{"schema": NaN}', "NaN is no number that JSON knows"),
    ],
)
def test_what_is_no_plan_is_refused_in_words(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(CallError, match=said):
        read_plans(tmp_path / "plan.json")


def test_an_absent_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="cannot be read: No such file"):
        read_plans(tmp_path / "plan.json")


@given(st.text(max_size=40), st.sampled_from(["do", "loss", "frame_rate_hz", "format", "clears"]))
def test_any_word_in_any_place_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, word: str, key: str
) -> None:
    folder = tmp_path_factory.mktemp("plan")
    try:
        assert read(folder, step("retime", frame_rate_hz=24) | {key: word}, WRITE).assets
    except CallError as error:
        assert str(error).startswith(str(folder))  # noqa: PT017 - most words are refused, and some are read


def test_a_plan_beyond_the_edition_s_sides_is_refused_and_one_at_its_bound_is_not(tmp_path: Path) -> None:
    written = WRITE | {"format": min(FORMATS["image"])}
    most = PROFILE.image.side_px.max
    assert most is not None
    for side, refused in ((int(most), False), (int(most) + 1, True)):
        found = read(tmp_path, step("resize", width_px=side, height_px=500), written)
        if refused:
            with pytest.raises(CallError, match=rf"to {side} x 500 px is asked for"):
                refuse_beyond(tmp_path / "plan.json", found, PROFILE)
        else:
            refuse_beyond(tmp_path / "plan.json", found, PROFILE)
