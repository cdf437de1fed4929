"""What a submission may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.wire import FAST, MINI, STANDARD, accepted, refused, submit

if TYPE_CHECKING:
    import httpx

URL = "http://127.0.0.1:9/none"


def test_a_prompt_is_enough_and_everything_else_has_its_documented_default(client: httpx.Client) -> None:
    task = accepted(client)
    assert task["id"].startswith("task-unified-")
    assert task["object"] == "video.generation.task"
    assert (task["model"], task["status"], task["progress"], task["type"]) == (STANDARD, "pending", 0, "video")
    assert task["task_info"] == {"can_cancel": True, "estimated_time": 0, "video_duration": 5}
    assert task["usage"] == {"billing_rule": "per_second", "credits_reserved": 67.5, "user_group": "default"}


@pytest.mark.parametrize("model", [STANDARD, FAST, MINI])
def test_every_model_is_served(client: httpx.Client, model: str) -> None:
    assert accepted(client, model=model)["model"] == model


@pytest.mark.parametrize(
    "fields",
    [
        {"duration": 4},
        {"duration": 15},
        {"quality": "480p"},
        {"quality": "720p"},
        *({"aspect_ratio": ratio} for ratio in ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive")),
        {"generate_audio": False},
        {"content_filter": False},
        {"callback_url": "https://example.com/done"},
        {"image_urls": [], "video_urls": [], "audio_urls": []},
        {"a_field_of_tomorrow": {"deep": [1]}, "huge": 10**40},
        {"prompt": "비" * 500},
        {"prompt": "rain " * 1000},
    ],
)
def test_what_is_documented_is_accepted(client: httpx.Client, fields: dict[str, object]) -> None:
    accepted(client, **fields)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": "seedance-3.0"}, "model"),
        ({"model": 7}, "model"),
        ({"prompt": None}, "prompt"),
        ({"prompt": "  "}, "prompt"),
        ({"prompt": ["a"]}, "prompt"),
        ({"prompt": "비" * 501}, "prompt"),
        ({"prompt": "rain " * 1001}, "prompt"),
        ({"image_urls": [URL] * 10}, "image_urls"),
        ({"video_urls": [URL] * 4}, "video_urls"),
        ({"image_urls": [URL], "audio_urls": [URL] * 4}, "audio_urls"),
        ({"image_urls": URL}, "image_urls"),
        ({"image_urls": [7]}, "image_urls[0]"),
        ({"image_urls": ["ftp://127.0.0.1/a.png"]}, "image_urls[0]"),
        ({"image_urls": ["file:///etc/passwd"]}, "image_urls[0]"),
        ({"image_urls": ["http://["]}, "image_urls[0]"),
        ({"image_urls": ["http://"]}, "image_urls[0]"),
        ({"duration": 3}, "duration"),
        ({"duration": 16}, "duration"),
        ({"duration": 10**30}, "duration"),
        ({"duration": "5"}, "duration"),
        ({"duration": 5.0}, "duration"),
        ({"duration": True}, "duration"),
        ({"quality": "1080p"}, "quality"),
        ({"quality": 720}, "quality"),
        ({"aspect_ratio": "2:1"}, "aspect_ratio"),
        ({"generate_audio": "yes"}, "generate_audio"),
        ({"generate_audio": 1}, "generate_audio"),
        ({"content_filter": "no"}, "content_filter"),
        ({"callback_url": "http://example.com/done"}, "callback_url"),
        ({"callback_url": "http://127.0.0.1:9/done"}, "callback_url"),
        ({"callback_url": "https://"}, "callback_url"),
        ({"callback_url": 1}, "callback_url"),
    ],
)
def test_a_broken_rule_is_refused_with_its_parameter(
    client: httpx.Client, fields: dict[str, object], param: str
) -> None:
    assert refused(client, **fields)["param"] == param


def test_sound_alone_is_refused(client: httpx.Client) -> None:
    assert refused(client, audio_urls=[URL])["message"] == "reference_audio cannot be the only reference input"


@pytest.mark.parametrize("url", ["data:image/png;base64,AAAA", "DATA:image/png;base64,AAAA"])
def test_inline_base64_is_refused(client: httpx.Client, url: str) -> None:
    assert "Base64" in refused(client, image_urls=[url])["message"]


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff\xfe", b"[]", b'"text"', b"null", b'{"prompt": NaN}', b"[" * 100_000, b'{"prompt": "\\ud800"}'],
)
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, text: bytes) -> None:
    answer = client.post("/v1/videos/generations", content=text)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


def test_numbers_of_any_length_never_break_the_sandbox(client: httpx.Client) -> None:
    for field in ("duration", "unknown"):
        text = f'{{"model": "{STANDARD}", "prompt": "x", "{field}": {"9" * 5000}}}'
        assert client.post("/v1/videos/generations", content=text.encode()).status_code in {200, 400}


def test_a_deeply_nested_unknown_field_never_breaks_the_sandbox(client: httpx.Client) -> None:
    for depth in (100, 900, 950, 1000, 5000):
        text = f'{{"model": "{STANDARD}", "prompt": "x", "deep": {"[" * depth}{"]" * depth}}}'
        assert client.post("/v1/videos/generations", content=text.encode()).status_code in {200, 400}


def test_a_body_beyond_64_mb_is_refused_with_413(client: httpx.Client) -> None:
    answer = submit(client, padding="x" * (65 << 20))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")


def test_a_body_of_less_than_64_mb_is_read(client: httpx.Client) -> None:
    assert submit(client, padding="x" * (63 << 20)).status_code == 200


class TestLaterPages:
    """The edition of October 2026."""

    @pytest.mark.parametrize("quality", ["480p", "720p", "1080p", "4k"])
    def test_the_standard_model_offers_more_qualities(self, later: httpx.Client, quality: str) -> None:
        accepted(later, quality=quality)

    @pytest.mark.parametrize("model", [FAST, MINI])
    def test_the_smaller_models_do_not(self, later: httpx.Client, model: str) -> None:
        assert refused(later, model=model, quality="1080p")["param"] == "quality"

    def test_a_long_prompt_is_only_advised_against(self, later: httpx.Client) -> None:
        accepted(later, prompt="rain " * 1001)

    def test_a_prompt_of_more_than_ten_thousand_tokens_is_refused(self, later: httpx.Client) -> None:
        assert refused(later, prompt="rain " * 10_001)["param"] == "prompt"

    @pytest.mark.parametrize(
        "url", ["https://10.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://example.com/" + "x" * 2048]
    )
    def test_a_callback_must_be_short_and_public(self, later: httpx.Client, url: str) -> None:
        assert refused(later, callback_url=url)["param"] == "callback_url"

    def test_a_public_callback_is_accepted(self, later: httpx.Client) -> None:
        accepted(later, callback_url="https://example.com/done")
