"""Other models: another edition judges, other fields hold the files, and what is not understood is let go."""

from pathlib import Path

import pytest

from preflight.request.file import load_spec
from preflight.server.ui.editions import understood
from tests.server.pages import opened
from tests.specimens import PROFILE, media

KLING = "kling-o3-image-to-video"


def test_another_model_brings_the_limits_of_its_edition(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.webp"), media("audio-2s.wav")) as page:
        assert [card["verdict"] for card in page.settled()["cards"]] == ["pass", "pass"]
        page.change("PATCH", "/api/request", {"model": KLING})
        state = page.settled()
        assert [card["verdict"] for card in state["cards"]] == ["fail", "fail"]
        assert "JPEG or PNG" in state["cards"][0]["problems"][0]["words"]
        assert state["cards"][1]["trim"] is None
        edition = page.client.get("/api/basis").json()["edition"]
        assert edition["name"] == state["request"]["profile"]
        assert edition["qualities"][KLING] == ["720p", "1080p", "4k"]
        assert not state["send"]["sandboxed"]
        page.change("PATCH", "/api/request", {"model": None})
        assert [card["verdict"] for card in page.settled()["cards"]] == ["pass", "pass"]
    assert load_spec(tmp_path / "request.toml").model is None


def test_what_another_model_does_not_offer_falls_back_to_its_own(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.change("PATCH", "/api/request", {"quality": "480p", "duration": 15, "aspect_ratio": "21:9", "prompt": "A"})
        page.change("PATCH", "/api/request", {"model": KLING})
        settings = page.settled()["request"]["settings"]
        assert (settings["quality"], settings["duration"], settings["aspect_ratio"]) == (None, 15, None)
        assert load_spec(tmp_path / "request.toml").prompt == "A"


def test_an_unknown_model_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        answer = page.client.patch("/api/request", json={"model": "kling-o3-image-to-vide"})
        assert answer.status_code == 400
        assert KLING in answer.json()["error"]["advice"]
        assert page.settled()["request"]["settings"]["model"] is None


def test_a_field_that_holds_one_file_is_a_place_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg"), media("image-ok.png")) as page:
        page.change("PATCH", "/api/request", {"model": KLING, "prompt": "image 1 moves"})
        first, second = (card["id"] for card in page.settled()["cards"])
        assert page.card(first)["fields"] == {"now": "", "of": ["", "image_start", "image_end"]}
        page.change("PUT", f"/api/assets/{second}/field", {"field": "image_end"})
        assert [card["role"] for card in page.settled()["cards"]] == ["image 1", "image_end"]
        page.change("PUT", f"/api/assets/{first}/field", {"field": "image_end"})
        assert [card["role"] for card in page.settled()["cards"]] == ["image_end", "image 1"]
    kept = load_spec(tmp_path / "request.toml")
    assert {name: Path(asset.path).name for name, asset in kept.singles().items()} == {"image_end": "image-ok.jpg"}
    with opened(tmp_path) as page:
        assert {card["role"] for card in page.settled()["cards"]} == {"image_end", "image 1"}


def test_settings_that_an_edition_offers_stay() -> None:
    from preflight.request.file import RequestSpec

    spec = RequestSpec(prompt="A", duration=7, quality="480p", aspect_ratio="9:16", generate_audio=False)
    assert understood(spec, PROFILE) == spec


@pytest.mark.parametrize("model", [KLING, "seedance-2.5-reference-to-video", "wan2.7-video-edit"])
def test_the_prompt_is_counted_as_each_edition_counts(tmp_path: Path, model: str) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.change("PATCH", "/api/request", {"model": model, "prompt": "Wide plain at dusk"})
        counts = page.settled()["request"]["prompt"]["counts"]
        assert all(one["words"] and not one["over"] for one in counts)
