"""Planning for clips and sounds: the least that clears the findings, and one encode a file."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.av import bit_rate_that_fits, target_rate
from preflight.plan.steps import Crop, Cut, Deinterlace, Encode, Pad, Resize, Retime, ToneMap, Turn, Write, find
from preflight.probe.cut_points import CutPoint
from preflight.report.remedies import said
from preflight.values.assets import Window
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Judged
from tests.made import audio, judged, video
from tests.specimens import PROFILE

NTSC = Fraction(24000, 1001)


def kept(verdict: Judged, window: Window) -> Judged:
    return msgspec.structs.replace(verdict, asset=msgspec.structs.replace(verdict.asset, keep=window))


def planned(facts: VideoFacts | AudioFacts, **fix_options: Any) -> Plan:  # noqa: ANN401 - any wish
    return plan(judged(facts), PROFILE, FixOptions(**fix_options))


def lasting(seconds: str, **more: Any) -> VideoFacts:  # noqa: ANN401 - any field of the facts
    return video(duration_s=Fraction(seconds), header_duration_s=Fraction(seconds), **more)


def heard(seconds: str, **more: Any) -> AudioFacts:  # noqa: ANN401 - any field of the facts
    whole = Fraction(seconds)
    return audio(**{"duration_s": whole, "stored_duration_s": whole, "header_duration_s": whole, **more})


def kinds(found: Plan) -> list[type]:
    return [type(step) for step in found.steps]


@pytest.mark.parametrize(
    "facts",
    [
        video(),
        video(codec="vp9"),
        video(transfer="smpte2084"),
        video(rotation_deg=90),
        video(interlaced=True),
        video(location=True),
        audio(),
        audio(format="mp3"),
    ],
)
def test_what_passes_is_not_touched_whatever_it_is_warned_of(facts: VideoFacts | AudioFacts) -> None:
    assert planned(facts).steps == ()


@pytest.mark.parametrize(
    ("rate", "target"),
    [
        (NTSC, 24),
        (Fraction(12), 24),
        (Fraction(24), 24),
        (Fraction(25), 25),
        (Fraction(60), 60),
        (Fraction(601, 10), 60),
        (Fraction(120), 60),
        (Fraction(120_000, 1001), Fraction(60_000, 1001)),
        (Fraction(240), 60),
        (Fraction(100), 60),
    ],
)
def test_the_new_rate_is_the_nearest_that_is_allowed(rate: Fraction, target: Fraction) -> None:
    assert target_rate(rate, PROFILE.video.frame_rate_hz) == target


@given(st.fractions("1/10", 1000, max_denominator=2000))
def test_a_new_rate_is_always_allowed_and_a_good_one_stays(rate: Fraction) -> None:
    limit = PROFILE.video.frame_rate_hz
    target = target_rate(rate, limit)
    assert limit.broken_by(target) is None
    assert limit.broken_by(rate) is not None or target == rate


def test_a_rate_is_changed_in_one_encode_and_nothing_else_is() -> None:
    found = planned(video(frame_rate_hz=NTSC, frames=120))
    assert kinds(found) == [Retime, Encode, Write]
    assert found.loss == "lossy"


def test_a_new_container_needs_no_encode() -> None:
    found = planned(video(format="matroska"))
    assert [(type(step), step.loss) for step in found.steps] == [(Write, "lossless")]
    write = find(found.steps, Write)
    assert write
    assert write.format == "mp4"


def test_a_new_container_for_other_codecs_encodes_pictures_and_sound() -> None:
    found = planned(video(format="matroska", codec="vp9", sound_codec="opus"))
    assert [step.codec for step in found.steps if isinstance(step, Encode)] == ["libx264", "aac"]


def test_a_good_sound_is_copied_beside_pictures_that_are_encoded() -> None:
    found = planned(video(frame_rate_hz=NTSC, sound_codec="aac"))
    assert [step.codec for step in found.steps if isinstance(step, Encode)] == ["libx264"]


def test_an_encode_puts_right_what_it_meets() -> None:
    found = planned(lasting("20", interlaced=True, transfer="smpte2084", rotation_deg=90))
    assert kinds(found) == [Cut, Deinterlace, ToneMap, Turn, Encode, Write]


STARTS = [("start", Fraction(0)), ("middle", Fraction(62, 25)), ("end", Fraction(5))]


@pytest.mark.parametrize(("keep", "start"), STARTS)
def test_a_clip_that_is_too_long_keeps_the_part_that_is_wished(keep: str, start: Fraction) -> None:
    cut = find(planned(lasting("20"), keep=keep).steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [start, 15]


def test_a_cut_is_a_whole_number_of_frames_at_the_new_rate() -> None:
    cut = find(planned(lasting("20", frame_rate_hz=Fraction(30000, 1001))).steps, Cut)
    assert cut
    assert (cut.length_s * Fraction(30000, 1001)).denominator == 1
    assert cut.length_s <= 15


def test_a_marked_part_is_kept_even_of_a_clip_that_passes() -> None:
    window = Window(Fraction(1), Fraction(4))
    found = plan(kept(judged(video()), window), PROFILE, FixOptions())
    cut = find(found.steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [1, 3]


def test_a_part_may_be_marked_by_the_files_path() -> None:
    cut = find(planned(lasting("20"), keep_of={"a.mp4": Window(Fraction(5), Fraction(9))}).steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [5, 4]


def test_a_marked_part_longer_than_the_limit_is_cut_to_it() -> None:
    cut = find(plan(kept(judged(lasting("40")), Window(Fraction(5), Fraction(35))), PROFILE, FixOptions()).steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [5, 15]


def test_a_marked_part_is_cut_at_the_end_of_the_clip() -> None:
    cut = find(plan(kept(judged(video()), Window(Fraction(2), Fraction(100))), PROFILE, FixOptions()).steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [2, 3]


@pytest.mark.parametrize("facts", [video(), audio(), audio(format="mp3")])
@pytest.mark.parametrize("start", ["5", "50"])
def test_a_marked_part_beyond_the_end_is_beyond_mending_and_said(facts: VideoFacts | AudioFacts, start: str) -> None:
    found = plan(kept(judged(facts), Window(Fraction(start), Fraction(100))), PROFILE, FixOptions())
    assert found.steps == ()
    assert said(found.remedies) == f"The part to keep begins at {start} s, but there are only 5 s."


def test_what_is_too_short_is_beyond_mending_and_said() -> None:
    for found in (planned(lasting("1.9")), planned(heard("1.9"))):
        assert found.steps == ()
        assert said(found.remedies).startswith("Too short cannot be mended without changing what is shown")


def test_a_clip_that_is_too_large_for_being_too_long_is_only_cut_where_packets_allow_it() -> None:
    cut_point = CutPoint(start_s=Fraction(0), length_s=Fraction(15), first=0, frames=375)
    for size, steps in ((100_000_000, [Cut, Write]), (400_000_000, [Cut, Encode, Write])):
        found = plan(judged(lasting("60", bytes=size)), PROFILE, FixOptions(), lambda _: cut_point)
        assert kinds(found) == steps
        assert {"video/duration", "video/size"} <= {rule for step in found.steps for rule in step.clears}
        assert bool(found.otherwise) == (steps == [Cut, Write])


def test_a_clip_too_large_is_scaled_to_the_limit() -> None:
    found = planned(video(width_px=1920, height_px=1080))
    assert kinds(found) == [Resize, Encode, Write]
    assert find(found.steps, Resize) == Resize(width_px=1280, height_px=720, loss="lossy", clears=("video/pixels",))


@pytest.mark.parametrize(("fit", "step"), [("crop", Crop), ("pad", Pad)])
def test_a_shape_is_changed_only_when_that_is_asked_for_by_name(fit: str, step: type) -> None:
    wide = video(width_px=1300, height_px=500)
    assert planned(wide).beyond_mending
    assert kinds(planned(wide, allow="creative", fit=fit)) == [step, Encode, Write]


def test_the_bit_rate_leaves_room_in_the_limit() -> None:
    limit = PROFILE.video.bytes
    rate = bit_rate_that_fits(limit, Fraction(15), 1)
    assert rate
    assert (rate + 192_000) / 8 * 15 <= 25_000_000
    assert bit_rate_that_fits(msgspec.structs.replace(limit, max=None, warn_above=None), Fraction(15), 1) is None


@given(st.integers(1, 80_000), st.integers(0, 2))
def test_a_clip_of_hours_is_encoded_with_less_than_usual_where_that_is_what_fits(seconds: int, tracks: int) -> None:
    limit = msgspec.structs.replace(PROFILE.video.bytes, max=Fraction(200 << 20), warn_above=None)
    rate = bit_rate_that_fits(limit, Fraction(seconds), tracks)
    assert rate
    heard = 192_000 * tracks
    assert rate <= 20_000 or (rate + heard) * seconds / 8 <= 200 << 20
    assert rate >= 200_000 or (200_000 + heard) * seconds / 8 > (180 << 20)


@given(st.fractions(2, 15), st.booleans())
def test_a_clip_at_its_highest_bit_rate_is_within_the_limit(length: Fraction, sound: bool) -> None:
    rate = bit_rate_that_fits(PROFILE.video.bytes, length, sound)
    assert rate
    assert PROFILE.video.bytes.warn_above
    assert rate * length / 8 < PROFILE.video.bytes.warn_above


@pytest.mark.parametrize("facts", [lasting("6"), heard("6")])
@pytest.mark.parametrize(("start", "end", "lasts"), [("3", "4", "1"), ("5", "9", "1"), ("2", "3.999", "1.999")])
def test_a_marked_part_that_is_too_short_is_said_before_anything_is_made(
    facts: VideoFacts | AudioFacts, start: str, end: str, lasts: str
) -> None:
    found = plan(kept(judged(facts), Window(Fraction(start), Fraction(end))), PROFILE, FixOptions())
    assert found.steps == ()
    (finding,) = found.beyond_mending
    assert finding.message == f"the part to keep lasts {lasts} s; 2 to 15 s allowed"
    assert (finding.limit, finding.source) == ("2..15", PROFILE.video.duration_s.source) or found.kind == "audio"
    assert said(found.remedies).startswith(
        "Mark at least 2 s (--keep FILE=START-END), or say how it is made longer: --extend"
    )


@pytest.mark.parametrize("facts", [lasting("1.5"), heard("1.5")])
def test_a_marked_part_of_what_is_too_short_itself_is_not_what_is_wrong(facts: VideoFacts | AudioFacts) -> None:
    found = plan(kept(judged(facts), Window(Fraction(0), Fraction(1))), PROFILE, FixOptions())
    assert said(found.remedies).startswith("Too short cannot be mended")


@given(
    st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(48), NTSC]),
    st.fractions(0, 3, max_denominator=1000),
)
def test_a_part_marked_just_long_enough_is_not_rounded_to_too_short(rate: Fraction, start: Fraction) -> None:
    facts = lasting("5", frame_rate_hz=rate)
    cut = find(plan(kept(judged(facts), Window(start, start + 2)), PROFILE, FixOptions()).steps, Cut)
    assert cut
    assert cut.start_s >= 0
    assert cut.start_s + cut.length_s <= 5
    assert 2 <= cut.length_s < 2 + Fraction(1, 24)


@given(st.fractions("15.01", 200, max_denominator=1000), st.sampled_from(["start", "middle", "end"]))
def test_a_cut_lies_within_the_clip_and_within_the_limit(whole: Fraction, keep: str) -> None:
    facts = video(duration_s=whole, header_duration_s=whole)
    cut = find(plan(judged(facts), PROFILE, FixOptions(keep=keep)).steps, Cut)  # type: ignore[arg-type] # one of the words
    assert cut
    assert cut.start_s >= 0
    assert cut.start_s + cut.length_s <= whole
    assert Fraction("14.9") < cut.length_s <= 15
