"""Creative steps are planned only when they are asked for: each by its name, or all of them."""

import math
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.steps import Crop, Cut, Encode, Extend, Pad, Write, find
from preflight.report.remedies import said
from preflight.values.assets import Window
from preflight.values.choices import Lengthen
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from tests.made import audio, image, judged, video
from tests.specimens import PROFILE

HOWS = st.sampled_from(["loop", "freeze", "slow"])
WIDE = (image(width_px=3000, height_px=1000), video(width_px=1300, height_px=500))


def planned(facts: VideoFacts | AudioFacts | ImageFacts, **fix_options: Any) -> Plan:  # noqa: ANN401 - any wish
    return plan(judged(facts), PROFILE, FixOptions(**fix_options))


def lasting(seconds: Fraction | str, **more: Any) -> VideoFacts:  # noqa: ANN401 - any field of the facts
    return video(**{"duration_s": Fraction(seconds), "header_duration_s": Fraction(seconds), **more})


def heard(seconds: Fraction | str, **more: Any) -> AudioFacts:  # noqa: ANN401 - any field of the facts
    whole = Fraction(seconds)
    return audio(**{"duration_s": whole, "stored_duration_s": whole, "header_duration_s": whole, **more})


@pytest.mark.parametrize("facts", WIDE)
@pytest.mark.parametrize(("fit", "step"), [("crop", Crop), ("pad", Pad), ("blur", Pad)])
def test_a_fit_that_is_named_is_allowed_and_one_that_is_a_setting_is_not(
    facts: ImageFacts | VideoFacts, fit: str, step: type
) -> None:
    for allowing in ({"fit_named": True}, {"allow": "creative"}):
        assert step in map(type, planned(facts, fit=fit, **allowing).steps)
    assert planned(facts, fit=fit).steps == ()


@pytest.mark.parametrize("facts", WIDE)
@pytest.mark.parametrize(
    ("fix_options", "fill"),
    [({"fit": "pad"}, "black"), ({"fit": "pad", "pad_color": "#0a0B0c"}, "#0a0B0c"), ({"fit": "blur"}, "blur")],
)
def test_padding_is_filled_as_wished(facts: ImageFacts | VideoFacts, fix_options: dict[str, str], fill: str) -> None:
    step = find(planned(facts, fit_named=True, **fix_options).steps, Pad)
    assert step
    assert step.fill == fill


@pytest.mark.parametrize("color", ["", "red", "#fff", "#12345g", "black:x=1", "#123456 ", "#123456\n", "0x123456"])
def test_what_is_no_color_is_refused(color: str) -> None:
    with pytest.raises(ValueError, match="expected black, white or #rrggbb"):
        FixOptions(pad_color=color)


def test_naming_one_creative_step_allows_no_other() -> None:
    both = lasting("1.5", width_px=1300, height_px=500)
    assert planned(both, extend="loop").steps == ()
    assert said(planned(both, extend="loop").remedies) == (
        "It needs a creative step: say which (--fit crop, --fit pad or --fit blur), or allow any: --allow creative."
    )
    assert said(planned(both).remedies).startswith("Too short cannot be mended")
    assert said(planned(both).remedies).endswith("named: --fit crop, --fit pad or --fit blur.")
    assert "--fit" not in said(planned(both, fit_named=True).remedies)
    assert "(--fit crop, --fit pad or --fit blur, with --allow lossy)" in said(
        planned(WIDE[1], allow="lossless").remedies
    )
    assert planned(both, fit_named=True).steps == ()
    assert planned(both, allow="creative").steps == ()
    steps = [type(step) for step in planned(both, fit_named=True, extend="loop").steps]
    assert steps == [Crop, Extend, Encode, Write]


def test_naming_a_creative_step_allows_no_loss_besides() -> None:
    for facts in (lasting("1.5"), heard("1.5", format="aiff", codec="pcm_s16be", sample_type="integer", bit_depth=16)):
        found = planned(facts, extend="loop", allow="lossless")
        assert bool(found.steps) == isinstance(facts, AudioFacts)
        assert said(found.remedies) == ("" if found.steps else "It needs a lossy step: --allow lossy.")


@pytest.mark.parametrize("facts", [lasting("1.5"), heard("1.5")])
def test_what_is_too_short_is_beyond_mending_unless_an_extension_is_named(facts: VideoFacts | AudioFacts) -> None:
    for allow in ("lossy", "creative"):
        found = planned(facts, allow=allow)
        assert found.steps == ()
        assert "--extend loop, --extend freeze or --extend slow" in said(found.remedies)


@pytest.mark.parametrize("facts", [lasting("5"), heard("5"), image(), lasting("20"), heard("20")])
def test_what_is_long_enough_is_never_extended(facts: VideoFacts | AudioFacts | ImageFacts) -> None:
    assert find(planned(facts, extend="loop").steps, Extend) is None


@pytest.mark.parametrize("facts", [lasting("0"), heard("0"), video(duration_s=None)])
def test_what_has_no_length_cannot_be_extended(facts: VideoFacts | AudioFacts) -> None:
    found = planned(facts, extend="loop")
    assert found.steps == ()
    assert found.beyond_mending


def test_a_length_that_only_the_header_has_too_short_is_put_right_by_writing_it_anew() -> None:
    for facts in (video(header_duration_s=Fraction(1)), audio(header_duration_s=Fraction(1))):
        found = planned(facts, extend="loop")
        assert [(type(step), step.clears) for step in found.steps] == [(Write, (f"{found.kind}/duration",))]


def test_sound_is_encoded_anew_beside_pictures_that_are_extended() -> None:
    found = planned(lasting("1.5", sound_codec="aac"), extend="freeze")
    assert [step.codec for step in found.steps if isinstance(step, Encode)] == ["libx264", "aac"]


@given(st.fractions("1/100", "199/100", max_denominator=90_000), st.fractions(1, 240, max_denominator=1001), HOWS)
def test_an_extended_clip_is_a_whole_number_of_frames_and_just_long_enough(
    there: Fraction, rate: Fraction, how: Lengthen
) -> None:
    step = find(planned(lasting(there, frame_rate_hz=rate), extend=how).steps, Extend)
    assert step
    assert step.frame_rate_hz
    frames = step.length_s * step.frame_rate_hz
    assert (step.how, step.from_s, frames.denominator) == (how, there, 1)
    assert frames == math.ceil(2 * step.frame_rate_hz)
    assert step.clears == ("video/duration",)


@given(st.fractions("1/2", "199/100", max_denominator=1000), HOWS)
def test_a_marked_part_that_is_too_short_is_cut_and_then_extended(marked: Fraction, how: Lengthen) -> None:
    for facts in (video(), audio()):
        verdict = judged(facts)
        asset = msgspec.structs.replace(verdict.asset, keep=Window(Fraction(1), 1 + marked))
        found = plan(msgspec.structs.replace(verdict, asset=asset), PROFILE, FixOptions(extend=how))
        cut, step = find(found.steps, Cut), find(found.steps, Extend)
        assert cut
        assert step
        assert [step.from_s, step.length_s] == [cut.length_s, 2]
