"""Rules for the settings of a request: its model, its fields, and what depends on what."""

import datetime as dt
import math
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import Profile
from preflight.profiles.settings import (
    AgainstClips,
    Between,
    Case,
    ClipLength,
    Field,
    OutputLength,
    RequestLimits,
    Together,
)
from preflight.rules import WholeRequest, settings
from preflight.rules.rule import Rule
from tests.rules.requests import FRAMES, NEWER, WORDS, clips, messages, request, said, severities
from tests.specimens import PROFILE


def test_the_newer_edition_makes_more_qualities_with_the_standard_model_only() -> None:
    assert severities(request(images=1, quality="4k"), NEWER) == {}
    fast = request(images=1, quality="4k", model="seedance-2.0-fast-reference-to-video")
    assert messages(fast, "request/quality", NEWER) == [
        "quality '4k' asked for; seedance-2.0-fast-reference-to-video makes 480p or 720p"
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"quality": "4k"}, {}),
        ({"quality": "8k"}, {"request/quality": "error"}),
        ({"quality": "1080p", "model": "seedance-2.0-mini-text-to-video"}, {"request/quality": "error"}),
        ({"quality": "720p", "model": "seedance-2.0-mini-text-to-video"}, {}),
        ({"duration": 3}, {"request/duration": "error"}),
        ({"duration": 15, "aspect_ratio": "adaptive"}, {}),
        ({"aspect_ratio": "2:1"}, {"request/aspect-ratio": "error"}),
        ({"callback_url": "https://10.0.0.1/"}, {"request/callback-url": "error"}),
    ],
)
def test_the_settings_of_a_sister_model_are_judged_by_its_own_edition(
    settings: dict[str, Any], expected: dict[str, str]
) -> None:
    assert severities(request(**settings), WORDS) == expected


def test_a_model_that_the_edition_does_not_describe_is_named_with_those_that_it_does() -> None:
    whole = request(model="seedance-2.0-text-to-video")
    assert severities(whole, WORDS) == {}
    (finding,) = said(whole, FRAMES)["request/model"]
    assert finding.message == (
        "model 'seedance-2.0-text-to-video' asked for; seedance-2.0-image-to-video-2026-10 describes "
        "seedance-2.0-image-to-video, seedance-2.0-fast-image-to-video, seedance-2.0-mini-image-to-video"
    )
    assert finding.source
    assert finding.source.startswith("provider's family pages (newer): quality of the standard model; ")


# ---- an edition made up for them -------------------------------------------------------------------------------------

ABOUT: dict[str, Any] = {"source": "a page", "read": dt.date(2026, 11, 29)}


def edition(**limits: Any) -> Profile:  # noqa: ANN401 - any limit of a request
    """Limit a request by these alone."""
    return msgspec.structs.replace(PROFILE, format=2, request=RequestLimits(**limits))


def told(whole: WholeRequest, *rules: Rule[WholeRequest], **limits: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - as above
    profile = edition(**limits)
    return [(one.severity, one.message) for each in rules for one in each.check(whole, profile)]


def field_of(limit: dict[str, Any], **fields: object) -> list[str]:
    """Judge the field `x` by a limit; return what is said of it."""
    found = told(request(fields=fields), settings.field, fields={"x": Field(**ABOUT, **limit)})
    return [message for _, message in found]


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ({}, "text", None),
        ({}, 3, "x: expected text, got '3'"),
        ({"type": "integer"}, 3, None),
        ({"type": "integer"}, True, "x: expected integer, got 'True'"),
        ({"type": "integer"}, 3.0, "x: expected integer, got '3.0'"),
        ({"type": "number"}, 3.5, None),
        ({"type": "number"}, False, "x: expected number, got 'False'"),
        ({"type": "boolean"}, False, None),
        ({"type": "boolean"}, 0, "x: expected boolean, got '0'"),
        ({"type": "list"}, [], None),
        ({"type": "map"}, [], "x: expected map, got '[]'"),
        ({"allowed": ("dry", "wet")}, "wet", None),
        ({"allowed": ("dry", "wet")}, "damp", "x damp; dry or wet allowed"),
        ({"max_characters": 3}, "abc", None),
        ({"max_characters": 3}, "abcd", "x has 4 characters; at most 3 allowed"),
        ({"type": "integer", "min": Fraction(0), "max": Fraction(9)}, 9, None),
        ({"type": "integer", "min": Fraction(0), "max": Fraction(9)}, 10, "x 10; 0..9 allowed"),
        ({"type": "number", "min": Fraction(0)}, -0.5, "x -0.5; 0.. allowed"),
        ({"type": "number", "min": Fraction(0)}, math.nan, "x nan; 0.. allowed"),
        ({"refused": True}, "text", "x is refused by this model"),
    ],
)
def test_a_field_holds_what_its_type_and_its_bounds_allow(
    limit: dict[str, Any], value: object, said: str | None
) -> None:
    assert field_of(limit, x=value) == ([said] if said else [])


def test_a_field_that_is_needed_is_missed_and_one_that_is_not_known_is_told_with_its_neighbours() -> None:
    assert field_of({"required": True}) == [f"x is missing; {PROFILE.name} needs it"]
    (said,) = field_of({}, xx="a")
    assert said.startswith(f"xx: {PROFILE.name} has no such field; nearest: ")


@pytest.mark.parametrize(
    ("case", "value", "found"),
    [
        ({"allowed": (5,)}, 5, []),
        ({"allowed": (5,)}, 8, [("error", "x 8 asked for; with quality 1080p 5 allowed")]),
        ({"min": 4, "max": 6}, 6, []),
        ({"min": 4, "max": 6}, 7, [("error", "x 7 asked for; with quality 1080p 4..6 allowed")]),
        ({"max": 6}, 7, [("error", "x 7 asked for; with quality 1080p ..6 allowed")]),
        ({"refused": True}, 5, [("error", "x is refused with quality 1080p")]),
        ({"ignored": True}, 5, [("warning", "x has no effect with quality 1080p")]),
        ({"required": True}, 5, []),
        ({"required": True}, None, [("error", "x is missing; it is needed with quality 1080p")]),
        ({"severity": "warning", "refused": True}, 5, [("warning", "x is refused with quality 1080p")]),
    ],
)
def test_what_a_case_says_holds_where_it_is_met_and_nowhere_else(
    case: dict[str, Any], value: int | None, found: list[tuple[str, str]]
) -> None:
    limits = {
        "fields": {"x": Field(**ABOUT, type="integer")},
        "cases": {"a": Case(**{**ABOUT, **case}, field="x", when={"quality": "1080p"})},
    }
    fields = {} if value is None else {"x": value}
    assert told(request(quality="1080p", fields=fields), settings.field, **limits) == found
    assert told(request(quality="720p", fields=fields), settings.field, **limits) == []


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5), st.integers(0, 9))
def test_things_sent_together_are_counted_over_their_arrays(images: int, videos: int, low: int, high: int) -> None:
    limit = Together(**ABOUT, of=("image_urls", "video_urls"), min=low, max=max(low, high))
    found = told(request(images=images, videos=videos), settings.together, together={"a": limit})
    assert bool(found) == (not low <= images + videos <= max(low, high))


@pytest.mark.parametrize(
    ("images", "limits", "said"),
    [
        (3, {"max": 2}, "3 sent together (image_urls 3); at most 2 allowed"),
        (0, {"min": 1}, "none of image_urls sent; at least one needed"),
        (1, {"min": 2}, "1 sent together (image_urls 1); at least 2 needed"),
        (3, {"max": 2, "when": {"quality": "4k"}}, None),
    ],
)
def test_how_many_are_sent_together_is_told_with_each_count(
    images: int, limits: dict[str, Any], said: str | None
) -> None:
    limit = Together(**ABOUT, of=("image_urls",), **limits)
    found = told(request(images=images, quality="720p"), settings.together, together={"a": limit})
    assert [message for _, message in found] == ([said] if said else [])


@pytest.mark.parametrize(
    ("limit", "asked", "said"),
    [
        ({"together_max_s": Fraction(15)}, 5, []),
        ({"together_max_s": Fraction(15)}, 6, ["clips and the 6 s asked for are 16 s together; at most 15 s allowed"]),
        ({"not_below": True}, 7, []),
        ({"not_below": True}, 6, ["6 s asked for; the clip's 7 s are part of it, so no less is allowed"]),
        ({"not_below": True}, -1, []),
        ({"not_below": True, "when": {"quality": "4k"}}, 6, []),
    ],
)
def test_the_length_asked_for_is_held_against_the_clips(limit: dict[str, Any], asked: int, said: list[str]) -> None:
    limits = {
        "against_clips": AgainstClips(**ABOUT, **limit),
        "duration_s": OutputLength(**ABOUT, min=2, max=30, special=(-1,)),
    }
    whole = request(videos=clips("7", "3"), duration=asked, quality="720p")
    assert [message for _, message in told(whole, settings.clips_and_duration, **limits)] == said


def test_a_clip_may_be_shorter_where_a_setting_is_chosen() -> None:
    limits = {"a": ClipLength(**ABOUT, max_s=Fraction(10), when={"quality": "1080p"})}
    for quality, seconds, many in (("1080p", "10", 0), ("1080p", "10.0004", 1), ("720p", "11", 0)):
        whole = request(videos=clips("3", seconds), quality=quality)
        found = told(whole, settings.clips_and_duration, clip_lengths=limits)
        assert [message for _, message in found] == [
            "a clip is 10.0004 s long; with quality 1080p at most 10 s allowed"
        ] * many


@pytest.mark.parametrize(
    ("limit", "asked", "said"),
    [
        ({"allowed": (5, 10)}, 6, "duration 6 asked for; 5 or 10 allowed"),
        ({"min": 2, "max": 30, "special": (-1,)}, 31, "duration 31 asked for; 2..30 or -1 allowed"),
        ({"max": 15, "special": ("auto",)}, "long", "duration long asked for; ..15 or auto allowed"),
        ({"min": 4, "max": 15}, 16, "16 s asked for; 4 to 15 s allowed"),
        ({"min": 4, "max": 15}, "auto", "duration auto asked for; 4..15 allowed"),
    ],
)
def test_a_length_that_is_not_made_is_told_with_those_that_are(
    limit: dict[str, Any], asked: int | str, said: str
) -> None:
    found = told(request(duration=asked), settings.duration, duration_s=OutputLength(**ABOUT, **limit))
    assert found == [("error", said)]


@pytest.mark.parametrize(
    ("case", "value", "said"),
    [
        ({"max": 6}, 6.0, []),
        ({"max": 6}, 6.5, ["x 6.5 asked for; with quality 1080p ..6 allowed"]),
        ({"min": 4}, 3.999, ["x 3.999 asked for; with quality 1080p 4.. allowed"]),
        ({"min": 4, "max": 6}, math.inf, ["x inf asked for; with quality 1080p 4..6 allowed"]),
        ({"min": 4, "max": 6}, math.nan, ["x nan asked for; with quality 1080p 4..6 allowed"]),
    ],
)
def test_a_case_bounds_numbers_with_a_point_as_it_does_whole_ones(
    case: dict[str, Any], value: float, said: list[str]
) -> None:
    limits = {
        "fields": {"x": Field(**ABOUT, type="number")},
        "cases": {"a": Case(**ABOUT, **case, field="x", when={"quality": "1080p"})},
    }
    found = told(request(quality="1080p", fields={"x": value}), settings.field, **limits)
    assert [message for _, message in found] == said


@pytest.mark.parametrize(
    ("limit", "asked", "said"),
    [
        (
            {"together_max_s": Fraction(15)},
            5,
            "clips and the 5 s asked for are 15.0004 s together; at most 15 s allowed",
        ),
        ({"not_below": True}, 10, "10 s asked for; the clip's 10.0004 s are part of it, so no less is allowed"),
    ],
)
def test_a_length_barely_beyond_the_clips_is_told_with_the_digits_that_differ(
    limit: dict[str, Any], asked: int, said: str
) -> None:
    whole = request(videos=clips("10.0004"), duration=asked)
    limits = {"against_clips": AgainstClips(**ABOUT, **limit), "duration_s": OutputLength(**ABOUT, min=2, max=30)}
    assert [message for _, message in told(whole, settings.clips_and_duration, **limits)] == [said]


VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "720p"]) | st.floats(-5, 5)


@given(VALUES, st.booleans())
def test_a_condition_asks_whether_something_is_given_and_nothing_else_of_it(value: object, wanted: bool) -> None:
    """Nothing, false, nought and an empty text are as if a field were not sent."""
    fields = {} if value is None else {"y": value}
    case = Case(**ABOUT, field="x", refused=True, when={"y": wanted})
    limits = {"fields": {"x": Field(**ABOUT, type="integer"), "y": Field(**ABOUT)}, "cases": {"a": case}}
    found = told(request(fields={"x": 1, **fields}), settings.field, **limits)
    refused = any(message.startswith("x is refused") for _, message in found)
    assert refused is (bool(value) is wanted)


@given(st.integers(0, 4), st.none() | st.integers(0, 4), st.none() | st.integers(0, 4))
def test_a_condition_on_how_many_are_sent_holds_on_both_of_its_bounds(
    images: int, low: int | None, high: int | None
) -> None:
    case = Case(**ABOUT, field="x", refused=True, when={"image_urls": Between(min=low, max=high)})
    limits = {"fields": {"x": Field(**ABOUT, type="integer")}, "cases": {"a": case}}
    found = told(request(images=images, fields={"x": 1}), settings.field, **limits)
    met = (low is None or images >= low) and (high is None or images <= high)
    assert bool(found) is met


@pytest.mark.parametrize(
    ("model", "quality", "said"),
    [
        (None, "720p", []),
        (None, "9k", ["quality '9k' asked for; seedance-2.0-reference-to-video makes 480p or 720p or 1080p or 4k"]),
        ("nobody's", "9k", []),
        (
            None,
            "\x1b[31m",
            [r"quality '\\x1b[31m' asked for; seedance-2.0-reference-to-video makes 480p or 720p or 1080p or 4k"],
        ),
    ],
)
def test_a_quality_is_judged_by_the_model_that_is_asked_for(model: str | None, quality: str, said: list[str]) -> None:
    """A model that the edition does not describe is another rule's business."""
    assert messages(request(images=1, quality=quality, model=model), "request/quality", NEWER) == said


@given(st.text(max_size=60), st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.lists(st.integers())))
def test_whatever_a_field_is_called_or_holds_is_told_in_words_that_can_be_printed(name: str, value: object) -> None:
    for finding in (one for each in said(request(images=1, fields={name: value}), NEWER).values() for one in each):
        assert finding.message.isprintable()


@given(st.integers(-3, 40), st.sampled_from(["min", "max", "allowed", "special"]))
def test_a_length_is_taken_or_told_and_never_both(asked: int, way: str) -> None:
    limits: dict[str, dict[str, Any]] = {
        "min": {"min": 4, "max": 15},
        "max": {"max": 15, "min": 1},
        "allowed": {"allowed": (5, 10)},
        "special": {"min": 4, "max": 15, "special": (-1, 0)},
    }
    limit = OutputLength(**ABOUT, **limits[way])
    found = told(request(duration=asked), settings.duration, duration_s=limit)
    assert bool(found) is not limit.takes(asked)
    assert all(str(asked) in message for _, message in found)
