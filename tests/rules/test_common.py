"""The rules that every kind has, and the order in which "cannot tell" and "no" outrank one another."""

from fractions import Fraction

import msgspec
import pytest

from preflight.rules import judge
from preflight.rules.common import SUFFIXES
from preflight.values.assets import Asset, Role
from preflight.values.facts import Facts
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
