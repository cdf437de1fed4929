"""request.json: the body that people have today, with the service's own field names."""

import json
from pathlib import Path

import pytest

from preflight.errors import RequestFileError
from preflight.request.file import load_spec
from tests.specimens import media


def written(folder: Path, body: object, name: str = "request.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def refusal(path: Path) -> RequestFileError:
    with pytest.raises(RequestFileError) as caught:
        load_spec(path)
    return caught.value


def test_the_services_own_body_is_a_request(tmp_path: Path) -> None:
    body = {
        "model": "seedance-2.0-reference-to-video",
        "prompt": "image 1 walks as in video 1",
        "image_urls": ["https://example.com/a.png", media("image-ok.jpg")],
        "video_urls": ["https://example.com/b.mp4"],
        "audio_urls": [],
        "duration": 8,
        "quality": "720p",
        "aspect_ratio": "adaptive",
        "generate_audio": False,
        "callback_url": "https://example.com/hook",
        "content_filter": True,
    }
    spec = load_spec(written(tmp_path, body))
    assert [str(asset.role) for asset in spec.assets] == ["image 1", "image 2", "video 1"]
    assert [asset.is_url for asset in spec.assets] == [True, False, True]
    settings = (spec.model, spec.duration, spec.quality, spec.aspect_ratio, spec.generate_audio, spec.callback_url)
    assert settings == (*("seedance-2.0-reference-to-video", 8, "720p", "adaptive", False, "https://example.com/hook"),)


def test_our_own_names_are_understood_in_it_too(tmp_path: Path) -> None:
    spec = load_spec(written(tmp_path, {"prompt": "p", "images": [media("image-ok.jpg")]}))
    assert [str(asset.role) for asset in spec.assets] == ["image 1"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("ratio", "ratio: unknown key; did you mean 'aspect_ratio'?"),
        ("resolution", "resolution: unknown key; did you mean 'quality'?"),
        ("seed", "seed: unknown key; these models take none: leave it out"),
        ("input", "input: unknown key; the keys stand at the top of the file"),
        ("video_url", "video_url: unknown key; did you mean 'videos'?"),
        ("durations", "durations: unknown key; did you mean 'duration'?"),
    ],
)
def test_a_key_of_another_tool_is_named_with_the_right_one_and_the_list(key: str, said: str, tmp_path: Path) -> None:
    error = refusal(written(tmp_path, {"prompt": "p", key: "x"}))
    assert said in error.message
    assert "aspect_ratio" in error.advice
    assert "image_urls" in error.advice


def test_a_table_named_request_in_toml_is_told_from_a_wrong_key(tmp_path: Path) -> None:
    path = tmp_path / "request.toml"
    path.write_text('[request]\nprompt = "p"\n')
    assert "the keys stand at the top of the file, in no table of their own" in refusal(path).message


@pytest.mark.parametrize("body", [[], "p", 3, None])
def test_what_is_no_object_is_no_request(body: object, tmp_path: Path) -> None:
    assert "expected an object with the fields of a request" in refusal(written(tmp_path, body)).message


def test_data_in_the_place_of_an_address_is_refused_in_words(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, {"prompt": "p", "image_urls": ["data:image/png;base64,AAAA"]}))
    assert "data: is not supported" in error.message
