"""What a request has in each field, and whether a condition on it is met."""

import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from preflight.profiles import load
from preflight.profiles.settings import Between, Condition
from preflight.request.file import RequestSpec, with_roles
from preflight.rules.fields import given, holds, unknown, value_of, words
from preflight.values.assets import Asset, Role
from tests.specimens import PROFILE


def test_conditions_have_words() -> None:
    wan = load("wan2.7-image-to-video-2026-10").request.cases
    assert words(wan["first-frame"].when) == "with generation_mode first_frame"
    grok = load("grok-imagine-video-1.5-preview-2026-10").request.cases
    assert words(grok["no-hd-of-references"].when) == "with at least 2 image_urls"


SPEC = RequestSpec(
    assets=(
        *with_roles("image", ["a.png", "b.png"]),
        Asset(path="c.png", role=Role("image", 0, "image_start")),
        Asset(path="d.mp4", role=Role("video", 0, "video_url")),
    ),
    prompt="A rider.",
    duration=5,
    generate_audio=False,
    fields={"seed": 0, "model_params": {"style": "dry", "seed": 7}},
)


def test_fields_go_by_the_service_s_names_and_arrays_by_how_many_stand_in_them() -> None:
    assert given(SPEC) == {
        "prompt": "A rider.",
        "duration": 5,
        "generate_audio": False,
        "image_urls": 2,
        "image_start": True,
        "video_url": True,
        "seed": 0,
        "model_params.style": "dry",
        "model_params.seed": 7,
    }


def test_what_is_not_asked_for_is_not_given() -> None:
    assert given(RequestSpec()) == {}


def test_model_params_that_are_no_table_are_judged_as_a_field() -> None:
    assert given(RequestSpec(fields={"model_params": 3})) == {"model_params": 3}


def test_a_default_stands_for_what_is_not_asked_for_and_never_over_it() -> None:
    limit = PROFILE.request.quality
    assert limit
    assert value_of("quality", RequestSpec(), PROFILE) == limit.default
    assert value_of("quality", RequestSpec(quality="480p"), PROFILE) == "480p"
    assert value_of("generate_audio", SPEC, PROFILE) is False
    assert value_of("nothing", SPEC, PROFILE) is None


@pytest.mark.parametrize(
    ("when", "met"),
    [
        ({}, True),
        ({"image_urls": True}, True),
        ({"audio_urls": True}, False),
        ({"audio_urls": False}, True),
        ({"image_start": True}, True),
        ({"generate_audio": False}, True),
        ({"generate_audio": True}, False),
        ({"seed": True}, False),
        ({"duration": 5}, True),
        ({"duration": 6}, False),
        ({"duration": (4, 5)}, True),
        ({"model_params.style": ("wet",)}, False),
        ({"image_urls": Between(min=2, max=2)}, True),
        ({"image_urls": Between(min=3)}, False),
        ({"image_urls": Between(max=1)}, False),
        ({"audio_urls": Between(max=0)}, True),
        ({"prompt": Between(min=1)}, False),
        ({"duration": 5, "image_start": False}, False),
    ],
)
def test_a_condition_is_met_by_what_is_given_or_by_its_default(when: dict[str, Condition], met: bool) -> None:
    assert holds(when, SPEC, PROFILE) is met


@given_by(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_a_number_between_bounds_is_counted_with_them(count: int, low: int, high: int) -> None:
    spec = RequestSpec(assets=tuple(with_roles("image", ["a.png"] * count)))
    assert holds({"image_urls": Between(min=low, max=high)}, spec, PROFILE) == (low <= count <= high)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({}, ""),
        ({"quality": "1080p", "image_start": False}, "with quality 1080p, without image_start"),
        ({"quality": ("1080p", "4k"), "image_end": True}, "with quality 1080p or 4k, with image_end"),
        ({"image_urls": Between(min=2)}, "with at least 2 image_urls"),
        ({"image_urls": Between(min=2, max=4)}, "with at least 2 and at most 4 image_urls"),
    ],
)
def test_a_condition_is_told_as_part_of_a_sentence(when: dict[str, Condition], said: str) -> None:
    assert words(when) == said


def test_fields_that_the_documents_do_not_name_are_found() -> None:
    assert list(unknown(SPEC, PROFILE)) == [
        "image_start",
        "video_url",
        "seed",
        "model_params.style",
        "model_params.seed",
    ]
    assert list(unknown(RequestSpec(prompt="A.", duration=5, quality="720p"), PROFILE)) == []
