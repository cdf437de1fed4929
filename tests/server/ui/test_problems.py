"""What is wrong is said briefly, with the measured value against the limit that it breaks."""

import pytest

from preflight.profiles import load, names
from preflight.rules import judge
from preflight.server.ui.problems import SAYINGS, limits_of, problem
from preflight.values.findings import Finding, Judged
from tests.specimens import PROFILE, judged, probed


def said(name: str) -> dict[str, str]:
    verdict = judged(name)
    return {one.rule: problem(one, verdict, PROFILE) for one in verdict.findings}


@pytest.mark.parametrize(
    ("name", "rule", "words"),
    [
        ("video-20s.mp4", "video/duration", ("20", "15")),
        ("video-1.8s.mp4", "video/duration", ("1.8",)),
        ("audio-15.1s.mp3", "audio/duration", ("15.1", "15")),
        ("audio-1.8s.wav", "audio/duration", ("1.8", "2")),
        ("image-200x200.png", "image/side", ("200", "300")),
        ("image-6001x2401.png", "image/side", ("6001", "6,000")),
        ("image-299x750.png", "image/aspect-ratio", ("299", "750", "0.4")),
        ("image-751x300.png", "image/aspect-ratio", ("751", "300", "2.5")),
        ("video-3840x2160.mp4", "video/pixels", ("3840", "2160")),
        ("video-320x240.mp4", "video/pixels", ("320", "240")),
        ("video-12fps.mp4", "video/frame-rate", ("12", "24")),
        ("video-61fps.mp4", "video/frame-rate", ("61", "60")),
        ("video-23.99fps.mp4", "video/frame-rate", ("24",)),
        ("image-gif.gif", "image/format", ("GIF", "JPEG", "PNG")),
    ],
)
def test_a_value_is_said_against_its_limit(name: str, rule: str, words: tuple[str, ...]) -> None:
    found = said(name)
    assert rule in found, found
    assert all(word in found[rule] for word in words), found[rule]


def test_a_value_just_beyond_its_limit_is_not_said_to_be_it() -> None:
    words = said("audio-15.001s.wav")["audio/duration"]
    assert "15.001" in words


@pytest.mark.parametrize(
    "name", ["image-truncated.jpg", "text-named.mp4", "empty.mp3", "image-gps.jpg", "image-alpha.png"]
)
def test_what_has_no_short_saying_is_said_in_its_rule_s_words_as_a_sentence(name: str) -> None:
    for words in said(name).values():
        assert words
        assert words[0] == words[0].upper()


@pytest.mark.parametrize("name", sorted(names()))
def test_every_edition_s_findings_are_said(name: str) -> None:
    edition = load(name)
    for specimen in ("video-20s.mp4", "image-751x300.png", "audio-1.8s.wav", "image-gif.gif", "video-61fps.mp4"):
        verdict = judge(probed(specimen), edition)
        for finding in verdict.findings:
            assert problem(finding, verdict, edition), finding


@pytest.mark.parametrize("rule", sorted(SAYINGS))
@pytest.mark.parametrize("name", ["image-ok.png", "video-5s.mp4", "audio-5s.mp3"])
def test_a_saying_never_invents_a_value_for_a_file_that_has_none(rule: str, name: str) -> None:
    verdict = judged(name)
    without = Judged(asset=verdict.asset, kind=verdict.kind)
    finding = Finding(rule=f"{verdict.kind}/{rule}", severity="error", message="could not be told")
    assert problem(finding, without, PROFILE) == "Could not be told"
    assert problem(finding, verdict, PROFILE)


def test_limits_are_those_of_the_kind() -> None:
    assert limits_of(judged("image-ok.png"), PROFILE) is PROFILE.image
    assert limits_of(judged("video-5s.mp4"), PROFILE) is PROFILE.video
    assert limits_of(judged("audio-5s.mp3"), PROFILE) is PROFILE.audio
    assert limits_of(Judged(asset=judged("image-ok.png").asset, kind="unknown"), PROFILE) is None
