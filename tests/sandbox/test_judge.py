"""The sandbox judges by inclusive bounds, in the service's words, and says the first fault alone."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from preflight.sandbox.judge import (
    audio_fault,
    image_fault,
    output_fault,
    rules,
    size_fault,
    total_fault,
    type_fault,
    video_fault,
)
from preflight.sandbox.measure import AudioFacts, ImageFacts, VideoFacts
from preflight.sandbox.settings import Settings
from preflight.sandbox.tables import tables

if TYPE_CHECKING:
    from preflight.sandbox.media import Rules, Span

STANDARD = "seedance-2.0-reference-to-video"
RULES: Rules = rules(Settings(), STANDARD)
CLIP = VideoFacts(
    width_px=854, height_px=480, duration_s=Fraction(5), frame_rate_hz=Fraction(24), codec="h264", sound_codecs=("aac",)
)
EPSILON = Fraction(1, 1000)


@pytest.mark.parametrize("strict", [True, False])
def test_documents_of_a_family_are_by_edition_and_by_how_strict_the_lengths_are(strict: bool) -> None:
    found = rules(Settings(strict_lengths=strict), STANDARD)
    assert (found.video.clip_s.min, found.video.clip_s.max) == (
        (2, 15) if strict else (Fraction("1.8"), Fraction("15.2"))
    )


@pytest.mark.parametrize("model", sorted(tables())[:5])
def test_other_models_are_judged_by_their_table(model: str) -> None:
    assert rules(Settings(), model) == tables()[model].media


def test_what_is_within_has_no_fault() -> None:
    assert image_fault(ImageFacts(1024, 768), RULES.image) is None
    assert video_fault(CLIP, RULES.video) is None
    assert audio_fault(AudioFacts(Fraction(5), "mp3"), RULES.audio) is None


@pytest.mark.parametrize("name", ["duration_s", "frame_rate_hz"])
def test_a_bound_belongs_to_what_is_allowed_and_the_next_value_does_not(name: str) -> None:
    bounds: Span = RULES.video.clip_s if name == "duration_s" else RULES.video.frame_rate_hz
    assert bounds.min is not None
    assert bounds.max is not None
    for value, is_wrong in (
        (bounds.min, False),
        (bounds.max, False),
        (bounds.min - EPSILON, True),
        (bounds.max + EPSILON, True),
    ):
        found = video_fault(replace(CLIP, **{name: value}), RULES.video)
        assert (found is not None) is is_wrong, value


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ImageFacts(200, 400), "image_dimension_mismatch"),
        (ImageFacts(7000, 4000), "image_dimension_mismatch"),
        (ImageFacts(300, 1000), "image_dimension_mismatch"),
    ],
)
def test_an_image_of_a_wrong_size_says_what_was_received(facts: ImageFacts, code: str) -> None:
    found = image_fault(facts, RULES.image)
    assert found
    assert found.code == code


def test_transparency_is_a_fault_of_the_types_that_may_have_none() -> None:
    clear = replace(RULES.image, opaque_types=frozenset({"image/png"}))
    see_through = ImageFacts(1024, 768, transparent=True)
    assert image_fault(see_through, clear, "image/png")
    assert image_fault(see_through, clear, "image/webp") is None
    assert image_fault(ImageFacts(1024, 768), clear, "image/png") is None


def test_a_codec_is_named_before_any_number() -> None:
    wrong = replace(CLIP, codec="prores", duration_s=Fraction(99))
    found = video_fault(wrong, replace(RULES.video, codecs=frozenset({"h264"})))
    assert found
    assert "codec prores" in found.message
    silent = video_fault(replace(CLIP, sound_codecs=("ac3",)), replace(RULES.video, sound_codecs=frozenset({"aac"})))
    assert silent
    assert "ac3" in silent.message
    assert video_fault(replace(CLIP, codec="prores"), replace(RULES.video, codecs=frozenset())) is None


@pytest.mark.parametrize(
    ("codec", "is_taken"), [("mp3", True), ("mp3float", True), ("pcm_s16le", True), ("aac", False), ("", False)]
)
def test_a_sound_is_of_a_codec_that_all_play(codec: str, is_taken: bool) -> None:
    assert (audio_fault(AudioFacts(Fraction(5), codec), RULES.audio) is None) is is_taken


@pytest.mark.parametrize(
    ("kind", "code"),
    [("image", "image_processing_error"), ("video", "invalid_parameters"), ("audio", "invalid_parameters")],
)
def test_a_media_type_is_one_of_those_allowed(kind: str, code: str) -> None:
    assert type_fault(kind, "a/b", frozenset({"a/b"})) is None
    for told in ("a/c", None, ""):
        found = type_fault(kind, told, frozenset({"a/b"}))
        assert found
        assert found.code == code


@given(st.integers(0, 1 << 40), st.none() | st.integers(0, 1 << 40))
def test_a_size_may_be_all_that_is_allowed(size: int, most: int | None) -> None:
    assert (size_fault("image", size, most) is None) is (most is None or size <= most)


@given(st.lists(st.fractions(min_value=0, max_value=20, max_denominator=100), max_size=4))
def test_durations_count_together(lengths: list[Fraction]) -> None:
    most = RULES.video.total_s
    assert most is not None
    assert (total_fault("video", lengths, RULES.video) is None) is (sum(lengths) <= most)


@given(
    st.lists(st.fractions(min_value=0, max_value=20, max_denominator=100), max_size=4),
    st.integers(1, 20),
    st.none() | st.integers(1, 40),
)
def test_references_and_output_count_together_where_there_are_any(
    lengths: list[Fraction], duration_s: int, most: int | None
) -> None:
    is_wrong = bool(lengths) and most is not None and sum(lengths) + duration_s > most
    assert (output_fault(lengths, duration_s, most) is not None) is is_wrong
