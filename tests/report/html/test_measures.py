"""Measures beside their limits: within, in doubt, under or over, and nothing of what has no limit."""

import datetime as dt
from fractions import Fraction

import msgspec
import pytest

from preflight.profiles import Profile, load
from preflight.profiles.loader import names
from preflight.report.html.drawings import gauge
from preflight.report.html.measures import measures_of
from preflight.values.assets import Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from tests import made
from tests.report.fixed import ASSETS, PIXELS
from tests.specimens import PROFILE


def test_between_two_readings_of_a_limit_is_a_warning() -> None:
    judged = made.judged(made.image(bytes=31_000_000))
    (row,) = [one for one in measures_of(judged, PROFILE) if one.title == "Size"]
    assert (row.state, row.said) == ("warning", "above 30,000,000 bytes, the stricter reading")


def test_a_value_just_beyond_its_limit_is_not_printed_as_the_limit() -> None:
    judged = made.judged(made.video(duration_s=Fraction(150_004, 10_000)))
    row = measures_of(judged, PROFILE)
    assert "15.0004 s" in [one.value for one in row]


def test_a_reading_that_broke_the_limit_has_a_row_though_another_is_within() -> None:
    judged = made.judged(made.audio(duration_s=Fraction(14), header_duration_s=Fraction(16)))
    assert [(one.value, one.state) for one in measures_of(judged, PROFILE) if one.title == "Duration"] == [
        ("14 s", None),
        ("16 s", "error"),
    ]


def test_what_was_not_measured_is_not_called_within() -> None:
    judged = made.judged(made.video(frame_rate_hz=None))
    (row,) = [one for one in measures_of(judged, PROFILE) if one.title == "Frame rate"]
    assert (row.value, row.said, row.state, row.scale) == ("could not be measured", "", "error", None)


def test_of_a_kind_that_is_not_taken_no_limit_is_shown() -> None:
    limits = load("seedance-2.0-text-to-video-2026-10")
    assert not limits.takes("video")
    judged = made.judged(made.VIDEO, profile=limits)
    assert judged.verdict == "fail"
    assert measures_of(judged, limits) == []


def test_a_file_in_the_place_of_another_kind_is_not_measured_by_its_limits() -> None:
    judged = made.judged(made.AUDIO, role=Role("image", 1))
    assert measures_of(judged, PROFILE) == []


def test_what_a_policy_says_of_a_limit_the_row_says_too() -> None:
    judged = made.judged(made.image(width_px=6400))
    eased = Judged(
        asset=judged.asset,
        kind=judged.kind,
        facts=judged.facts,
        findings=tuple(Finding(rule=one.rule, severity="info", message="m") for one in judged.findings),
    )
    (row,) = [one for one in measures_of(eased, PROFILE) if one.title == "Width"]
    assert (row.state, row.said) == ("info", "400 px over")


def test_findings_without_a_range_have_no_row() -> None:
    assert PIXELS.limit == "409600..927408"
    assert [one.title for one in measures_of(ASSETS[2], None)] == ["Duration", "Pixels"]
    assert measures_of(ASSETS[1], None) == []


# ---- what the documents leave open, and bounds that are no values themselves -----------------------------------------


@pytest.mark.parametrize("facts", [made.IMAGE, made.VIDEO, made.AUDIO], ids=["image", "video", "audio"])
def test_no_row_of_any_edition_tells_a_bound_that_it_does_not_have(facts: Facts) -> None:
    for name in names():
        limits = load(name)
        for row in measures_of(made.judged(facts, profile=limits), limits):
            bar = gauge(row)
            said = f"{row.allowed} {bar.words if bar else ''}"
            assert row.allowed, (name, row.title)
            assert not {"None", "anything"} & set(said.split()), (name, row.title)


def strict(**bounds: int) -> Profile:
    limit = Range(source="s", read=dt.date(2026, 11, 29), **{name: Fraction(one) for name, one in bounds.items()})  # type: ignore[arg-type] # by name
    return msgspec.structs.replace(PROFILE, image=msgspec.structs.replace(PROFILE.image, side_px=limit))


@pytest.mark.parametrize(
    ("bounds", "width", "said", "allowed"),
    [
        ({"above": 300}, 300, "the bound itself", "more than 300 px"),
        ({"above": 300}, 301, "within", "more than 300 px"),
        ({"above": 300}, 299, "1 px under", "more than 300 px"),
        ({"below": 300}, 300, "the bound itself", "less than 300 px"),
        ({"below": 300}, 310, "10 px over", "less than 300 px"),
        ({"min": 300}, 300, "within", "at least 300 px"),
        ({"max": 300}, 300, "within", "at most 300 px"),
        ({"min": 300, "max": 300}, 301, "1 px over", "300 px"),
    ],
)
def test_a_bound_that_is_itself_too_low_or_too_high_is_broken_by_its_value(
    bounds: dict[str, int], width: int, said: str, allowed: str
) -> None:
    limits = strict(**bounds)
    judged = made.judged(made.image(width_px=width, height_px=width), profile=limits)
    (row,) = [one for one in measures_of(judged, limits) if one.title == "Width"]
    assert (row.said, row.allowed) == (said, allowed)
    assert (row.state is None) is (said == "within")
    broken = any(one.rule == "image/side" for one in judged.findings)
    assert broken is (row.state is not None), "the row and the finding agree"
