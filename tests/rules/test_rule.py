"""What every rule has: a permanent id, a sentence, a reason, a remedy, and words that name both sides."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile, edition_for, load
from preflight.rules import ASSET_RULES, NOT_TAKEN_RULES, REQUEST_RULES, RULES
from preflight.rules.rule import Reading, beyond, limit_at, not_among, rule, sections, shape
from preflight.values.findings import Finding
from preflight.values.limits import OneOf, Range, Sourced
from preflight.values.probed import Probed
from preflight.values.units import decimal
from tests.specimens import EDITIONS

DAY = dt.date(2026, 11, 22)
PERMANENT = (
    *(f"image/{name}" for name in ["readable", "format", "side", "aspect-ratio", "size"]),
    *(
        f"video/{name}"
        for name in ["readable", "format", "duration", "pixels", "side", "aspect-ratio", "frame-rate", "size", "codec"]
    ),
    *(f"audio/{name}" for name in ["readable", "format", "duration", "size"]),
    *(f"request/{name}-count" for name in ["image", "video", "audio"]),
    *(f"request/{name}-total-duration" for name in ["video", "audio"]),
    *(f"request/prompt-{name}" for name in ["length", "reference", "tag"]),
    *(f"request/{name}" for name in ["audio-alone", "no-references", "duration", "quality", "aspect-ratio"]),
    *("request/callback-url", "request/body-size"),
)

OTHERS = [
    edition_for(name) for name in ("seedance-2.5-video-edit", "wan3.0-reference-video", "kling-v3-motion-control")
]


def limit(low: int | None, high: int | None, warn: int | None = None, seen: str | None = None) -> Range:
    bounds = [None if bound is None else Fraction(bound) for bound in (low, high, warn)]
    return Range(
        source="a document",
        read=DAY,
        min=bounds[0],
        max=bounds[1],
        warn_above=bounds[2],
        seen_max=Fraction(seen) if seen else None,
    )


def test_a_permanent_id_exists() -> None:
    assert [rule_id for rule_id in PERMANENT if rule_id not in RULES or RULES[rule_id].id != rule_id] == []


def test_no_id_is_used_twice() -> None:
    ids = [rule.id for rules in ASSET_RULES.values() for rule in rules] + [rule.id for rule in REQUEST_RULES]
    ids += [rules[-1].id for rules in NOT_TAKEN_RULES.values()]
    assert len(ids) == len(set(ids)) == len(RULES)


def test_where_nothing_of_a_kind_is_taken_only_what_could_not_be_told_is_said_besides() -> None:
    for kind, rules in NOT_TAKEN_RULES.items():
        assert [rule.id for rule in rules] == [f"{kind}/{name}" for name in ("readable", "unjudged", "not-taken")]


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_is_explained(rule_id: str) -> None:
    found = RULES[rule_id]
    for text in (found.what, found.why, found.fix):
        assert text[0].isupper() or text[0] in "`\"'0123456789", text
        assert text.endswith((".", '."', "?")), text
        assert "  " not in text
    assert not found.what.lower().startswith(("check", "ensure", "make sure", "use "))


@pytest.mark.parametrize("rule_id", RULES)
def test_an_id_names_the_offences_place_in_plain_small_letters(rule_id: str) -> None:
    family, name = rule_id.split("/")
    assert family in ("image", "video", "audio", "unknown", "request")
    assert name == name.lower()
    assert name.replace("-", "").isalpha()


@pytest.mark.parametrize("name", [*EDITIONS, *OTHERS])
def test_a_rule_that_judges_by_a_limit_names_its_source(name: str) -> None:
    profile = load(name)
    for found in RULES.values():
        place = limit_at(profile, found.limit)
        if found.limit is None:
            assert found.source(profile).startswith("no limit of the documents")
        elif place is None:
            assert found.source(profile) == f"not given: the documents of {name} have no such limit"
        else:
            assert isinstance(place, Sourced)
            assert found.source(profile) == place.source


@pytest.mark.parametrize("text", ["", "What.", "What.\n\nWhy: x.", "What.\n\nFix: x.", "What.\n\nFix: x.\n\nWhy: y."])
def test_a_rule_without_all_its_sections_cannot_be_made(text: str) -> None:
    with pytest.raises(ValueError, match="needs a sentence"):
        sections(text)


def test_sections_are_joined_into_lines() -> None:
    assert sections("It is\nbad.\n\nWhy: it\n   hurts.\n\nFix: stop\nit.") == ("It is bad.", "it hurts.", "stop it.")


def test_a_rule_is_made_of_its_docstring() -> None:
    @rule("image/example")
    def check(_probed: Probed, _profile: Profile) -> Iterator[Finding]:
        """It is bad.

        Why: It hurts.

        Fix: Stop.
        """
        yield from ()

    assert (check.id, check.what, check.why, check.fix, check.limit) == (
        "image/example",
        "It is bad.",
        "It hurts.",
        "Stop.",
        None,
    )


@given(st.fractions(0, 40, max_denominator=10**7))
def test_a_value_is_reported_exactly_when_it_breaks_its_limit(value: Fraction) -> None:
    found = list(beyond("video/duration", Reading(value), limit(2, 15), "s", fix="lossy"))
    assert bool(found) == (not 2 <= value <= 15)
    for finding in found:
        assert (finding.severity, finding.limit, finding.unit) == ("error", "2..15", "s")
        assert finding.margin == (value - 2 if value < 2 else 15 - value)


@given(st.fractions(0, 40, max_denominator=10**7))
def test_the_numbers_of_a_message_never_read_as_equal_when_they_differ(value: Fraction) -> None:
    for finding in beyond("video/duration", Reading(value), limit(2, 15), "s", fix="lossy"):
        measured, allowed = finding.message.split("; ")
        assert allowed.startswith("2 to 15 s allowed")
        assert measured.removesuffix(" s") not in ("2", "15")


def test_15_0004_seconds_are_not_called_15() -> None:
    (finding,) = beyond("video/duration", Reading(Fraction("15.0004")), limit(2, 15), "s", fix="lossy")
    assert finding.message == "15.0004 s; 2 to 15 s allowed"


def test_what_the_service_was_seen_to_accept_is_said_and_is_still_an_error() -> None:
    (within,) = beyond("video/duration", Reading(Fraction("15.1")), limit(2, 15, seen="15.2"), "s", fix="lossy")
    (beyond_it,) = beyond("video/duration", Reading(Fraction("15.3")), limit(2, 15, seen="15.2"), "s", fix="lossy")
    assert within.severity == beyond_it.severity == "error"
    assert within.message.endswith("(the service has been seen to accept it, the document does not)")
    assert "seen" not in beyond_it.message


@pytest.mark.parametrize(("size", "severity"), [(30, None), (31, "warning"), (32, "warning"), (33, "error")])
def test_between_two_readings_of_a_limit_there_is_a_warning(size: int, severity: str | None) -> None:
    found = list(beyond("image/size", Reading(size), limit(None, 32, warn=30), "bytes", fix="lossy"))
    assert [finding.severity for finding in found] == ([severity] if severity else [])
    if severity == "warning":
        assert found[0].message == f"{size} bytes: above 30 bytes, the stricter reading of the limit"


def test_a_finding_carries_source_measure_and_how() -> None:
    (finding,) = beyond("image/side", Reading(9, "by hand"), limit(10, None), "px", fix="lossy")
    assert (finding.measured, finding.source, finding.how, finding.fix) == (9, "a document", "by hand", "lossy")


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_a_ratio_never_reads_like_the_bound_that_it_breaks(width: int, height: int) -> None:
    allowed = Range(source="d", read=DAY, min=Fraction(2, 5), max=Fraction(5, 2))
    bound = allowed.broken_by(Fraction(width, height))
    found = list(beyond("image/aspect-ratio", shape(width, height), allowed, "ratio", fix="none"))
    assert bool(found) == (bound is not None)
    for finding in found:
        measured = finding.message.split(";")[0].rsplit(" ", 1)[1]
        assert measured != decimal(bound or 0)


def test_a_word_of_a_list_is_fine_and_any_other_is_reported() -> None:
    allowed = OneOf(source="a document", read=DAY, allowed=("png", "webp"))
    assert list(not_among("image/format", "png", allowed, "x", fix="lossy")) == []
    (finding,) = not_among("image/format", "gif", allowed, "gif content", fix="lossy")
    assert (finding.measured, finding.limit, finding.message) == ("gif", "png|webp", "gif content")


def test_a_place_that_is_no_limit_has_none() -> None:
    assert limit_at(load(), None) is None
    assert limit_at(load(), "image") is None


def test_a_limit_that_an_edition_does_not_give_has_no_source() -> None:
    profile = load(edition_for("kling-o3-reference-to-video"))
    assert limit_at(profile, "image.side_px") is None
    assert RULES["image/side"].source(profile) == f"not given: the documents of {profile.name} have no such limit"
