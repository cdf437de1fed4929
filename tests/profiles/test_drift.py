"""What of an edition no longer agrees with the provider's OpenAPI document."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from preflight.profiles import edition_for, load
from preflight.profiles.drift import NoSchemaError, drifts, models_of, request_schema

H3 = "minimax-h3-max-text-to-video"
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/videos/generations": {
            "post": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}},
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Model": {"type": "string", "enum": [H3, "minimax-h3-max-turbo-text-to-video"]},
            "Request": {
                "type": "object",
                "required": ["model", "prompt"],
                "properties": {
                    "model": {"$ref": "#/components/schemas/Model"},
                    "prompt": {"type": "string", "maxLength": 7000, "description": "1 to 7000 characters."},
                    "duration": {"type": "integer", "minimum": 5, "maximum": 15, "default": 5},
                    "quality": {"type": "string", "enum": ["480p", "768p"], "default": "768p"},
                    "aspect_ratio": {"type": "string", "enum": ["16:9", "21:9", "4:3", "1:1", "3:4", "9:16"]},
                    "callback_url": {"type": "string"},
                },
            },
        }
    },
}


def found(change: Callable[[dict[str, Any]], object] = lambda _: None) -> list[tuple[str, str, str]]:
    document = copy.deepcopy(DOCUMENT)
    change(document["components"]["schemas"]["Request"])
    schema = request_schema(document)
    return [(one.what, one.place, one.theirs) for one in drifts(schema, load(edition_for(H3)))]


def test_a_document_that_says_what_the_edition_says_has_not_drifted() -> None:
    assert models_of(request_schema(DOCUMENT)) == (H3, "minimax-h3-max-turbo-text-to-video")
    assert found() == []


@pytest.mark.parametrize(
    ("change", "drift"),
    [
        (lambda r: r["properties"]["duration"].update(maximum=20), ("bound", "duration.maximum", "20")),
        (lambda r: r["properties"]["duration"].update(minimum=4), ("bound", "duration.minimum", "4")),
        (lambda r: r["properties"]["duration"].update(default=6), ("default", "duration", "6")),
        (
            lambda r: r["properties"]["quality"].update(enum=["480p", "768p", "2k"]),
            ("enum", "quality", "480p, 768p, 2k"),
        ),
        (lambda r: r["properties"]["prompt"].update(maxLength=9000), ("bound", "prompt.maxLength", "9000")),
        (lambda r: r["properties"].update(seed={"type": "integer"}), ("field", "seed", "a field")),
        (lambda r: r["properties"].pop("aspect_ratio"), ("field", "aspect_ratio", "not known")),
        (lambda r: r["required"].append("quality"), ("required", "quality", "required")),
        (lambda r: r["required"].remove("prompt"), ("required", "prompt", "not required")),
        (lambda r: r["properties"].update(model={"const": "minimax-h4"}), ("id", "model", "minimax-h4")),
        (
            lambda r: r["properties"].update(model_params={"properties": {"style": {"type": "string"}}}),
            ("field", "model_params.style", "a field"),
        ),
    ],
)
def test_what_changed_is_told_exactly(change: Callable[[dict[str, Any]], object], drift: tuple[str, str, str]) -> None:
    assert drift in found(change)
    assert len(found(change)) == 1


def test_counts_of_arrays_are_compared() -> None:
    schema = request_schema(DOCUMENT)
    schema["properties"]["image_urls"] = {"type": "array", "minItems": 1, "maxItems": 12}
    told = {(one.place, one.ours, one.theirs) for one in drifts(schema, load(edition_for("wan3.0-reference-video")))}
    assert ("image_urls.maxItems", "10", "12") in told
    assert ("image_urls.minItems", "0", "1") in told


def test_numbers_in_prose_that_the_edition_does_not_have_are_shown_with_their_words() -> None:
    def change(request: dict[str, Any]) -> None:
        request["properties"]["prompt"]["description"] = "At most 7,000 characters; since October 12,500 for some."

    ((what, place, words),) = found(change)
    assert (what, place) == ("prose", "prompt")
    assert "since October 12,500 for some" in words


def test_parts_that_a_schema_is_made_of_are_merged() -> None:
    request = DOCUMENT["components"]["schemas"]["Request"]
    parts = {"allOf": [{"properties": {"model": request["properties"]["model"]}, "required": ["model"]}, request]}
    document = {**DOCUMENT, "components": {"schemas": {**DOCUMENT["components"]["schemas"], "Request": parts}}}
    document["components"]["schemas"]["Model"] = {"oneOf": [{"const": H3}]}
    assert models_of(request_schema(document)) == (H3,)
    (told,) = drifts(request_schema(document), load(edition_for(H3)))
    assert not told.is_certain
    assert told.theirs.endswith("and the edition is for minimax-h3-max-turbo-text-to-video too")


@pytest.mark.parametrize(
    "words", ["Clips of 2-19 seconds each", "up to 19MB", "19px a side", "2 to 19 s", "2\u201319 s"]
)
def test_a_number_in_prose_may_end_a_range_or_carry_its_unit(words: str) -> None:
    told = found(lambda request: request["properties"]["prompt"].update(description=words))
    assert [(what, place) for what, place, _ in told] == [("prose", "prompt")]


@pytest.mark.parametrize("words", ["since 2026-11-19", "see wan-19", "v19.2", "19:6", "1280x719", "19th"])
def test_names_dates_and_ratios_in_prose_are_no_limits(words: str) -> None:
    assert found(lambda request: request["properties"]["prompt"].update(description=words)) == []


def test_a_model_that_a_page_of_several_no_longer_names_is_told() -> None:
    several = load("seedance-2.0-2026-10")
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Model"]["enum"] = list(several.models)[:-1]
    told = [one for one in drifts(request_schema(document), several) if one.what == "id"]
    assert [one.theirs for one in told] == [", ".join(list(several.models)[:-1])]


@pytest.mark.parametrize(
    "document", [{}, {"paths": {}}, {"paths": {"/a": {"post": {}}}}, {"paths": []}, {"paths": {"/a": {"get": {}}}}]
)
def test_a_document_without_a_request_of_a_model_is_told(document: dict[str, Any]) -> None:
    with pytest.raises(NoSchemaError):
        request_schema(document)


def test_a_reference_that_leads_to_itself_ends() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Request"] = {"$ref": "#/components/schemas/Request"}
    with pytest.raises(NoSchemaError):
        request_schema(document)
