"""Warnings that are mended too, where that is asked for by name."""

from fractions import Fraction

import msgspec
import pytest

from preflight.errors import CallError
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.adapt import next_strategy
from preflight.plan.also import also_names, read_also
from preflight.plan.steps import Cut, Encode, Flatten, Packets, Resize, ToneMap, Write, find
from preflight.values.facts import AudioFacts, AudioTrack, Facts
from tests.made import audio, findings, image, judged, video
from tests.specimens import PROFILE

SOUND = (AudioTrack(place=0, codec="aac"),)
WARNED: dict[str, Facts] = {
    "image location": image(location=True, format="jpeg"),
    "image name": image(format="webp"),
    "image alpha": image(alpha=True, mode="RGBA"),
    "image color": image(mode="CMYK", format="jpeg"),
    "image color of 16 bits": image(bit_depth=16),
    "image coding": image(coding="arithmetic coding", format="jpeg"),
    "image hdr": image(transfer="smpte2084"),
    "image animation": image(frames=3),
    "image size": image(bytes=31_000_000),
    "video location": video(location=True),
    "video streams": video(video_streams=2),
    "video hdr": video(transfer="arib-std-b67"),
    "video bit-depth": video(bit_depth=10),
    "video interlace": video(interlaced=True),
    "video alpha": video(alpha=True),
    "video pixel-shape": video(
        coded_width_px=640, coded_height_px=480, width_px=864, height_px=480, pixel_aspect=Fraction(27, 20)
    ),
    "video codec": video(codec="prores"),
    "video sound-codec": video(sound_codec="pcm_s16le", sounds=(AudioTrack(place=0, codec="pcm_s16le"),)),
    "video size": video(bytes=51_000_000),
    "video header": video(header_duration_s=Fraction(7), sound_codec="aac", sounds=SOUND),
    "audio header": audio(header_duration_s=Fraction(3)),
    "audio name": audio(format="mp3", codec="mp3", sample_type="coded"),
    "audio location": audio(location=True),
    "audio codec": audio(codec="mp3", sample_type="coded"),
    "audio codec of 24 bits in 32": audio(codec="pcm_s32le", bit_depth=24, sample_type="integer"),
}


def named(facts: Facts) -> str:
    return "a.mov" if facts.format == "mp4" else "a.wav" if isinstance(facts, AudioFacts) else "a.png"


def planned(facts: Facts, *also: str, allow: str = "lossy") -> Plan:
    return plan(judged(facts, named(facts)), PROFILE, FixOptions(also=also, allow=allow))  # type: ignore[arg-type] # a word


@pytest.mark.parametrize("facts", WARNED.values(), ids=WARNED)
def test_every_warning_that_a_report_says_can_be_mended_is_mended_where_that_is_asked(facts: Facts) -> None:
    promised = {rule for rule, one in findings(facts, named(facts)).items() if one.fix != "none"}
    found = planned(facts, "all")
    assert promised
    assert (set(found.also), found.left, found.beyond_mending) == (promised, (), ())
    assert {rule for step in found.steps for rule in step.clears} == promised


@pytest.mark.parametrize("facts", WARNED.values(), ids=WARNED)
def test_nothing_is_done_for_a_warning_that_was_not_named(facts: Facts) -> None:
    assert planned(facts).steps == ()
    others = set(also_names()) - {rule.split("/")[1] for rule in findings(facts, named(facts))}
    assert planned(facts, *sorted(others)).steps == ()


@pytest.mark.parametrize("facts", WARNED.values(), ids=WARNED)
def test_a_warning_is_cleared_within_the_loss_that_is_allowed_or_said_to_stay(facts: Facts) -> None:
    found, fixes = planned(facts, "all", allow="lossless"), findings(facts, named(facts))
    assert found.loss in ("none", "lossless")
    assert set(found.also) | {finding.rule for finding in found.left} == set(fixes)
    assert all(fixes[finding.rule].fix == "lossy" for finding in found.left)


@pytest.mark.parametrize(
    "facts",
    [
        image(location=True, format="jpeg", frames=1),
        image(location=True, format="webp", frames=5),
        image(location=True, format="png", alpha=True),
        audio(location=True),
        audio(location=True, codec="pcm_f32le", bit_depth=32, sample_type="float"),
        audio(location=True, format="mp3", codec="mp3", sample_type="coded"),
        video(location=True),
        video(location=True, codec="prores", format="mov", sound_codec="pcm_s16le", sounds=SOUND),
        video(location=True, bit_depth=10, transfer="smpte2084", alpha=True, interlaced=True, rotation_deg=90),
    ],
)
def test_a_place_is_taken_out_without_encoding_whatever_else_a_file_is_warned_of(facts: Facts) -> None:
    found = planned(facts, "location")
    assert [type(step) for step in found.steps] == [Write]
    assert (found.loss, found.also) == ("lossless", (f"{judged(facts).kind}/location",))


def test_what_is_wrong_is_mended_with_it() -> None:
    found = planned(
        video(width_px=1920, height_px=1080, coded_width_px=1920, coded_height_px=1080, location=True), "all"
    )
    assert find(found.steps, Resize)
    write = find(found.steps, Write)
    assert write
    assert write.clears == ("video/location",)


def test_what_only_dolby_vision_shows_keeps_its_colors_and_loses_its_place() -> None:
    found = planned(video(codec="hevc", dolby_vision="5", bit_depth=10, location=True), "all")
    assert (found.loss, found.also) == ("lossless", ("video/location",))
    assert [finding.rule for finding in found.left] == ["video/bit-depth"]


def test_transparency_is_put_on_the_color_that_is_asked_for() -> None:
    for facts in (WARNED["image alpha"], WARNED["video alpha"]):
        found = plan(judged(facts), PROFILE, FixOptions(also=("alpha",), pad_color="#102030"))
        assert find(found.steps, Flatten) == Flatten(
            color="#102030", loss="lossy", clears=(f"{judged(facts).kind}/alpha",)
        )


def test_high_range_is_mapped_for_its_warning() -> None:
    found = find(planned(WARNED["video hdr"], "hdr").steps, ToneMap)
    assert found
    assert found.clears == ("video/hdr",)


def test_audio_that_outlasts_the_frames_is_cut_off_without_encoding_and_else_left() -> None:
    longer = video(header_duration_s=Fraction(6), sound_duration_s=Fraction(6), sound_codec="aac", sounds=SOUND)
    found = planned(longer, "all")
    cut = find(found.steps, Cut)
    assert cut
    assert (cut.packets, cut.drops_s, find(found.steps, Encode)) == (Packets(0, 125), None, None)
    assert found.otherwise == ()
    placed = planned(msgspec.structs.replace(longer, location=True), "all")
    other = next_strategy(placed, longer, None)
    assert other
    assert (other.also, [type(step) for step in other.steps]) == (("video/location",), [Write])


def test_a_sound_keeps_its_samples_where_only_its_name_or_its_header_is_wrong() -> None:
    deep = audio(codec="pcm_s24le", bit_depth=24, header_duration_s=Fraction(3))
    assert (planned(deep, "header").loss, find(planned(deep, "header").steps, Encode)) == ("lossless", None)
    floats = audio(codec="pcm_f32le", bit_depth=32, sample_type="float")
    misnamed = plan(judged(floats, "a.mp3"), PROFILE, FixOptions(also=("name",)))
    assert (misnamed.steps, [finding.rule for finding in misnamed.left]) == ((), ["audio/name"])


def test_names_may_stand_one_by_one_or_with_commas_or_as_rules() -> None:
    assert read_also(["location,alpha", " hdr ", "video/bit-depth", "location"]) == (
        "location",
        "alpha",
        "hdr",
        "bit-depth",
    )
    assert read_also(["all"]) == ("all",)
    assert read_also([]) == ()


@pytest.mark.parametrize(("word", "near"), [("locaton", "location"), ("alfa", "alpha"), ("interlaced", "interlace")])
def test_a_name_of_no_warning_is_refused_with_the_nearest(word: str, near: str) -> None:
    with pytest.raises(CallError, match=word) as caught:
        read_also([word])
    assert str(caught.value.remedies[0]) == f"Did you mean {near}?"


def test_a_name_that_is_like_none_is_refused_with_all_of_them() -> None:
    with pytest.raises(CallError) as caught:
        read_also(["xyzzy"])
    assert "location" in str(caught.value.remedies[0])
    assert "readable" not in also_names()


@pytest.mark.parametrize(
    ("word", "name"),
    [("HDR", "hdr"), ("CMYK", "color"), ("10-bit", "bit-depth"), ("image/GPS", "location"), ("All", "all")],
)
def test_words_of_reports_name_warnings_too(word: str, name: str) -> None:
    assert read_also((f"{word}, {name}",)) == (name,)
