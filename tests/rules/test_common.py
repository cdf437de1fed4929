"""The rules that every kind has, and the order in which "cannot tell" and "no" outrank one another."""

import datetime as dt
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.rules import judge
from preflight.rules.common import SUFFIXES, disagreement, edges, readings, sides
from preflight.values.assets import Asset, Role
from preflight.values.facts import AudioFacts, Facts, VideoFacts
from preflight.values.limits import Range
from preflight.values.probed import Fault, Probed
from tests import made
from tests.specimens import PROFILE, judged, media, probed

UNREADABLE = Fault("unreadable", "is empty (0 bytes)")
UNMEASURED = Fault("unmeasured", "cannot be read: Permission denied")


def rules_of(found: Probed) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in judge(found, PROFILE).findings]


@pytest.mark.parametrize(
    ("path", "family"), [("a.png", "image"), ("a.mp4", "video"), ("a.mp3", "audio"), ("a.bin", "unknown")]
)
def test_a_fault_is_a_finding_of_the_kind_that_the_name_promises(path: str, family: str) -> None:
    assert rules_of(made.measured(None, path, fault=UNREADABLE)) == [(f"{family}/readable", UNREADABLE.message)]
    assert rules_of(made.measured(None, path, fault=UNMEASURED)) == [(f"{family}/unjudged", UNMEASURED.message)]


def test_the_role_names_the_family_and_not_the_content() -> None:
    found = made.measured(made.IMAGE, role=Role("video", 1))
    assert [rule for rule, _ in rules_of(found)] == ["video/format"]


def test_a_role_in_the_wrong_array_is_told_what_it_holds() -> None:
    asset = Asset(path=media("video-5s.mp4"), role=Role("image", 1))
    found = judge(msgspec.structs.replace(probed("video-5s.mp4"), asset=asset), PROFILE)
    assert [f.message for f in found.findings] == ["is no picture (mp4 content); jpeg, png or webp allowed"]


def test_what_was_measured_and_condemned_is_not_unsure_as_well() -> None:
    found = judge(made.measured(made.image(width_px=30_000, decoded=False), fault=UNMEASURED), PROFILE)
    assert found.verdict == "fail"
    assert all(not finding.rule.endswith("/unjudged") for finding in found.findings)


def test_what_could_not_be_measured_is_unsure_when_nothing_else_is_wrong() -> None:
    found = judge(made.measured(made.IMAGE, fault=UNMEASURED), PROFILE)
    assert found.verdict == "unsure"


@pytest.mark.parametrize(("facts", "family"), [(made.IMAGE, "image"), (made.VIDEO, "video"), (made.AUDIO, "audio")])
def test_a_good_asset_has_no_findings(facts: Facts, family: str) -> None:
    found = made.judged(facts)
    assert (found.findings, found.verdict, found.kind) == ((), "pass", family)


@pytest.mark.parametrize(
    ("facts", "path", "named"),
    [
        (made.IMAGE, "a.jpg", "is named .jpg but its content is png"),
        (made.IMAGE, "a.PNG", None),
        (made.IMAGE, "noending", None),
        (made.image(format="jpeg"), "a.JPE", None),
        (made.VIDEO, "a.mov", None),
        (made.video(format="mov"), "a.mp4", None),
        (made.VIDEO, "a.mkv", "is named .mkv but its content is mp4"),
        (made.AUDIO, "a.mp3", "is named .mp3 but its content is wav"),
        (made.AUDIO, "a.x\x1b", "is named .x\\x1b but its content is wav"),
        (made.image(format="heic"), "a.heif", None),
        (made.image(format="jxl"), "a.jxl", None),
    ],
)
def test_a_name_that_promises_another_format_is_a_warning(facts: Facts, path: str, named: str | None) -> None:
    found = [finding for rule, finding in made.findings(facts, path).items() if rule.endswith("/name")]
    assert [finding.message for finding in found] == ([named] if named else [])
    assert all(finding.severity == "warning" for finding in found)


def test_an_ending_promises_one_format_only_but_for_mp4_and_mov() -> None:
    seen: dict[str, str] = {}
    for name, endings in SUFFIXES.items():
        for ending in endings:
            assert seen.setdefault(ending, name) == name or {seen[ending], name} == {"mp4", "mov"}


@pytest.mark.parametrize(
    ("measured", "claimed", "told"),
    [("5", "5", False), ("5", "5.04", False), ("5", "5.05", True), ("5", "4.9", True), ("5", None, False)],
)
def test_a_header_that_disagrees_by_more_than_a_frame_is_a_warning(
    measured: str, claimed: str | None, told: bool
) -> None:
    facts = made.video(duration_s=Fraction(measured), header_duration_s=Fraction(claimed) if claimed else None)
    found = made.findings(facts).get("video/header")
    assert bool(found) is told
    if found and claimed == "4.9":
        assert found.message == "its header claims 4.9 s, 0.1 s less than what is there"


def test_a_file_is_clean_only_if_both_readings_are() -> None:
    found = made.findings(made.video(duration_s=Fraction(10), header_duration_s=Fraction(20)))
    assert found["video/duration"].message == (
        "the pictures last 10 s but its header claims 20 s; either may be read; 2 to 15 s allowed"
    )


def test_the_measured_length_is_named_before_a_claimed_one() -> None:
    found = made.findings(made.video(duration_s=Fraction("15.5"), header_duration_s=Fraction(20)))
    assert found["video/duration"].message.startswith("15.5 s long; 2 to 15 s allowed")


@pytest.mark.parametrize("name", ["image-alpha.png", "video-sound-longer.mp4", "audio-15.1s.mp3", "text-named.mp4"])
def test_judging_twice_says_the_same(name: str) -> None:
    assert judged(name) == judged(name)


# ---- every length that a reader may see ------------------------------------------------------------------------------


def ranged(low: str | None = "2", high: str | None = "15", **more: Any) -> Range:  # noqa: ANN401 - any field of a limit
    bounds = [None if bound is None else Fraction(bound) for bound in (low, high)]
    return Range(source="a page", read=dt.date(2026, 11, 29), min=bounds[0], max=bounds[1], **more)


def clip(measured: str, claimed: str | None = None) -> VideoFacts:
    return made.video(duration_s=Fraction(measured), header_duration_s=Fraction(claimed) if claimed else None)


def sound(played: str, stored: str | None = None, claimed: str | None = None) -> AudioFacts:
    told = [None if one is None else Fraction(one) for one in (stored, claimed)]
    return made.audio(duration_s=Fraction(played), stored_duration_s=told[0], header_duration_s=told[1])


def said(facts: VideoFacts | AudioFacts, limit: Range) -> list[tuple[str, str]]:
    """Return what clears a length that breaks its limit, and how that is said."""
    assert facts.duration_s is not None
    return [(one.fix, one.message) for one in sides("x/duration", facts, facts.duration_s, limit)]


@pytest.mark.parametrize(
    ("facts", "fix", "message"),
    [
        (clip("5", "5"), None, ""),
        (clip("1", "5"), "creative", "1 s long; 2 to 15 s allowed"),
        (clip("16", "1"), "lossy", "16 s long; 2 to 15 s allowed"),
        (clip("2", "1"), "lossless", "the pictures last 2 s but its header claims 1 s; either may be read"),
        (clip("5", "16"), "lossy", "the pictures last 5 s but its header claims 16 s; either may be read"),
        (sound("5"), None, ""),
        (sound("5", "1", "16"), "creative", "it plays 5 s but it stores 1 s; either may be read"),
        (sound("5", "5", "1"), "creative", "it plays 5 s but its header claims 1 s; either may be read"),
        (sound("5", "16"), "lossy", "it plays 5 s but it stores 16 s; either may be read"),
        (sound("5", None, "16"), "lossy", "it plays 5 s but its header claims 16 s; either may be read"),
    ],
)
def test_the_first_reading_that_breaks_a_limit_is_told_beside_the_measured_one(
    facts: VideoFacts | AudioFacts, fix: str | None, message: str
) -> None:
    """A clip that is long enough needs only another header; what is too short itself has to be lengthened."""
    found = said(facts, ranged())
    assert [one for one, _ in found] == ([fix] if fix else [])
    assert all(words.startswith(message) for _, words in found)


def test_a_length_that_the_service_shortens_is_told_only_where_nothing_is_broken() -> None:
    noted = ranged(note_above=Fraction(10), note="cuts it to 10 s")
    assert said(clip("11", "5"), noted) == [("lossy", "11 s long; 2 to 15 s allowed: the service cuts it to 10 s")]
    ((_, words),) = said(clip("11", "16"), noted)
    assert words.startswith("the pictures last 11 s but its header claims 16 s")
    assert said(clip("10", "10"), noted) == []


LENGTHS = st.fractions(0, 40, max_denominator=1000)


@given(LENGTHS, st.none() | LENGTHS, st.none() | LENGTHS)
def test_a_file_is_clean_only_if_every_reading_is(
    played: Fraction, stored: Fraction | None, claimed: Fraction | None
) -> None:
    facts = made.audio(duration_s=played, stored_duration_s=stored, header_duration_s=claimed)
    limit = ranged()
    values = [value for _, value, _ in readings(facts, played)]
    assert values == [one for one in (played, stored, claimed) if one is not None]
    assert bool(said(facts, limit)) is any(limit.broken_by(value) is not None for value in values)


@given(LENGTHS, LENGTHS, st.none() | LENGTHS, st.fractions("1/1000", "1/2", max_denominator=1000))
def test_a_header_disagrees_by_more_than_a_frame_with_everything_that_is_there(
    played: Fraction, claimed: Fraction, stored: Fraction | None, frame: Fraction
) -> None:
    facts = made.audio(duration_s=played, stored_duration_s=stored, header_duration_s=claimed)
    found = list(disagreement("audio/header", facts, frame))
    apart = min(abs(claimed - there) for there in (played, stored) if there is not None)
    assert bool(found) is (apart > frame)
    for one in found:
        assert (one.measured, one.margin, one.severity, one.fix) == (claimed, apart, "warning", "lossless")
        assert ("more than what is there" in one.message) is (claimed > played)


@pytest.mark.parametrize(("measured", "claimed"), [(None, Fraction(5)), (Fraction(5), None), (None, None)])
def test_what_is_not_known_disagrees_with_nothing(measured: Fraction | None, claimed: Fraction | None) -> None:
    facts = made.video(duration_s=measured, header_duration_s=claimed)
    assert list(disagreement("video/header", facts, Fraction(1, 25))) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ((320, 2160), []),
        ((319, 2160), ["319 px on the short edge; at least 320 px allowed"]),
        ((2161, 320), ["2,161 px on the long edge; at most 2,160 px allowed"]),
        ((319, 2161), ["319 px on the short edge; at least 320 px allowed", "2,161 px on the long edge; at most"]),
        ((319, 319), ["319 px on the short edge; at least 320 px allowed"]),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_edges_are_judged_whichever_way_the_frame_lies(size: tuple[int, int], told: list[str], turned: bool) -> None:
    limits = replace(PROFILE.image, short_edge_px=ranged("320", None), long_edge_px=ranged(None, "2160"))
    facts = made.image(width_px=size[turned], height_px=size[not turned])
    found = [one.message for one in edges("image/side", facts, limits)]
    assert len(found) == len(told)
    assert all(message.startswith(words) for message, words in zip(found, told, strict=True))


@pytest.mark.parametrize("format_", sorted(SUFFIXES))
def test_every_ending_of_a_format_promises_it_and_a_stranger_does_not(format_: str) -> None:
    for ending in SUFFIXES[format_]:
        for written in (ending, ending.upper()):
            assert "video/name" not in made.findings(made.video(format=format_), f"a.{written}")
    found = made.findings(made.video(format=format_), "a.xyz")["video/name"]
    assert (found.severity, found.fix, found.measured) == ("warning", "lossless", format_)
