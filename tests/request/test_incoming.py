"""The body of a create call, read strictly: one value for each spelling of it, and no more than is allowed."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load
from preflight.request.incoming import BodyError, encoded, model_of, spec_of, table_of
from preflight.values.assets import Asset, Role

EDITION = load("seedance-2.0-2026-04")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def placed(role: Role, text: str) -> Asset:
    return Asset(path=text, role=role)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_the_order_of_keys_and_what_is_null_make_no_difference(body: dict[str, Any]) -> None:
    there = table_of(json.dumps(body).encode())
    back = table_of(json.dumps(dict(reversed(body.items())), indent=1, ensure_ascii=False).encode())
    assert encoded(there) == encoded(back)
    assert None not in there.values()


@given(st.binary(max_size=40))
def test_no_bytes_make_more_than_a_table_or_a_refusal(content: bytes) -> None:
    with suppress(BodyError):
        assert isinstance(table_of(content), dict)


@pytest.mark.parametrize("content", [b'{"a":1,"a":1}', b'{"a":{"b":1,"c":2,"b":3}}', b'[{"a":1,"\\u0061":2}]'])
def test_two_keys_of_one_name_are_none(content: bytes) -> None:
    with pytest.raises(BodyError, match="stands there twice"):
        table_of(content)


def test_a_request_is_read_by_the_service_s_names() -> None:
    body = {
        "model": "seedance-2.0-reference-to-video",
        "prompt": "Video 1.",
        "video_urls": ["https://example.com/a.mp4"],
        "image_urls": ["https://example.com/b.png", "https://example.com/c.png"],
        "generate_audio": False,
    }
    spec = spec_of(table_of(json.dumps(body).encode()), EDITION, placed)
    assert [str(asset.role) for asset in spec.assets] == ["image 1", "image 2", "video 1"]
    assert (spec.model, spec.generate_audio, spec.duration, spec.aspect_ratio) == (body["model"], False, None, None)


@pytest.mark.parametrize(
    ("more", "param"),
    [({"prompt": None}, "prompt"), ({"image_urls": {}}, "image_urls"), ({"audio_urls": [[]]}, "audio_urls[0]")],
)
def test_a_wrong_field_is_named_as_the_service_names_it(more: dict[str, Any], param: str) -> None:
    body = {"model": "seedance-2.0-reference-to-video", "prompt": "", **more}
    with pytest.raises(BodyError) as failed:
        spec_of(table_of(json.dumps(body).encode()), EDITION, placed)
    assert failed.value.param == param


@pytest.mark.parametrize("model", [None, "", 3, ["a"]])
def test_a_model_is_a_text(model: object) -> None:
    with pytest.raises(BodyError, match="model "):
        model_of({"model": model})
