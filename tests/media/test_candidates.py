"""What is proposed to be kept of judged assets that are too long."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from preflight.apply.ffmpeg import find_tool, run
from preflight.media.candidates import propose
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.profiles import Profile
from preflight.values.assets import Window
from preflight.values.bounds import Bounds
from preflight.values.findings import Judged
from tests.made import judged as made_up
from tests.made import video
from tests.media.conftest import CUTS, Film
from tests.specimens import PROFILE, judged, media

F = Fraction
Tune = Callable[..., Path]


# ---- propose --------------------------------------------------------------------------------------------------------


def test_the_one_part_that_moves_is_found_in_half_an_hour(film: Film, tmp_path: Path) -> None:
    options = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "120", "-pix_fmt", "yuv420p", "-video_track_timescale")
    dull = film("dull.mp4", "smptebars=s=64x64:r=30:d=60", graph="noise=alls=3:allf=t", options=(*options, "15360"))
    lively = film("lively.mp4", "testsrc2=s=64x64:r=30:d=12", graph="rotate=t/2", options=(*options, "15360"))
    (tmp_path / "list.txt").write_text("".join(f"file '{one}'\n" for one in [dull] * 20 + [lively] + [dull] * 9))
    long = tmp_path / "long.mp4"
    run(find_tool().path, ["-f", "concat", "-safe", "0", "-i", str(tmp_path / "list.txt"), "-c", "copy", str(long)])
    heard: list[Fraction] = []
    best, *_ = propose(judged(long), PROFILE, progress=heard.append)
    assert best.window == Window(F(1200), F(1212))
    assert heard[0] == 0
    assert heard == sorted(heard)


def test_whole_shots_of_a_clip_that_is_too_long_are_proposed(clip: Judged, five_seconds: Profile) -> None:
    found = propose(clip, five_seconds)
    edges = [F(0), *(F(frame, 25) for frame in CUTS), F(203, 25)]
    assert all(one.window.start_s in edges and one.window.end_s in edges for one in found if one.why.endswith("whole"))
    assert found[0].why == "shots 1 to 2 of 5, whole"


def test_a_sound_that_is_too_long_is_proposed_between_quiet_moments(tune: Tune, five_seconds: Profile) -> None:
    sound = judged(tune((0.1, 3.9), (0.0, 0.2), (0.5, 4.5), (0.0, 0.2), (0.1, 5)))
    best = propose(sound, five_seconds)[0].window
    assert F(38, 10) <= best.start_s <= F(42, 10)
    assert F(85, 10) <= best.end_s <= F(89, 10)


def test_looking_tells_how_far_it_is(clip: Judged, five_seconds: Profile) -> None:
    told: list[Fraction] = []
    propose(clip, five_seconds, progress=told.append)
    assert told == sorted(told)
    assert told[0] < F(1, 2)


def test_a_share_of_what_a_request_has_together_is_what_may_be_kept(clip: Judged, five_seconds: Profile) -> None:
    found = propose(clip, five_seconds, longest_s=F(17, 10))
    assert all(one.window.end_s - one.window.start_s <= F(17, 10) for one in found)
    assert any(one.why.endswith("whole") for one in found)


@pytest.mark.parametrize("name", ["image-ok.png", "video-5s.mp4", "audio-5s.wav", "video-1.8s.mp4", "empty.mp4"])
def test_where_nothing_is_to_be_chosen_nothing_is_proposed(name: str) -> None:
    assert propose(judged(name), PROFILE) == ()


def test_what_only_a_header_calls_too_long_is_proposed_whole() -> None:
    found = propose(judged("video-header-claims-20s.mp4"), PROFILE)
    assert found[0].window.start_s == 0
    assert found[0].window.end_s == video_length("video-header-claims-20s.mp4")


def video_length(name: str) -> Fraction:
    facts = judged(name).facts
    length = getattr(facts, "duration_s", None)
    assert isinstance(length, Fraction)
    return length


def test_a_part_that_a_person_marked_is_not_chosen_again(clip: Judged, five_seconds: Profile) -> None:
    marked = msgspec.structs.replace(clip.asset, keep=Window(F(1), F(3)))
    assert propose(msgspec.structs.replace(clip, asset=marked), five_seconds) == ()


def test_what_lies_at_a_url_is_not_looked_into() -> None:
    assert propose(made_up(video(duration_s=F(60)), "https://example.com/a.mp4"), PROFILE) == ()


def test_a_file_that_went_away_could_not_be_looked_into(tmp_path: Path) -> None:
    with pytest.raises(Unmeasured, match="cannot be read"):
        propose(made_up(video(duration_s=F(60)), str(tmp_path / "gone.mp4")), PROFILE)


def test_a_clip_that_cannot_be_decoded_has_no_proposal(five_seconds: Profile) -> None:
    claims = made_up(video(duration_s=F(60)), media("video-no-picture-data.mp4"))
    with pytest.raises(Unreadable):
        propose(claims, five_seconds)


def test_looking_is_bounded() -> None:
    large = made_up(video(duration_s=F(60)), media("video-3840x2160.mp4"))
    with pytest.raises(Unmeasured, match=r"more than 0\.1 s"):
        propose(large, PROFILE, Bounds(seconds=0.1))
