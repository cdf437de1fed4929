"""What is to be seen and heard of an asset is sent as a browser wants it; what is not there is missing, in words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.server.ui.previews import STRIPS
from preflight.server.ui.routes_seen import FOREVER
from tests.server.pages import Page, opened
from tests.specimens import copied, media

NAMES = ("video-5s.mp4", "image-ok.png", "audio-5s.mp3", "text-named.mp4")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("seen"), *map(media, NAMES)) as one:
        one.settled()
        yield one


@pytest.fixture(scope="module")
def ids(page: Page) -> dict[str, str]:
    return {card["name"]: card["id"] for card in page.cards()}


CLIP, IMAGE, SOUND, NOTE = NAMES


@pytest.mark.parametrize(
    ("name", "what"), [(IMAGE, "thumb"), (IMAGE, "large"), (CLIP, "thumb"), (CLIP, "strip"), (CLIP, STRIPS[0])]
)
def test_a_picture_is_a_jpeg_that_a_browser_may_keep(page: Page, ids: dict[str, str], name: str, what: str) -> None:
    answer = page.client.get(f"/api/assets/{ids[name]}/{what}")
    assert (answer.status_code, answer.headers["content-type"], answer.content[:2]) == (200, "image/jpeg", b"\xff\xd8")
    assert answer.headers["cache-control"] == FOREVER["Cache-Control"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (SOUND, "thumb"),
        (SOUND, "strip"),
        (IMAGE, "strip"),
        (IMAGE, "wave"),
        (IMAGE, "cuts"),
        (NOTE, "thumb"),
        (NOTE, "media"),
        (NOTE, "wave"),
        (CLIP, "thumb?which=fixed"),
    ],
)
def test_what_is_not_to_be_seen_or_heard_is_missing(page: Page, ids: dict[str, str], name: str, what: str) -> None:
    answer = page.client.get(f"/api/assets/{ids[name]}/{what}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "missing")
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("what", ["thumb", "media", "file"])
def test_there_are_two_files_of_an_asset_and_no_third(page: Page, ids: dict[str, str], what: str) -> None:
    assert page.client.get(f"/api/assets/{ids[CLIP]}/{what}?which=../../etc/passwd").status_code == 400


@pytest.mark.parametrize(("name", "kind"), [(CLIP, "video/mp4"), (SOUND, "audio/mpeg")])
def test_what_a_browser_plays_is_the_file_itself_in_ranges(
    page: Page, ids: dict[str, str], name: str, kind: str
) -> None:
    whole = Path(media(name)).read_bytes()
    answer = page.client.get(f"/api/assets/{ids[name]}/media", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (206, whole[10:20], kind)


def test_a_file_is_saved_under_the_name_that_a_person_knows_and_as_nothing_that_runs(page: Page) -> None:
    made = page.upload(media("image-300x300.jpg"), '<b>"한글".jpg')
    page.settled()
    answer = page.client.get(f"/api/assets/{made}/file")
    assert answer.content == Path(media("image-300x300.jpg")).read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-disposition"].isascii()
    page.change("DELETE", f"/api/assets/{made}")


def test_a_sound_is_outlined_from_its_beginning_to_its_end(page: Page, ids: dict[str, str]) -> None:
    for name in (SOUND, CLIP):
        answer = page.client.get(f"/api/assets/{ids[name]}/wave")
        if answer.status_code == 200:
            peaks = answer.json()["peaks"]
            assert len(peaks) > 100
            assert all(0 <= peak <= 1 for peak in peaks)
    assert page.client.get(f"/api/assets/{ids[SOUND]}/wave").status_code == 200


def test_cut_points_and_best_parts_lie_within_the_clip(page: Page, ids: dict[str, str]) -> None:
    cuts = page.client.get(f"/api/assets/{ids[CLIP]}/cuts").json()
    assert cuts["starts"] == sorted(cuts["starts"])
    assert cuts["starts"][0] == 0
    parts = page.client.get(f"/api/assets/{ids[CLIP]}/parts").json()
    assert all(0 <= one["start"] < one["end"] <= 5.1 and one["words"] and one["why"] for one in parts)


def test_nobody_can_show_a_folder_where_there_is_no_screen(page: Page, ids: dict[str, str]) -> None:
    answer = page.client.post(f"/api/assets/{ids[CLIP]}/show")
    assert (answer.status_code, media(CLIP) in answer.json()["error"]["message"]) == (404, True)


def test_a_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    path = copied("image-300x300.jpg", tmp_path)
    with opened(tmp_path / "gone", str(path)) as page:
        page.settled()
        (card,) = page.cards()
        path.unlink()
        for what in ("file", "thumb"):
            assert page.client.get(f"/api/assets/{card['id']}/{what}").status_code == 404
