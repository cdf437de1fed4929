"""Planning for sounds: the first that fits of what stays, WAV of 16 bits, fewer samples, MP3."""

from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.audio import audio_extend
from preflight.plan.steps import LADDER, Cut, Encode, Extend, Write, find
from preflight.report.remedies import said
from preflight.values.choices import Lengthen
from preflight.values.facts import AudioFacts
from tests.made import audio, judged
from tests.specimens import PROFILE


def planned(facts: AudioFacts, **fix_options: Any) -> Plan:  # noqa: ANN401 - any wish
    return plan(judged(facts), PROFILE, FixOptions(**fix_options))


def heard(seconds: Fraction | str, **more: Any) -> AudioFacts:  # noqa: ANN401 - any field of the facts
    whole = Fraction(seconds)
    return audio(**{"duration_s": whole, "stored_duration_s": whole, "header_duration_s": whole, **more})


HOWS = st.sampled_from(["loop", "freeze", "slow"])
DEEP: dict[str, Any] = {"sample_type": "integer", "bit_depth": 24}


def kinds(found: Plan) -> list[type]:
    return [type(step) for step in found.steps]


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


def test_bits_that_stand_in_more_than_they_need_are_all_kept_where_only_that_is_mended() -> None:
    found = planned(audio(codec="pcm_s32le", bit_depth=24, sample_type="integer"), also=("codec",))
    assert (found.loss, [step.codec for step in found.steps if isinstance(step, Encode)]) == ("lossless", ["pcm_s24le"])


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


@pytest.mark.parametrize(
    ("facts", "codec"),
    [
        (heard("1.5"), "pcm_s16le"),
        (heard("1.5", codec="pcm_s24le"), "pcm_s24le"),
        (heard("1.5", format="mp3", codec="mp3", sample_type="coded"), "pcm_s24le"),
        (heard("1.5", format="flac", codec="flac", sample_type="integer", bit_depth=24), "pcm_s24le"),
    ],
)
def test_an_extended_sound_is_written_as_wav_of_16_bits_or_of_24_where_that_is_asked_for(
    facts: AudioFacts, codec: str
) -> None:
    extend, encode, write = planned(facts, extend="freeze", bits="source").steps
    (plain,) = (step for step in planned(facts, extend="freeze").steps if isinstance(step, Encode))
    assert plain.codec == "pcm_s16le"
    assert isinstance(extend, Extend)
    assert isinstance(encode, Encode)
    assert isinstance(write, Write)
    assert (extend.how, encode.codec, write.format) == ("silence", codec, "wav")


@given(st.fractions("1/100000", "199/100", max_denominator=192_000), HOWS)
def test_an_extended_sound_is_as_long_as_it_must_be(there: Fraction, how: Lengthen) -> None:
    step = find(planned(heard(there), extend=how).steps, Extend)
    assert step
    assert [step.from_s, step.length_s, *step.clears] == [there, 2, "audio/duration"]


sounds = st.builds(
    lambda whole, form, stored, rate, channels, size: heard(
        whole,
        format=form[0],
        codec=form[1],
        sample_type=stored[0],
        bit_depth=stored[1],
        sample_rate_hz=rate,
        channels=channels,
        bytes=size,
    ),
    st.fractions(2, 3000, max_denominator=1000),
    st.sampled_from([("wav", "pcm_s16le"), ("wav", "pcm_s24le"), ("wav", "pcm_u8"), ("mp3", "mp3"), ("flac", "flac")]),
    st.sampled_from([("integer", 8), ("integer", 16), ("integer", 24), ("float", 32), ("coded", None)]),
    st.sampled_from([None, 8_000, 44_100, 48_000, 96_000, 192_000]),
    st.sampled_from([None, 1, 2, 6, 16]),
    st.integers(1, 10**9),
)


@given(sounds, st.sampled_from(["start", "middle", "end"]), st.sampled_from(["16", "source"]))
def test_whatever_a_sound_is_it_is_cut_within_itself_and_written_once_at_the_end(
    facts: AudioFacts, keep: str, bits: str
) -> None:
    found = planned(facts, keep=keep, bits=bits)
    cut, write = find(found.steps, Cut), find(found.steps, Write)
    assert not found.steps or found.steps[-1] is write
    assert sum(isinstance(step, Write) for step in found.steps) <= 1
    if cut:
        assert facts.duration_s
        assert 0 <= cut.start_s < cut.start_s + cut.length_s <= facts.duration_s
        assert cut.length_s <= 15


@given(sounds)
def test_no_step_goes_beyond_the_loss_that_is_allowed(facts: AudioFacts) -> None:
    for most in ("lossless", "lossy"):
        found = planned(facts, allow=most)
        assert found.steps == () or LADDER.index(found.loss) <= LADDER.index(most)


@given(sounds)
def test_a_wav_of_16_bits_fits_the_limit_by_its_own_arithmetic(facts: AudioFacts) -> None:
    found = planned(facts)
    write, encode = find(found.steps, Write), find(found.steps, Encode)
    if not (
        write and write.format == "wav" and encode and facts.channels and facts.sample_rate_hz and facts.duration_s
    ):
        return
    cut = find(found.steps, Cut)
    length = cut.length_s if cut else facts.duration_s
    rate, channels = encode.sample_rate_hz or facts.sample_rate_hz, encode.channels or facts.channels
    assert PROFILE.audio.bytes.warn_above
    assert length * rate * channels * 2 <= PROFILE.audio.bytes.warn_above


@given(sounds)
def test_rate_and_channels_are_only_ever_brought_down(facts: AudioFacts) -> None:
    for step in planned(facts).steps:
        if isinstance(step, Encode) and step.sample_rate_hz:
            assert facts.sample_rate_hz
            assert (step.sample_rate_hz, step.rate_from_hz) == (48_000, facts.sample_rate_hz)
            assert step.sample_rate_hz < facts.sample_rate_hz
        if isinstance(step, Encode) and step.channels:
            assert facts.channels
            assert (step.channels, step.channels_from) == (2, facts.channels)
            assert step.loss == "lossy"
            assert step.channels < facts.channels


@pytest.mark.parametrize("length", [Fraction(0), Fraction(2), Fraction(3)])
def test_a_sound_of_no_length_or_long_enough_is_not_extended(length: Fraction) -> None:
    assert audio_extend(length, PROFILE.audio.duration_s, "loop") is None
    assert audio_extend(Fraction(1), PROFILE.audio.duration_s, None) is None
