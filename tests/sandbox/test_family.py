"""The nine models: what each takes, as the later pages have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preflight.sandbox import running
from preflight.sandbox.documents import documents
from tests.sandbox.wire import FAST, MINI, STANDARD, accepted, connect, finished, refused

if TYPE_CHECKING:
    import httpx

    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf

URL = "http://127.0.0.1:9/none"
TIERS = ("", "fast-", "mini-")
TEXT = tuple(f"seedance-2.0-{tier}text-to-video" for tier in TIERS)
IMAGE = tuple(f"seedance-2.0-{tier}image-to-video" for tier in TIERS)
REFERENCE = (STANDARD, FAST, MINI)


def test_there_are_nine_models_and_each_has_a_kind_a_tier_and_a_price() -> None:
    read = documents()
    assert set(read.models) == {*TEXT, *IMAGE, *REFERENCE}
    for name, model in read.models.items():
        assert name.endswith(model.kind)
        assert (model.tier if model.tier != "standard" else "2.0-") in name
        assert read.tier_of(name).rate > 0


@pytest.mark.parametrize("model", TEXT)
def test_text_to_video_takes_a_prompt_and_no_reference_of_any_kind(client: httpx.Client, model: str) -> None:
    assert accepted(client, model=model)["model"] == model
    accepted(client, model=model, image_urls=[], video_urls=None, audio_urls=[])
    for array in ("image_urls", "video_urls", "audio_urls"):
        error = refused(client, model=model, **{array: [URL]})
        assert (error["param"], error["message"]) == (array, f"{array} has 1 items, must be less than or equal to 0")


@pytest.mark.parametrize("model", IMAGE)
def test_image_to_video_takes_a_first_frame_and_perhaps_a_last_one(
    client: httpx.Client, media: Media, shelf: Shelf, model: str
) -> None:
    frame = shelf.put(media.image())
    for frames in ([frame], [frame, frame]):
        assert accepted(client, model=model, image_urls=frames)["model"] == model
    for count in (0, 3):
        assert refused(client, model=model, image_urls=[frame] * count)["param"] == "image_urls"
    assert refused(client, model=model)["param"] == "image_urls"
    for array in ("video_urls", "audio_urls"):
        assert refused(client, model=model, image_urls=[frame], **{array: [URL]})["param"] == array


@pytest.mark.parametrize("size", [(299, 300), (752, 300), (6001, 3000)])
def test_a_frame_is_judged_as_a_reference_image_is(
    client: httpx.Client, media: Media, shelf: Shelf, size: tuple[int, int]
) -> None:
    error = refused(client, model=IMAGE[0], image_urls=[shelf.put(media.image(*size))])
    assert error["param"] == "image_urls[0]"
    assert error["message"].startswith("content[1]: ")


@pytest.mark.parametrize("model", [TEXT[0], STANDARD])
@pytest.mark.parametrize("quality", ["480p", "720p", "1080p", "4k"])
def test_the_standard_tier_offers_four_qualities(later: httpx.Client, model: str, quality: str) -> None:
    accepted(later, model=model, quality=quality)


@pytest.mark.parametrize("model", [*TEXT[1:], FAST, MINI])
def test_the_fast_and_the_mini_tier_offer_two(later: httpx.Client, model: str) -> None:
    for quality in ("480p", "720p"):
        accepted(later, model=model, quality=quality)
    for quality in ("1080p", "4k", "8k"):
        assert refused(later, model=model, quality=quality)["param"] == "quality"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"duration": 3}, "duration"),
        ({"duration": 16}, "duration"),
        ({"aspect_ratio": "2:1"}, "aspect_ratio"),
        ({"generate_audio": "yes"}, "generate_audio"),
        ({"callback_url": "http://example.com/done"}, "callback_url"),
        ({"callback_url": "https://10.0.0.1/done"}, "callback_url"),
        ({"callback_url": "https://example.com/" + "x" * 2048}, "callback_url"),
        ({"prompt": " "}, "prompt"),
    ],
)
def test_the_settings_of_the_sisters_are_those_of_the_later_pages_under_either_edition(
    client: httpx.Client, later: httpx.Client, fields: dict[str, object], param: str
) -> None:
    for sandbox in (client, later):
        assert refused(sandbox, model=TEXT[0], **fields)["param"] == param


class TestAModelThatOnlyTheLaterPagesDescribe:
    """Served by a sandbox of the earlier edition, it is judged by its own."""

    @pytest.mark.parametrize("model", TEXT[:1])
    def test_it_has_the_qualities_that_it_has_there(self, client: httpx.Client, model: str) -> None:
        accepted(client, model=model, quality="1080p")
        assert refused(client, model=STANDARD, quality="1080p")["param"] == "quality"

    def test_its_clips_may_be_as_large_as_there(self, client: httpx.Client, media: Media, shelf: Shelf) -> None:
        clip = shelf.put(media.video("1920x1080"))
        accepted(client, model=MINI, video_urls=[clip])
        assert refused(client, model=FAST, video_urls=[clip])["param"] == "video_urls[0]"

    def test_its_shape_follows_the_first_frame_where_none_is_named(self, media: Media, shelf: Shelf) -> None:
        with running(run_s=0) as sandbox, connect(sandbox) as client:
            frame = shelf.put(media.image(600, 1000))
            task = accepted(client, model=IMAGE[2], image_urls=[frame], duration=4, quality="480p")
            assert finished(client, task["id"])["status"] == "completed"
            assert sandbox.tasks[0].size_px == (496, 864)


def test_a_prompt_of_any_length_is_taken_where_no_page_limits_it(later: httpx.Client) -> None:
    accepted(later, model=TEXT[0], prompt="rain " * 10_001)
    assert refused(later, model=MINI, prompt="rain " * 10_001)["param"] == "prompt"


@pytest.mark.parametrize(
    ("model", "quality", "credits_"),
    [(TEXT[0], "720p", 67.5), (TEXT[1], "480p", 19.068), (TEXT[2], "720p", 13.5), (TEXT[0], "1080p", 168.75)],
)
def test_a_sister_reserves_the_price_of_its_tier_without_clips(
    client: httpx.Client, model: str, quality: str, credits_: float
) -> None:
    usage = accepted(client, model=model, quality=quality)["usage"]
    assert usage["credits_reserved"] == pytest.approx(credits_, abs=0.0001)


class TestWebSearch:
    """`model_params.web_search`: text-to-video, standard and fast; to the others it is an unknown field."""

    @pytest.mark.parametrize("model", TEXT[:2])
    def test_it_is_a_boolean_of_an_object(self, client: httpx.Client, model: str) -> None:
        for params in ({}, {"web_search": True}, {"web_search": False}, {"more": 1}):
            accepted(client, model=model, model_params=params)
        assert refused(client, model=model, model_params=True)["param"] == "model_params"
        error = refused(client, model=model, model_params={"web_search": "yes"})
        assert error["param"] == "model_params.web_search"

    @pytest.mark.parametrize("model", [TEXT[2], STANDARD])
    def test_elsewhere_it_is_let_through_like_any_unknown_field(self, client: httpx.Client, model: str) -> None:
        accepted(client, model=model, model_params={"web_search": "yes"})
