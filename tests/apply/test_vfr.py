"""Clips whose frames come at times of their own are planned right at first: one encode, as long as was said."""

import subprocess
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.apply import apply_plan
from preflight.apply.ffmpeg import find_tool
from preflight.flow.fix import order_of
from preflight.plan import FixOptions, plan
from preflight.plan.av import steady_rate
from preflight.plan.steps import Retime, find
from preflight.values.assets import Window
from preflight.values.limits import Range
from tests.made import judged as made_up
from tests.made import video
from tests.specimens import PROFILE, judged, lowered

FEW = lowered(PROFILE, least_px=360 * 200)
"""The default edition for small clips, but larger than these, which are encoded for that."""
PART = Window(Fraction(1), Fraction(4))
LEFT_OUT = {
    "screen.mp4": (60, "if(between(mod(t\\,3)\\,1\\,2)\\,1\\,not(mod(n\\,12)))", ()),
    "phone.mov": (30, "lt(random(1)\\,0.85)", ("-video_track_timescale", "1000")),
    "held.mp4": (30, "lt(t\\,4.5)+eq(n\\,179)", ()),
    "ticks.mkv": (60, "lt(t\\,3)+not(mod(n\\,4))", ()),
}


@pytest.mark.parametrize(
    ("name", "keep"),
    [("screen.mp4", PART), ("phone.mov", None), ("held.mp4", None), ("ticks.mkv", PART)],
)
def test_one_encode_makes_what_was_planned(name: str, keep: Window | None, tmp_path: Path) -> None:
    rate, kept, options = LEFT_OUT[name]
    path = tmp_path / name
    source = f"testsrc2=size=320x180:rate={rate}:duration=6,select='{kept}'"
    coded = ["-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-threads", "2", *options]
    subprocess.run([find_tool().path, "-v", "error", "-f", "lavfi", "-i", source, *coded, str(path)], check=True)
    verdict = judged(path, FEW)
    assert verdict.facts
    found = plan(verdict, FEW, FixOptions(keep_of={str(path): keep} if keep else {}))
    assert find(found.steps, Retime)
    done = apply_plan(found, verdict.facts, order_of(FEW, tmp_path / "out"))
    assert (done.missed, done.plan.steps) == ("", found.steps)


@pytest.mark.parametrize(
    ("mean", "rate"),
    [("24.13", 30), ("24.9", 25), ("29.5", 30), ("31", 60), ("45", 60), ("49.2", 50), ("24", 24), ("60", 60)],
)
def test_the_rate_is_one_at_which_frames_were_left_out(mean: str, rate: int) -> None:
    assert (
        steady_rate(Fraction(mean), Range(min=Fraction(24), max=Fraction(60), source="", read=date(2026, 11, 29)))
        == rate
    )


def test_where_no_usual_rate_is_allowed_the_mean_is_taken() -> None:
    narrow = Range(min=Fraction(10), max=Fraction(12), source="", read=date(2026, 11, 29))
    assert steady_rate(Fraction(11), narrow) == 11


def test_frames_that_are_not_encoded_keep_their_times() -> None:
    named = video(frame_rate_constant=False, location=True)
    assert find(plan(made_up(named), PROFILE, FixOptions(also=("location",))).steps, Retime) is None
