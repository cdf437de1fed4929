"""The index of the editions: which one describes a model, read without reading them all."""

import pytest

from preflight.errors import CallError
from preflight.profiles import edition_for
from preflight.profiles.index import INDEX, index, made_index, nearest_models, needs_prompt, shipped_addresses, written
from preflight.profiles.loader import load, names
from preflight.values.remedy import Remedy


def test_a_model_chooses_its_edition_and_none_the_default() -> None:
    assert edition_for(None) == edition_for("seedance-2.0-reference-to-video") == "seedance-2.0-2026-04"
    assert edition_for("seedance-2.0-mini-reference-to-video") == "seedance-2.0-2026-10"
    assert edition_for("kling-v2.6-motion-control") == "kling-motion-control-2026-10"


def test_a_model_with_a_typo_is_told_with_the_nearest_three() -> None:
    with pytest.raises(CallError, match="no edition describes 'seedance-2-5-reference-to-video'") as caught:
        edition_for("seedance-2-5-reference-to-video")
    assert caught.value.advice.startswith("Nearest: seedance-2.5-reference-to-video, ")
    assert caught.value.advice.count(",") == 2


def test_the_index_is_made_of_the_editions() -> None:
    assert written(made_index()) == INDEX.read_bytes(), "run `make docs`"


def test_every_video_model_of_the_provider_that_makes_a_video_has_an_edition() -> None:
    assert len([name for name in index().models if "/" not in name]) == 89


def test_a_name_like_none_is_told_how_to_list_the_models() -> None:
    with pytest.raises(CallError, match="no edition describes 'x'") as caught:
        edition_for("x")
    assert caught.value.remedies == (Remedy("list-models"),)


def test_models_of_other_services_are_near_only_to_a_name_with_a_service() -> None:
    assert all("/" not in one for one in nearest_models("seedance-2.0"))
    assert any("/" in one for one in nearest_models("fal/seedance-2.0"))


def test_every_model_of_the_index_is_described_by_its_edition() -> None:
    assert [name for name, edition in index().models.items() if name not in load(edition).models] == []


def test_no_address_is_that_of_a_service_that_is_only_checked_for() -> None:
    apart = {load(name).service.base_url for name in names() if load(name).service.check_only}
    assert apart
    assert not apart & shipped_addresses()


def test_a_prompt_is_needed_unless_the_edition_says_otherwise() -> None:
    optional = {name for name in index().models if not needs_prompt(load(index().models[name]))}
    assert optional == set(index().prompt_optional)
    assert load().default_model not in optional
