"""What goes wrong around a page: disks that are full, folders that cannot be written, addresses, crowds of files."""

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.server.ui import workspace as desk_of_page
from tests.server.pages import opened
from tests.specimens import MEDIA, media


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the specimens, and says nothing."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args, directory=str(MEDIA))  # type: ignore[arg-type]  # those of a handler

    def log_message(self, *_: object) -> None:
        """Write no line."""


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_an_address_is_fetched_when_a_person_asks_and_not_before(tmp_path: Path, site: str) -> None:
    request = tmp_path / "request.toml"
    request.write_text(f'prompt = "A"\nimages = ["{site}/image-ok.jpg"]\n')
    with opened(tmp_path, request=request) as page:
        (card,) = page.settled()["cards"]
        assert (card["verdict"], card["remote"]) == ("unsure", True)
        page.context.workspace.measurer.allow_private = True
        page.change("POST", f"/api/assets/{card['id']}/fetch")
        state = page.when(lambda state: state["cards"][0]["verdict"] == "pass")
        assert not state["cards"][0]["remote"]
        assert f"{site}/image-ok.jpg" in request.read_text()


def test_only_an_address_is_fetched(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        assert page.client.post(f"/api/assets/{page.cards()[0]['id']}/fetch").status_code == 400


def test_an_address_of_a_private_network_is_not_fetched(tmp_path: Path, site: str) -> None:
    request = tmp_path / "request.toml"
    request.write_text(f'prompt = "A"\nimages = ["{site}/image-ok.jpg"]\n')
    with opened(tmp_path, request=request) as page:
        (card,) = page.settled()["cards"]
        page.change("POST", f"/api/assets/{card['id']}/fetch")
        state = page.when(lambda state: state["cards"][0]["version"] > card["version"])
        assert state["cards"][0]["verdict"] == "unsure"


def test_a_folder_of_thousands_is_taken_up_to_what_a_project_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_of_page, "MOST_ITEMS", 5)
    for number in range(12):
        shutil.copyfile(MEDIA / "image-ok.jpg", tmp_path / f"{number:02}.jpg")
    with opened(tmp_path / "project", *(str(path) for path in sorted(tmp_path.glob("*.jpg")))) as page:
        state = page.settled()
        assert [card["name"] for card in state["cards"]] == ["00.jpg", "01.jpg", "02.jpg", "03.jpg", "04.jpg"]
        assert state["trouble"] == "Only the first 5 of 12 files were taken."
        answer = page.client.post("/api/assets", params={"name": "more.jpg"}, content=b"x")
        assert answer.status_code == 400
        assert "at most 5 files" in answer.json()["error"]["message"]


def test_a_project_that_cannot_be_written_any_more_is_said_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.change("PATCH", "/api/request", {"prompt": "Before"})
        page.settled()
        (tmp_path / ".preflight").rename(tmp_path / "away")
        (tmp_path / ".preflight").write_text("a file where the folder was")
        answer = page.client.patch("/api/request", json={"prompt": "After"})
        assert answer.status_code == 500
        assert "cannot be made" in answer.json()["error"]["message"]
        assert 'prompt = "Before"' in (tmp_path / "request.toml").read_text()
        (tmp_path / ".preflight").unlink()
        (tmp_path / "away").rename(tmp_path / ".preflight")
        page.change("PATCH", "/api/request", {"prompt": "After"})
        assert 'prompt = "After"' in (tmp_path / "request.toml").read_text()


def test_a_file_that_vanishes_is_said_to_be_gone_and_the_rest_stays(tmp_path: Path) -> None:
    shutil.copyfile(MEDIA / "image-ok.jpg", tmp_path / "here.jpg")
    with opened(tmp_path / "project", str(tmp_path / "here.jpg"), media("image-ok.png")) as page:
        page.settled()
        (tmp_path / "here.jpg").unlink()
        page.client.get("/api/state")
        gone, rest = page.settled()["cards"]
        assert (gone["verdict"], rest["verdict"]) == ("unsure", "pass")
        assert page.client.post("/api/quote").status_code == 400


def test_a_fix_of_a_file_that_changes_meanwhile_is_refused(tmp_path: Path) -> None:
    shutil.copyfile(MEDIA / "audio-20s.wav", tmp_path / "a.wav")
    with opened(tmp_path / "project", str(tmp_path / "a.wav")) as page:
        (card,) = page.settled()["cards"]
        shutil.copyfile(MEDIA / "audio-2s.wav", tmp_path / "a.wav")
        page.context.fixing.fix(card["id"])
        page.when(lambda state: not state["queue"]["jobs"])
        (card,) = page.settled()["cards"]
        assert card["fixed"] is None
        assert card["verdict"] == "pass"
