"""A body is read by the table of its model: each parameter within its bounds, each pair as the document pairs it."""

from __future__ import annotations

from typing import Any

import pytest

from preflight.sandbox.errors import ApiError
from preflight.sandbox.settings import Settings
from preflight.sandbox.tabled import tabled
from preflight.sandbox.tables import Table, tables

TABLES = tables()
URL = "https://host/a"


def least(model: str) -> dict[str, Any]:
    """Make the smallest body that a model takes."""
    table = TABLES[model]
    body: dict[str, Any] = {"model": model, "prompt": "A rider."}
    for kind, name in table.single.items():
        if kind == "image" or table.at_least_one:
            body[name] = f"{URL}.{kind}"
    if table.at_least_one and not table.single:
        body["image_urls"] = [URL]
    return body


def read(model: str, **more: Any) -> Any:  # noqa: ANN401 - parameters
    return tabled({**least(model), **more}, model, TABLES[model], Settings())


def refused(model: str, **more: Any) -> str | None:  # noqa: ANN401 - fields of a body
    with pytest.raises(ApiError) as found:
        read(model, **more)
    assert found.value.status == 400
    return found.value.param


def of(wanted: Any) -> list[str]:  # noqa: ANN401 - a test of a table
    return [name for name, table in sorted(TABLES.items()) if wanted(table)][:4]


@pytest.mark.parametrize("model", sorted(TABLES))
def test_the_smallest_body_has_every_default_that_is_documented(model: str) -> None:
    table, found = TABLES[model], read(model)
    assert (found.model, found.quality) == (model, table.quality_default)
    assert found.aspect_ratio == table.aspect_ratio_default
    assert found.duration_s == (
        table.duration.min if table.duration.default in table.duration.special else table.duration.default
    )


@pytest.mark.parametrize("model", sorted(TABLES))
def test_a_length_is_within_its_bounds_or_one_that_the_model_chooses(model: str) -> None:
    limits = TABLES[model].duration
    for value in (limits.min, limits.max):
        assert read(model, duration=value).duration_s == value
    for value in (limits.min - 1, limits.max + 1):
        if value not in limits.special:
            assert refused(model, duration=value) == "duration"
    for value in limits.special:
        found = read(model, duration=value)
        assert (found.duration_s, found.reserved_s) == (limits.min, limits.max)


@pytest.mark.parametrize("model", sorted(TABLES))
def test_what_is_chosen_of_a_list_is_on_it(model: str) -> None:
    table = TABLES[model]
    for name, allowed in (("quality", table.qualities), ("aspect_ratio", table.aspect_ratios)):
        assert {getattr(read(model, **{name: one}), name) for one in allowed} == {*allowed}
        assert refused(model, **{name: "nothing"}) == name
        assert refused(model, **{name: 7}) == name


@pytest.mark.parametrize("model", sorted(TABLES))
def test_each_parameter_of_a_table_is_of_its_type_and_within_its_bounds(model: str) -> None:
    for name, limit in TABLES[model].fields.items():
        outer, _, inner = name.partition(".")
        wrong: object = {"a": 1} if limit.type != "object" else 7
        assert refused(model, **{outer: {inner: wrong} if inner else wrong}) in (name, outer)
        for bound, step in ((limit.min, -1), (limit.max, 1)):
            if bound is not None and limit.type == "integer":
                value = bound + step
                assert refused(model, **{outer: {inner: value} if inner else value}) == name


@pytest.mark.parametrize("model", of(lambda table: table.strict))
def test_what_a_strict_document_does_not_name_is_refused(model: str) -> None:
    assert refused(model, a_field_of_tomorrow=1) == "a_field_of_tomorrow"


@pytest.mark.parametrize("model", of(lambda table: not table.strict))
def test_what_another_does_not_name_is_taken(model: str) -> None:
    assert read(model, a_field_of_tomorrow=1)


@pytest.mark.parametrize("model", of(lambda table: table.refused))
def test_what_a_document_names_to_refuse_is_refused_unless_it_is_null(model: str) -> None:
    name = TABLES[model].refused[0]
    outer, _, inner = name.partition(".")
    assert refused(model, **{outer: {inner: 1} if inner else 1}) in (name, outer)
    assert read(model, **{outer: {inner: None} if inner else None})


@pytest.mark.parametrize("model", of(lambda table: table.prompt.required))
def test_a_prompt_that_is_required_is_there(model: str) -> None:
    for prompt in (None, "", "  \n"):
        assert refused(model, prompt=prompt) == "prompt"


@pytest.mark.parametrize("model", of(lambda table: table.prompt.max_characters))
def test_a_prompt_has_no_more_characters_than_is_said(model: str) -> None:
    most = TABLES[model].prompt.max_characters
    assert most
    assert read(model, prompt="x" * most)
    assert refused(model, prompt="x" * (most + 1)) == "prompt"


@pytest.mark.parametrize("model", of(lambda table: table.at_least_one))
def test_where_a_file_is_needed_none_is_refused(model: str) -> None:
    nothing = dict.fromkeys((*TABLES[model].single.values(), "image_urls", "video_urls", "audio_urls"))
    assert refused(model, **nothing) == "image_urls"


@pytest.mark.parametrize("model", of(lambda table: table.counts))
def test_no_more_files_are_taken_than_is_said(model: str) -> None:
    name, most = next(iter(TABLES[model].counts.items()))
    assert refused(model, **{name: [URL] * (most + 1)}) == name


@pytest.mark.parametrize("model", of(lambda table: table.draft_quality))
def test_a_draft_has_one_quality(model: str) -> None:
    table: Table = TABLES[model]
    assert read(model, draft=True).quality == table.draft_quality
    other = next(one for one in table.qualities if one != table.draft_quality)
    assert refused(model, draft=True, quality=other) == "quality"
    assert read(model, draft=False, quality=other).quality == other


@pytest.mark.parametrize("model", of(lambda table: not table.audio_alone))
def test_a_sound_alone_is_refused(model: str) -> None:
    assert refused(model, image_urls=None, audio_urls=[URL]) == "audio_urls"


@pytest.mark.parametrize("model", of(lambda table: table.exclusive))
def test_what_excludes_each_other_is_not_sent_together(model: str) -> None:
    one, other = TABLES[model].exclusive[0]
    both = {
        name: [URL] if name.endswith("_urls") else URL if "image" in name or "video" in name else True
        for name in (one, other)
    }
    assert refused(model, **both)
