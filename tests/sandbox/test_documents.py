"""What the sandbox reads in the provider's documents fits together."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest

from preflight.sandbox.documents import EditionName, decimal_hook, documents

DOCUMENTS = documents()


def test_every_model_has_a_kind_a_tier_and_an_edition_that_describes_it() -> None:
    assert set(DOCUMENTS.editions) == set(get_args(EditionName))
    for model in DOCUMENTS.models:
        assert max(DOCUMENTS.kind_of(model).image_urls) >= 0
        assert DOCUMENTS.tier_of(model).rate > 0
        for name in get_args(EditionName):
            assert DOCUMENTS.edition_for(model, name).source


def test_a_model_follows_the_edition_chosen_but_none_from_before_it_was_there() -> None:
    for model, one in DOCUMENTS.models.items():
        newest = max(DOCUMENTS.editions)
        assert DOCUMENTS.edition_for(model, newest) == DOCUMENTS.editions[newest]  # type: ignore[arg-type] # a key
        assert DOCUMENTS.edition_for(model, one.since) == DOCUMENTS.editions[one.since]
    late = next(model for model, one in DOCUMENTS.models.items() if one.since != min(DOCUMENTS.editions))
    assert DOCUMENTS.edition_for(late, "2026-04") == DOCUMENTS.editions[DOCUMENTS.models[late].since]


def test_no_smallest_value_is_above_the_largest() -> None:
    limits = DOCUMENTS.limits
    pairs: list[tuple[Fraction | int, Fraction | int]] = [
        *(limits.duration_s, limits.image_side_px, limits.video_side_px, limits.image_ratio, limits.video_ratio),
        *(limits.video_frame_rate_hz, limits.idempotency_key_characters),
        *(one.clip_s for one in DOCUMENTS.lengths.values()),
        *(pair for kind in DOCUMENTS.kinds.values() for pair in (kind.image_urls, kind.video_urls, kind.audio_urls)),
    ]
    assert all(Fraction(low) <= Fraction(high) for low, high in pairs)
    assert limits.duration_s[0] <= limits.duration_default_s <= limits.duration_s[1]
    assert all(one.clip_s[1] <= one.total_s for one in DOCUMENTS.lengths.values())


def test_every_quality_that_is_offered_has_a_price_and_a_size_for_each_ratio() -> None:
    offered = {quality for tier in DOCUMENTS.tiers.values() for quality in tier.factor_alone}
    assert {quality for one in DOCUMENTS.editions.values() for quality in one.qualities} >= offered
    assert DOCUMENTS.limits.quality_default in offered
    assert set(DOCUMENTS.frames) >= offered
    assert len({frozenset(sizes) for sizes in DOCUMENTS.frames.values()}) == 1
    for sizes in DOCUMENTS.frames.values():
        for ratio, (width, height) in sizes.items():
            across, down = map(int, ratio.split(":"))
            assert width % 2 == height % 2 == 0
            assert abs(Fraction(width, height) / Fraction(across, down) - 1) < Fraction(3, 100)


def test_decimals_are_read_exactly_and_nothing_else_is_guessed() -> None:
    assert decimal_hook(Fraction, "0.1") == Fraction(1, 10)
    assert decimal_hook(Fraction, 0.1) == Fraction(1, 10)
    with pytest.raises(NotImplementedError):
        decimal_hook(complex, "1")
