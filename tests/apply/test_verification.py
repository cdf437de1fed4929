"""A new file against its plan and against its source."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from preflight.apply.ffmpeg import find_tool, run
from preflight.apply.similarity import Sought, dissimilarity, ends_of
from preflight.apply.stills import own_stills
from preflight.apply.verification import mismatches
from preflight.plan import Plan, Step
from preflight.plan.steps import Cut, Extend, Packets, Resize, Retime, Write
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts, Facts, VideoFacts
from tests import made
from tests.specimens import MEDIA, judged

CLIP = made.video(duration_s=Fraction(20), frames=500, frame_rate_hz=Fraction(25), sound_codec="aac")
SOUND = made.audio(duration_s=Fraction(20), format="wav")
CUT = Cut(start_s=Fraction(2), length_s=Fraction(15), loss="lossy", clears=())


def todo(*steps: Step, kind: str = "video") -> Plan:
    return Plan(asset=Asset(path="a"), kind=kind, steps=steps)  # type: ignore[arg-type] # one of three words


def wrong(before: Facts, *steps: Step, **after: object) -> list[str]:
    changed: Facts = msgspec.structs.replace(before, **after)
    return list(mismatches(todo(*steps), before, changed))


def test_what_is_as_planned_contradicts_nothing() -> None:
    assert wrong(CLIP, CUT, duration_s=Fraction(15), frames=375) == []
    assert wrong(CLIP) == []
    assert wrong(SOUND, CUT, duration_s=Fraction(15)) == []


@pytest.mark.parametrize(
    ("steps", "after", "said"),
    [
        ((CUT,), {"duration_s": Fraction(149, 10)}, "it lasts 14.9 s, planned were 15 s"),
        ((), {"duration_s": None}, "it lasts an unknown number of s, planned were 20 s"),
        ((), {"sound_codec": None}, "its sound is missing"),
        ((), {"width_px": 1000}, "it is 1000 x "),
        (
            (Retime(frame_rate_hz=Fraction(24), loss="lossy", clears=()),),
            {"frame_rate_hz": Fraction(25)},
            "it has 25 fps, planned were 24 fps",
        ),
        (
            (msgspec.structs.replace(CUT, packets=Packets(0, 375)),),
            {"duration_s": Fraction(15), "frames": 374},
            "it holds 374 pictures, planned were 375",
        ),
        (
            (Resize(width_px=640, height_px=360, loss="lossy", clears=()),),
            {"width_px": 640, "height_px": 361},
            "it is 640 x 361 px, planned were 640 x 360 px",
        ),
        (
            (Extend(how="loop", from_s=Fraction(20), length_s=Fraction(22), loss="creative", clears=()),),
            {},
            "it lasts 20 s, planned were 22 s",
        ),
    ],
)
def test_what_is_otherwise_than_planned_is_said(steps: tuple[Step, ...], after: dict[str, object], said: str) -> None:
    (found,) = wrong(CLIP, *steps, **after)
    assert found.startswith(said)


def test_a_first_picture_held_while_the_sound_has_begun_is_as_planned() -> None:
    late = msgspec.structs.replace(CLIP, header_duration_s=Fraction(41, 2))
    assert wrong(late, duration_s=Fraction(41, 2)) == []
    assert wrong(late, duration_s=Fraction(41, 2) + Fraction(1, 10)) != []
    assert wrong(late, CUT, duration_s=Fraction(31, 2)) != []


def test_sound_that_was_not_there_is_said() -> None:
    assert wrong(msgspec.structs.replace(CLIP, sound_codec=None), sound_codec="aac") == [
        "it has sound that was not there"
    ]


def test_a_wav_is_held_to_the_sample_and_what_has_frames_to_its_padding() -> None:
    late = Fraction(15) + Fraction(1, 100)
    assert wrong(SOUND, CUT, duration_s=late) == ["it lasts 15.01 s, planned were 15 s"]
    assert wrong(msgspec.structs.replace(SOUND, format="mp3"), CUT, duration_s=late) == []


DEEP = msgspec.structs.replace(SOUND, format="flac", sample_type="integer", bit_depth=24)
KEPT = Write(format="wav", loss="lossless", clears=())


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"bit_depth": 16}, "it has 16 bits a sample, its source has 24"),
        ({"bit_depth": None}, "it has untold bits a sample, its source has 24"),
        ({"channels": 1}, "it has 1 channels, its source has 2"),
        ({"sample_rate_hz": 48_000}, "it has 48000 samples a second, its source has 44100"),
        ({"bit_depth": 32}, None),
    ],
)
def test_samples_that_cannot_be_the_source_s_are_said_where_none_may_be_lost(
    after: dict[str, object], said: str | None
) -> None:
    assert wrong(DEEP, KEPT, **after) == ([said] if said else [])
    assert wrong(DEEP, msgspec.structs.replace(KEPT, loss="lossy"), **after) == []


def test_another_kind_of_file_is_no_result() -> None:
    assert list(mismatches(todo(), CLIP, SOUND)) == ["it became another kind of file"]


def test_a_picture_that_had_to_shrink_keeps_its_shape() -> None:
    before = made.image(width_px=4000, height_px=3000)
    write = Write(format="jpeg", max_bytes=1000, loss="lossy", clears=())
    assert wrong(before, write, width_px=400, height_px=300) == []
    assert wrong(before, write, width_px=400, height_px=400) != []
    assert wrong(before, write, width_px=5000, height_px=3750) != []


def test_a_clip_is_compared_at_both_ends(tmp_path: Path) -> None:
    source = tmp_path / "long.mp4"
    fade = "gradients=s=320x320:r=10:d=4:c0=black:c1=white:speed=0.00001,rotate=a=t*0.7:c=gray"
    run(find_tool().path, ["-f", "lavfi", "-i", fade, "-f", "mp4", f"file:{source}"])
    other = tmp_path / "backwards.mp4"
    run(find_tool().path, ["-i", f"file:{source}", "-vf", "reverse", "-f", "mp4", f"file:{other}"])
    before, after = judged(source).facts, judged(other).facts
    assert before
    assert after
    whole = Plan(asset=Asset(path=str(source)), kind="video")
    ends = ends_of(whole, before)
    assert dissimilarity(whole, before, ends, source, before) is None
    assert dissimilarity(whole, before, ends, other, after) == "its first picture does not look like its source's"
    turned = Sought(frames={"first": ends.frames["last"], "last": ends.frames["last"]})
    assert dissimilarity(whole, before, turned, other, after) == "its last picture does not look like its source's"


def test_a_part_is_compared_with_the_frames_of_that_part() -> None:
    source = MEDIA / "video-20s.mp4"
    before = judged(source).facts
    assert isinstance(before, VideoFacts)
    part = Cut(start_s=Fraction(3), length_s=Fraction(5), loss="lossy", clears=())
    ends = ends_of(Plan(asset=Asset(path=str(source)), kind="video", steps=(part,)), before)
    frame = 1 / Fraction(25)
    for name, moment in {"first": Fraction(3), "middle": Fraction(137, 25), "last": 8 - frame}.items():
        wanted = own_stills(str(source), before, [moment - frame, moment, moment + frame])
        assert ends.frames[name] == wanted


def test_what_is_made_longer_is_compared_at_its_beginning_alone() -> None:
    source = MEDIA / "video-5.04s.mp4"
    before = judged(source).facts
    assert before
    longer = Extend(
        how="loop", from_s=Fraction(5), length_s=Fraction(8), frame_rate_hz=Fraction(24), loss="creative", clears=()
    )
    assert list(ends_of(Plan(asset=Asset(path=str(source)), kind="video", steps=(longer,)), before).frames) == ["first"]


def test_a_sound_shows_nothing() -> None:
    facts = made.audio()
    assert isinstance(facts, AudioFacts)
    assert ends_of(todo(kind="audio"), facts) == Sought()
    assert dissimilarity(todo(kind="audio"), facts, Sought(), Path("a"), facts) is None
