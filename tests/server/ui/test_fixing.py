"""Fixes from the page: planned in words, queued, carried out, taken, gone back from, cancelled."""

from pathlib import Path

import pytest
from PIL import Image

from preflight.request.file import load_spec
from tests.server.pages import opened
from tests.specimens import MEDIA, judged, media


def test_the_plan_stands_on_the_card_with_its_loss(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic")) as page:
        (card,) = page.settled()["cards"]
        assert card["plan"]["tag"] == "no re-encoding"
        assert card["plan"]["steps"][-1]["words"] == "write as png"


def test_fix_all_makes_new_files_and_the_request_names_them(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic"), media("audio-20s.wav"), media("image-ok.jpg")) as page:
        assert len(page.settled()["request"]["fixable"]) == 2
        page.change("POST", "/api/fix")
        state = page.settled()
        assert [card["verdict"] for card in state["cards"]] == ["pass", "pass", "pass"]
        assert [Path(one.path).parent.name for one in load_spec(tmp_path / "request.toml").assets] == [
            "ready",
            "media",
            "ready",
        ]
        made = tmp_path / "ready" / "audio-20s.wav"
        assert judged(made).verdict == "pass"
    with opened(tmp_path) as page:
        state = page.settled()
        assert [card["name"] for card in state["cards"]] == ["image-heic.heic", "image-ok.jpg", "audio-20s.wav"]
        assert [bool(card["fixed"]) for card in state["cards"]] == [True, False, True]


def test_a_person_can_go_back_to_the_original_and_take_the_new_file_again(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic")) as page:
        (card,) = page.settled()["cards"]
        page.change("POST", f"/api/assets/{card['id']}/fix")
        assert page.settled()["cards"][0]["verdict"] == "pass"
        page.change("PUT", f"/api/assets/{card['id']}/taken", {"which": "original"})
        assert page.settled()["cards"][0]["verdict"] == "fail"
        page.change("PUT", f"/api/assets/{card['id']}/taken", {"which": "fixed"})
        (card,) = page.settled()["cards"]
        assert card["verdict"] == "pass"
        assert {row["title"] for row in card["fixed"]["both"]} >= {"Format", "Width", "Size"}


def test_the_part_that_is_marked_is_what_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav")) as page:
        (card,) = page.settled()["cards"]
        page.change("PUT", f"/api/assets/{card['id']}/keep", {"keep": [3, 9.5]})
        assert page.settled()["cards"][0]["plan"]["length"] == "6.5 s"
        page.change("POST", f"/api/assets/{card['id']}/fix")
        (card,) = page.settled()["cards"]
        assert "6.5 s" in card["facts"]
        page.change("PUT", f"/api/assets/{card['id']}/keep", {"keep": [4, 9]})
        (card,) = page.settled()["cards"]
        assert (card["verdict"], card["fixed"]["stale"], card["fixed"]["taken"]) == ("fail", True, False)
        page.change("PUT", f"/api/assets/{card['id']}/keep", {"keep": [3, 9.5]})
        assert page.settled()["cards"][0]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("name", "choice", "value"), [("image-751x300.png", "fit", "pad"), ("audio-1.8s.wav", "extend", "loop")]
)
def test_choices_that_exist_are_offered_and_no_others(tmp_path: Path, name: str, choice: str, value: str) -> None:
    with opened(tmp_path, media(name), media("image-ok.jpg")) as page:
        cards = page.settled()["cards"]
        (card,) = (card for card in cards if card["name"] == name)
        (other,) = (card for card in cards if card["name"] == "image-ok.jpg")
        assert (list(card["choices"]), other["choices"]) == ([choice], {})
        assert not card["plan"]["steps"]
        page.change("PUT", f"/api/assets/{card['id']}/choices", {choice: value})
        assert page.settled()
        page.change("POST", f"/api/assets/{card['id']}/fix")
        page.settled()
        assert page.card(card["id"])["verdict"] == "pass"


def test_a_fix_that_is_cancelled_leaves_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic")) as page:
        (card,) = page.settled()["cards"]
        page.change("PUT", "/api/queue", {"paused": True})
        page.change("POST", f"/api/assets/{card['id']}/fix")
        (job,) = page.state()["queue"]["jobs"]
        assert job["stage"] == "queued"
        page.change("DELETE", f"/api/jobs/{job['id']}")
        page.change("PUT", "/api/queue", {"paused": False})
        (card,) = page.settled()["cards"]
        assert (card["verdict"], card["fixed"]) == ("fail", None)
        assert not list(tmp_path.glob("ready/*"))


def test_seconds_are_shared_where_sounds_are_together_too_long(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-10s.wav"), media("audio-14.9s.mp3"), media("image-ok.jpg")) as page:
        state = page.settled()
        assert state["request"]["shelves"]["audio"]["used_s"] > 15
        assert state["request"]["shared"][0]["kind"] == "audio"
        page.change("PUT", "/api/share", {"share": "longest"})
        page.settled()
        page.change("POST", "/api/fix")
        state = page.settled()
        assert state["request"]["shelves"]["audio"]["used_s"] <= 15
        assert state["request"]["verdict"] == "pass" or state["request"]["findings"]


def test_an_original_is_never_touched(tmp_path: Path) -> None:
    before = (MEDIA / "image-heic.heic").read_bytes()
    with opened(tmp_path) as page:
        id_ = page.upload(media("image-heic.heic"))
        page.settled()
        page.change("POST", f"/api/assets/{id_}/fix")
        page.settled()
        assert (tmp_path / "originals" / "image-heic.heic").read_bytes() == before
        page.change("DELETE", f"/api/assets/{id_}")
        assert (tmp_path / "originals" / "image-heic.heic").exists()
        assert page.settled()["cards"] == []


def test_what_cannot_be_mended_says_why(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-299x300.png")) as page:
        (card,) = page.settled()["cards"]
        assert card["plan"] is None or card["plan"]["steps"] or card["plan"]["advice"]


def test_a_location_is_removed_unless_that_is_switched_off(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-gps.jpg")) as page:
        (card,) = page.settled()["cards"]
        assert card["choices"]["also"] == {"now": ["location"], "of": ["location"]}
        assert card["plan"]["tag"] == "no re-encoding"
        page.change("PUT", f"/api/assets/{card['id']}/choices", {"also": []})
        assert page.settled()["cards"][0]["plan"] is None
        page.change("PUT", f"/api/assets/{card['id']}/choices", {})
        page.settled()
        page.change("POST", f"/api/assets/{card['id']}/fix")
        (card,) = page.settled()["cards"]
        assert (card["verdict"], card["problems"]) == ("pass", [])


@pytest.mark.parametrize(
    "choices", [{"also": ["everything"]}, {"crop": "somewhere"}, {"pad_color": "mauve"}, {"fits": 1}]
)
def test_a_choice_that_there_is_not_is_refused(tmp_path: Path, choices: dict[str, object]) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        (card,) = page.settled()["cards"]
        assert page.client.put(f"/api/assets/{card['id']}/choices", json=choices).status_code == 400


def test_a_crop_is_drawn_carried_out_once_and_kept(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-751x300.png")) as page:
        (card,) = page.settled()["cards"]
        assert card["plan"]["undecided"]
        assert page.state()["request"]["undecided"] == [card["id"]]
        page.change("PUT", f"/api/assets/{card['id']}/choices", {"fit": "crop"})
        (card,) = page.settled()["cards"]
        assert card["box"] == {"size": [751, 300], "least": 0.4, "most": 2.5, "area": [0, 0, 750, 300]}
        drawn = {"left_px": 40, "top_px": 0, "width_px": 500, "height_px": 300}
        page.change("PUT", f"/api/assets/{card['id']}/choices", {"fit": "crop", "crop": drawn})
        assert page.settled()["cards"][0]["plan"]["size"] == "500 x 300 px"
        page.change("POST", f"/api/assets/{card['id']}/fix")
        page.when(lambda state: (state["cards"][0]["verdict"], state["cards"][0]["plan"]) == ("pass", None))
        with Image.open(next((tmp_path / "ready").glob("*.png"))) as made:
            assert made.size == (500, 300)
    with opened(tmp_path) as page:
        assert page.settled()["cards"][0]["box"]["area"] == [40, 0, 500, 300]


def test_a_crop_beyond_the_picture_is_refused_by_the_plan(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-751x300.png")) as page:
        (card,) = page.settled()["cards"]
        drawn = {"left_px": 400, "top_px": 0, "width_px": 500, "height_px": 300}
        page.change("PUT", f"/api/assets/{card['id']}/choices", {"fit": "crop", "crop": drawn})
        (card,) = page.settled()["cards"]
        assert card["plan"]["steps"] == []


def test_again_makes_the_new_file_anew_from_the_original(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic")) as page:
        (card,) = page.settled()["cards"]
        page.change("POST", f"/api/assets/{card['id']}/fix")
        page.settled()
        page.change("POST", f"/api/assets/{card['id']}/again")
        page.when(lambda state: state["cards"][0]["verdict"] == "pass")
        assert page.settled()["cards"][0]["fixed"]["taken"]


def test_the_size_of_a_new_file_is_foreseen(tmp_path: Path) -> None:
    names = ("audio-20s.wav", "image-heic.heic", "video-854x480.mp4")
    with opened(tmp_path, *map(media, names)) as page:
        cards = {card["name"]: card for card in page.settled()["cards"]}
        assert cards["audio-20s.wav"]["plan"]["bytes"].startswith("at most 240,000")
        assert cards["image-heic.heic"]["plan"]["bytes"] == ""
        assert cards["video-854x480.mp4"]["plan"] is None
