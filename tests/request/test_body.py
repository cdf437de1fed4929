"""The JSON body: names and order as the service has them, nothing that nobody asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load
from preflight.request.body import PLACEHOLDER_URL, as_sent, build_body, encode, planned_bytes, planned_url
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset
from tests.specimens import PROFILE


def address(asset: Asset) -> str:
    return f"https://files/{asset.path}"


def test_the_least_request_is_model_prompt_and_shape() -> None:
    assert build_body(RequestSpec(prompt="p"), PROFILE, address) == {
        "model": "seedance-2.0-reference-to-video",
        "prompt": "p",
        "aspect_ratio": "16:9",
    }


def test_a_full_request_has_every_field_under_the_services_name() -> None:
    assets = (*with_roles("image", ["b", "a"]), *with_roles("video", ["c"]), *with_roles("audio", ["d"]))
    spec = RequestSpec(
        assets=assets,
        model="m",
        prompt="p",
        duration=10,
        quality="480p",
        aspect_ratio="1:1",
        generate_audio=False,
        callback_url="https://x/y",
        content_filter=False,
    )
    assert build_body(spec, PROFILE, address) == {
        "model": "m",
        "prompt": "p",
        "image_urls": ["https://files/b", "https://files/a"],
        "video_urls": ["https://files/c"],
        "audio_urls": ["https://files/d"],
        "aspect_ratio": "1:1",
        "duration": 10,
        "quality": "480p",
        "generate_audio": False,
        "callback_url": "https://x/y",
        "content_filter": False,
    }


def test_the_shape_is_always_sent_because_its_default_has_changed() -> None:
    body = build_body(RequestSpec(prompt="p"), load("seedance-2.0-2026-10"), address)
    assert body["aspect_ratio"] == "adaptive"


def test_an_array_keeps_the_order_of_the_request_even_where_kinds_are_mixed() -> None:
    images, videos = with_roles("image", ["1", "2"]), with_roles("video", ["3"])
    spec = RequestSpec(assets=(images[0], videos[0], images[1]), prompt="p")
    assert build_body(spec, PROFILE, address)["image_urls"] == ["https://files/1", "https://files/2"]


def test_equal_requests_are_equal_bytes() -> None:
    assert encode({"b": 1, "a": "각"}) == encode({"a": "각", "b": 1}) == '{"a":"각","b":1}'.encode()


@pytest.mark.parametrize(
    ("path", "url"),
    [("https://x/a.png", "https://x/a.png"), ("a.png", PLACEHOLDER_URL), ("http:x.mp4", PLACEHOLDER_URL)],
)
def test_a_file_still_to_be_uploaded_stands_with_an_address_of_the_usual_length(path: str, url: str) -> None:
    assert planned_url(Asset(path=path)) == url


def test_a_planned_body_holds_no_name_of_a_local_file() -> None:
    spec = RequestSpec(assets=tuple(with_roles("image", ["/home/me/secret.png"])), prompt="p")
    assert b"secret" not in encode(build_body(spec, PROFILE, planned_url))


@given(st.text(max_size=100))
def test_the_planned_size_is_that_of_the_bytes_and_the_prompt_survives(prompt: str) -> None:
    prompt = prompt.encode("utf-8", "ignore").decode()
    spec = RequestSpec(prompt=prompt)
    sent = encode(build_body(spec, PROFILE, planned_url))
    assert planned_bytes(spec, PROFILE) == len(sent)
    assert json.loads(sent)["prompt"] == prompt


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://x.example/a b.png", "https://x.example/a%20b.png"),
        ("https://x.example/\uc601\uc0c1.mp4?name=\u00e9", "https://x.example/%EC%98%81%EC%83%81.mp4?name=%C3%A9"),
        ("https://x.example/a%20b.png?sig=A%2FB+c", "https://x.example/a%20b.png?sig=A%2FB+c"),
        ("https://b\u00fccher.example/a.png", "https://xn--bcher-kva.example/a.png"),
    ],
)
def test_a_url_is_sent_as_a_web_address(url: str, sent: str) -> None:
    assert as_sent(url) == sent
    assert as_sent(sent) == sent
