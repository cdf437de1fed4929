"""Requests built by a program, and the bodies that are sent for them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import preflight
from preflight.sandbox import Sandbox
from tests.api.conftest import LONG, OK, a_request, marked_clip
from tests.specimens import FIXTURES, MEDIA, copied


def test_assets_get_their_roles_in_the_order_given(tmp_path: Path) -> None:
    window = preflight.Window.parse("1-4")
    request = preflight.build_request(
        "Words.",
        images=(OK, "https://example.com/a.png"),
        videos=iter([preflight.Asset(path=str(LONG), keep=window, walked=True)]),
        audios=[str(copied("audio-5s.mp3", tmp_path))],
    )
    assert [str(asset.role) for asset in request.assets] == ["image 1", "image 2", "video 1", "audio 1"]
    assert (request.assets[2].keep, request.assets[2].walked) == (window, False)
    assert (request.prompt, request.duration, request.model) == ("Words.", None, None)


def test_a_request_that_was_built_is_the_one_that_was_written() -> None:
    path = FIXTURES / "requests" / "good-everything.toml"
    written = preflight.load_request(path)
    named = {kind: [asset.path for asset in written.of_kind(kind)] for kind in ("image", "video", "audio")}
    settings = {name: value for name, value in msgspec.structs.asdict(written).items() if name != "assets"}
    settings |= {f"{kind}s": paths for kind, paths in named.items()}
    built = preflight.build_request(**settings)
    assert built == written


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"images": str(OK)}, "images: expected a list"),
        ({"videos": OK}, "videos: expected a list"),
        ({"audios": ["absent.mp3"]}, r"absent\.mp3: No such file"),
        ({"images": [MEDIA]}, "is not a file"),
        ({"duration": "5"}, "duration: expected a whole number"),
        ({"duration": True}, "duration"),
        ({"generate_audio": 1}, "generate_audio: expected true or false"),
        ({"prompt": None}, "prompt"),
    ],
)
def test_what_cannot_be_a_request_is_refused_by_name(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(preflight.CallError, match=why):
        preflight.build_request(**{"prompt": "Words.", **settings})


def test_the_body_is_the_one_that_is_sent(send: Callable[..., preflight.Submitted], sandbox: Sandbox) -> None:
    request = a_request(aspect_ratio="9:16")
    send(request)
    sent = sandbox.tasks[0].body
    url = sent["image_urls"][0]  # type: ignore[index] # a list, as the assertion below says
    assert preflight.body_of(request, preflight.check_request(request), {str(OK): str(url)}) == sent


def test_no_body_is_made_of_what_is_not_clean() -> None:
    clean, urls = a_request(), {str(OK): "https://example.com/a.jpg"}
    report = preflight.check_request(clean)
    assert preflight.body_of(clean, report, urls)["image_urls"] == ["https://example.com/a.jpg"]
    wrong = a_request(MEDIA / "image-200x200.png")
    marked = marked_clip()
    for request, judged, why in (
        (clean, preflight.check(OK), "another request"),
        (clean, preflight.check_request(wrong), "another request"),
        (wrong, preflight.check_request(wrong), "not clean"),
        (marked, preflight.check_request(marked), "not cut"),
    ):
        with pytest.raises(preflight.CallError, match=why):
            preflight.body_of(request, judged, {**urls, marked.assets[0].path: "https://example.com/a.mp4"})
    with pytest.raises(preflight.CallError, match="has no URL"):
        preflight.body_of(clean, report, {})


def test_a_picture_has_no_part_to_keep() -> None:
    marked = preflight.Asset(path=str(OK), keep=preflight.Window.parse("1-4"))
    with pytest.raises(preflight.CallError, match="a picture has no part to keep"):
        preflight.build_request("Image 1.", images=[marked])
    with pytest.raises(preflight.CallError, match="a picture has no part to keep"):
        preflight.fix(preflight.check(marked), "ready")
