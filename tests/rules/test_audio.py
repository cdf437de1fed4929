"""Rules for sounds: one thing is broken, one rule says so."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.probe.pcm import HIDDEN
from preflight.values.assets import Role
from preflight.values.facts import AudioFacts
from tests.made import IMAGE, VIDEO, audio, findings, judged, severities
from tests.specimens import PROFILE

SEEN = "(the service has been seen to accept it, the document does not)"


def lasting(played: str, stored: str | None = None, claimed: str | None = None) -> AudioFacts:
    return audio(
        duration_s=Fraction(played),
        stored_duration_s=Fraction(stored or played),
        header_duration_s=Fraction(claimed) if claimed else None,
    )


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (audio(), {}),
        (audio(format="mp3"), {}),
        (audio(format="m4a"), {"audio/format": "error"}),
        (audio(format="mp3", codec="mp3"), {}),
        (audio(format="m4a", codec="aac"), {"audio/format": "error"}),
        (audio(codec="pcm_mulaw"), {}),
        (audio(codec="mp3"), {"audio/codec": "warning"}),
        (audio(codec="adpcm_ms"), {"audio/codec": "warning"}),
        (audio(codec="pcm_s32le", bit_depth=32), {}),
        (audio(codec="pcm_s32le", bit_depth=24), {"audio/codec": "warning"}),
        (audio(codec="pcm_s24le", bit_depth=20), {}),
        (audio(lead_bytes=1_034), {"audio/format": "error"}),
        (audio(header_placeholder=0xFFFFFFFF), {"audio/header": "warning"}),
        (audio(obstacle="claims no samples"), {"audio/header": "error"}),
        (audio(obstacle="claims no samples", header_placeholder=0), {"audio/header": "error"}),
        (lasting("2"), {}),
        (lasting("1.999"), {"audio/duration": "error"}),
        (lasting("15"), {}),
        (lasting("15", "15.047"), {"audio/duration": "error"}),
        (lasting("1.98", "2.01"), {"audio/duration": "error"}),
        (lasting("14.9", "14.95"), {}),
        (lasting("5", claimed="5.2"), {"audio/header": "warning"}),
        (msgspec.structs.replace(lasting("5", claimed="5.05"), sample_type="integer"), {"audio/header": "warning"}),
        (msgspec.structs.replace(lasting("5", claimed="5.001"), sample_type="integer"), {}),
        (lasting("5", claimed="5.05"), {}),
        (lasting("5", "5.15", "5.2"), {}),
        (lasting("10", claimed="16"), {"audio/duration": "error", "audio/header": "warning"}),
        (audio(location=True), {"audio/location": "warning"}),
        (audio(bytes=15_000_000), {}),
        (audio(bytes=15_000_001), {"audio/size": "warning"}),
        (audio(bytes=15_728_641), {"audio/size": "error"}),
        (audio(duration_s=None, stored_duration_s=None, header_duration_s=None), {"audio/unjudged": "error"}),
    ],
)
def test_exactly_the_broken_thing_is_reported(facts: AudioFacts, expected: dict[str, str]) -> None:
    assert severities(facts) == expected


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        (lasting("20"), "20 s long; 2 to 15 s allowed"),
        (
            lasting("15", "15.047"),
            f"it plays 15 s but it stores 15.047 s; either may be read; 2 to 15 s allowed {SEEN}",
        ),
        (
            lasting("14", claimed="25.1"),
            "it plays 14 s but its header claims 25.1 s; either may be read; 2 to 15 s allowed",
        ),
    ],
)
def test_every_reading_of_the_length_is_judged_and_named(facts: AudioFacts, message: str) -> None:
    assert findings(facts)["audio/duration"].message == message


@pytest.mark.parametrize(
    ("facts", "rule", "message"),
    [
        (audio(codec="dts"), "audio/codec", "holds dts, no PCM: not every reader plays it"),
        (
            audio(codec="dts", measured_by={"codec": HIDDEN}),
            "audio/codec",
            "frames of dts stand where its header says PCM: a reader that believes it plays noise",
        ),
        (
            audio(codec="pcm_s32le", bit_depth=24),
            "audio/codec",
            "24 bits a sample stored in 32: readers built on ffmpeg hear noise",
        ),
        (
            audio(lead_bytes=1_034),
            "audio/format",
            "1,034 bytes of an ID3v2 tag stand before its RIFF header: newer readers do not open it",
        ),
        (
            audio(header_placeholder=0x7FFFFFFF),
            "audio/header",
            (
                "its header claims 2,147,483,647 bytes of samples, which stands for a length that was not known; "
                "5 s are there"
            ),
        ),
    ],
)
def test_what_misleads_is_said_in_words(facts: AudioFacts, rule: str, message: str) -> None:
    assert findings(facts)[rule].message == message


def test_a_profile_that_names_no_codecs_judges_none() -> None:
    silent = msgspec.structs.replace(PROFILE, audio=msgspec.structs.replace(PROFILE.audio, codec=None))
    assert findings(audio(codec="dts"), profile=silent) == {}


def test_a_clip_in_the_place_of_a_sound_is_told_what_it_is() -> None:
    found = findings(audio(format="aac"))
    assert found["audio/format"].message == "aac content; wav or mp3 allowed"


def test_a_clip_and_a_picture_are_no_sounds() -> None:
    for facts, found in ((VIDEO, "mp4"), (IMAGE, "png")):
        verdict = judged(facts, role=Role("audio", 1))
        assert [f.message for f in verdict.findings] == [f"is no sound ({found} content); wav or mp3 allowed"]


@given(st.fractions(0, 30, max_denominator=10**5), st.fractions(0, "1/5"), st.fractions(0, 20))
def test_a_wider_limit_never_adds_a_finding(played: Fraction, padding: Fraction, more: Fraction) -> None:
    limit = PROFILE.audio.duration_s
    assert limit.max
    wider = msgspec.structs.replace(
        PROFILE,
        audio=msgspec.structs.replace(PROFILE.audio, duration_s=msgspec.structs.replace(limit, max=limit.max + more)),
    )
    facts = audio(duration_s=played, stored_duration_s=played + padding, header_duration_s=None)
    assert set(findings(facts, profile=wider)) <= set(findings(facts))
