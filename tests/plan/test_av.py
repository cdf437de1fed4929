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


DEEP: dict[str, Any] = {"sample_type": "integer", "bit_depth": 24}


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


@given(st.fractions(2, 15), st.booleans())
def test_a_clip_at_its_highest_bit_rate_is_within_the_limit(length: Fraction, sound: bool) -> None:
    rate = bit_rate_that_fits(PROFILE.video.bytes, length, sound)
    assert rate
    assert PROFILE.video.bytes.warn_above
    assert rate * length / 8 < PROFILE.video.bytes.warn_above


@pytest.mark.parametrize(
    ("facts", "steps", "loss"),
    [
        (heard("20"), [Cut, Write], "lossless"),
        (heard("20", format="mp3", codec="mp3"), [Cut, Write], "lossless"),
        (heard("5", format="m4a", codec="aac", sample_type="coded"), [Encode, Write], "lossy"),
        (
            heard("5", format="aiff", codec="pcm_s16be", sample_type="integer", bit_depth=16),
            [Encode, Write],
            "lossless",
        ),
        (heard("20", format="flac", codec="flac", **DEEP), [Cut, Encode, Write], "lossy"),
        (heard("20", codec="pcm_u8", sample_type="integer", bit_depth=8), [Cut, Encode, Write], "lossless"),
        (heard("20", codec="adpcm_ima_wav", sample_type="coded"), [Cut, Encode, Write], "lossless"),
        (heard("20", codec="mp3", sample_type="coded"), [Cut, Encode, Write], "lossy"),
        (heard("5", format="matroska", codec="wavpack"), [Encode, Write], "lossy"),
        (heard("5", bytes=20_000_000), [Write], "lossless"),
        (heard("15", bytes=23_000_000, codec="pcm_f32le", sample_rate_hz=192_000), [Encode, Write], "lossy"),
        (heard("60", bytes=17_280_000, codec="pcm_s24le", sample_rate_hz=48_000), [Cut, Encode, Write], "lossy"),
        (heard("600", bytes=24_000_000, format="mp3", codec="mp3"), [Cut, Write], "lossless"),
        (heard("5", header_duration_s=Fraction(20)), [Cut, Write], "lossless"),
    ],
)
def test_a_sound_is_cut_or_written_anew_with_the_least_loss(facts: AudioFacts, steps: list[type], loss: str) -> None:
    found = planned(facts)
    assert (kinds(found), found.loss) == (steps, loss)


def test_an_mp3_is_cut_so_that_what_it_stores_is_within_too() -> None:
    cut = find(planned(heard("15", format="mp3", stored_duration_s=Fraction("15.047"))).steps, Cut)
    assert cut
    assert cut.length_s == Fraction("14.9")


def test_a_sound_too_large_for_wav_becomes_mp3_with_room_for_its_padding() -> None:
    room = msgspec.structs.replace(PROFILE.audio.bytes, max=Fraction(1_000_000), warn_above=None)
    tight = msgspec.structs.replace(PROFILE, audio=msgspec.structs.replace(PROFILE.audio, bytes=room))
    found = plan(judged(heard("15", format="flac", sample_rate_hz=192_000, channels=8)), tight, FixOptions())
    assert "192 kHz resampled to 48 kHz, 8 channels mixed down to 2" in found.steps[1].words()
    cut, write = find(found.steps, Cut), find(found.steps, Write)
    assert cut
    assert write
    assert (cut.length_s, write.format, found.loss) == (Fraction("14.9"), "mp3", "lossy")


def coding(facts: AudioFacts, **fix_options: Any) -> tuple[str, bool, str]:  # noqa: ANN401 - any field of the wishes
    """Return how a sound is encoded: by what, whether with dither, and with which loss."""
    found = find(planned(facts, **fix_options).steps, Encode)
    assert found
    return found.codec, found.dither, found.loss


STORED = [
    (("integer", 8), ("pcm_s16le", False, "lossless"), ("pcm_s16le", False, "lossless")),
    (("integer", 16), ("pcm_s16le", False, "lossless"), ("pcm_s16le", False, "lossless")),
    (("integer", 20), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossless")),
    (("integer", 24), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossless")),
    (("integer", 32), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
    (("float", 32), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
    (("float", 64), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
    (("coded", None), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
    ((None, None), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
    ((None, 24), ("pcm_s16le", True, "lossy"), ("pcm_s24le", False, "lossy")),
]


@pytest.mark.parametrize(("stored", "plain", "deep"), STORED)
def test_a_wav_has_16_bits_and_is_deeper_only_where_that_is_asked_for(
    stored: tuple[str | None, int | None], plain: tuple[str, bool, str], deep: tuple[str, bool, str]
) -> None:
    facts = heard("5", format="aiff", codec="any", sample_type=stored[0], bit_depth=stored[1])
    assert coding(facts) == plain
    assert coding(facts, bits="source") == deep


@pytest.mark.parametrize("fix_options", [{"bits": "source"}, {"allow": "lossless"}])
def test_a_wav_of_24_bits_is_cut_as_it_is_where_no_bit_may_be_lost(fix_options: dict[str, str]) -> None:
    facts = heard("20", codec="pcm_s24le", **DEEP)
    found = planned(facts, **fix_options)
    assert (kinds(found), found.loss) == ([Cut, Write], "lossless")
    roomy = planned(heard("20", codec="pcm_s32le", **DEEP), **fix_options)
    assert (kinds(roomy), roomy.loss) == ([Cut, Encode, Write], "lossless")


@pytest.mark.parametrize(
    ("rate", "channels", "said"),
    [
        (192_000, 2, "encode with pcm_s16le, 24-bit samples rounded with dither"),
        (96_000, 6, "encode with pcm_s16le, 24-bit samples rounded with dither, 96 kHz resampled to 48 kHz"),
        (48_000, 16, "encode with pcm_s16le, 24-bit samples rounded with dither, 16 channels mixed down to 2"),
        (
            192_000,
            12,
            (
                "encode with pcm_s16le, 24-bit samples rounded with dither, 192 kHz resampled to 48 kHz, "
                "12 channels mixed down to 2"
            ),
        ),
    ],
)
def test_the_smallest_loss_that_fits_is_taken_and_each_is_named(rate: int, channels: int, said: str) -> None:
    facts = heard("15", format="flac", codec="flac", **DEEP, sample_rate_hz=rate, channels=channels)
    encode = find(planned(facts).steps, Encode)
    assert encode
    assert (encode.words(), encode.loss) == (said, "lossy")


def test_8_bits_stay_8_where_16_do_not_fit() -> None:
    facts = heard("60", codec="pcm_u8", sample_type="integer", bit_depth=8, sample_rate_hz=192_000, channels=4)
    assert kinds(planned(facts)) == [Cut, Write]


def test_rounding_is_not_taken_where_only_what_loses_nothing_is_allowed() -> None:
    facts = heard("15", format="flac", codec="flac", **DEEP, sample_rate_hz=192_000)
    found = planned(facts, allow="lossless")
    assert (found.steps, said(found.remedies)) == ((), "It needs a lossy step: --allow lossy.")


def test_an_mp3_that_does_not_keep_its_beginning_is_decoded_for_want_of_the_frames_before() -> None:
    facts = heard("20", format="mp3", codec="mp3", sample_type="coded")
    assert kinds(planned(facts)) == [Cut, Write]
    late = planned(facts, keep="end")
    assert (kinds(late), late.loss) == ([Cut, Encode, Write], "lossy")
    cut = find(late.steps, Cut)
    assert cut
    assert [cut.start_s, cut.length_s] == [5, 15]


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
