"""Files of a workspace: brought, measured, judged, moved, and found again."""

import shutil
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from preflight.profiles import load, names
from preflight.request.file import load_spec
from preflight.server.ui.request_view import edition_view
from preflight.server.ui.start import PageOptions, running_page
from preflight.values.assets import collect
from tests.server.pages import opened
from tests.specimens import MEDIA, PROFILE, media


def verdicts(state: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {card["name"]: (card["role"], card["verdict"]) for card in state["cards"]}


def test_each_file_gets_a_card_a_number_and_its_verdict(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        for name in ("image-ok.jpg", "image-299x300.png", "video-854x480.mp4", "audio-1.8s.wav"):
            page.upload(media(name))
        (tmp_path / "notes.txt").write_text("no medium")
        page.upload(tmp_path / "notes.txt")
        assert verdicts(page.settled()) == {
            "image-ok.jpg": ("image 1", "pass"),
            "image-299x300.png": ("image 2", "fail"),
            "video-854x480.mp4": ("video 1", "pass"),
            "audio-1.8s.wav": ("audio 1", "fail"),
            "notes.txt": ("", "fail"),
        }


def test_problems_are_said_as_an_editor_would(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav"), media("image-heic.heic"), media("image-751x300.png")) as page:
        said = {card["name"]: card["problems"][0]["words"] for card in page.settled()["cards"]}
        assert said == {
            "audio-20s.wav": "20 s long: keep 15",
            "image-heic.heic": "HEIC is not taken: it has to be JPEG, PNG or WEBP",
            "image-751x300.png": "751 x 300 px is too wide: at most 2.5 to 1",
        }


def test_why_names_rule_limit_and_source(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-299x300.png")) as page:
        (card,) = page.settled()["cards"]
        (found,) = page.client.get(f"/api/assets/{card['id']}/why").json()["findings"]
        assert found["rule"] == "image/side"
        assert "reference-to-video document" in dict(found["grounds"])["Source"]
        assert "`" not in str(found["grounds"])


def test_a_file_goes_to_the_shelf_of_what_it_is_whatever_it_is_called(tmp_path: Path) -> None:
    shutil.copyfile(MEDIA / "audio-2s.wav", tmp_path / "picture.png")
    with opened(tmp_path / "project", str(tmp_path / "picture.png")) as page:
        (card,) = page.settled()["cards"]
        assert (card["role"], card["verdict"]) == ("audio 1", "pass")


def test_what_is_opened_in_place_is_not_copied(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.settled()
        assert not (tmp_path / "originals").exists()
        (asset,) = load_spec(tmp_path / "request.toml").assets
        assert Path(asset.path).resolve() == MEDIA / "image-ok.jpg"


def test_the_same_file_twice_is_there_once(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg"), media("image-ok.jpg")) as page:
        assert len(page.cards()) == 1


def test_moving_changes_the_numbers_and_the_request(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg"), media("image-ok.png"), media("image-ok.webp")) as page:
        ids = [card["id"] for card in page.settled()["cards"]]
        page.change("PUT", f"/api/assets/{ids[2]}/place", {"place": 1})
        assert [card["name"] for card in page.cards()] == ["image-ok.webp", "image-ok.jpg", "image-ok.png"]
        assert [card["role"] for card in page.cards()] == ["image 1", "image 2", "image 3"]
        assert [Path(one.path).name for one in load_spec(tmp_path / "request.toml").assets] == [
            "image-ok.webp",
            "image-ok.jpg",
            "image-ok.png",
        ]


def test_everything_is_there_again_when_the_program_is_started_again(tmp_path: Path) -> None:
    with opened(tmp_path, media("audio-20s.wav")) as page:
        (card,) = page.settled()["cards"]
        page.change("PUT", f"/api/assets/{card['id']}/keep", {"keep": [2.5, 9]})
        page.change("PATCH", "/api/request", {"prompt": "Rain over audio 1", "duration": 8})
        page.upload(media("image-ok.jpg"), "café 1.jpg")
        before = page.settled()
    with opened(tmp_path) as page:
        after = page.settled()
        assert verdicts(after) == verdicts(before)
        assert [card["id"] for card in after["cards"]] == [card["id"] for card in before["cards"]]
        assert after["cards"][1]["trim"]["keep"] == [2.5, 9]
        assert after["request"]["settings"]["duration"] == 8
        assert after["request"]["prompt"]["text"] == "Rain over audio 1"


def test_what_a_person_changed_in_the_request_meanwhile_counts(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg"), media("image-ok.png")) as page:
        page.settled()
    file = tmp_path / "request.toml"
    text = file.read_text().replace('prompt = ""', 'prompt = "By hand"')
    file.write_text("\n".join(line for line in text.splitlines() if "image-ok.jpg" not in line))
    with opened(tmp_path) as page:
        state = page.settled()
        assert [card["name"] for card in state["cards"]] == ["image-ok.png"]
        assert state["request"]["prompt"]["text"] == "By hand"


def test_a_run_that_was_killed_between_its_two_files_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.settled()
        before = (tmp_path / "request.toml").read_bytes()
        page.change("PATCH", "/api/request", {"prompt": "Written last"})
    (tmp_path / "request.toml").write_bytes(before)
    with opened(tmp_path) as page:
        assert page.state()["request"]["prompt"]["text"] == "Written last"


def test_a_file_that_is_gone_is_judged_as_that_and_the_project_opens(tmp_path: Path) -> None:
    lost = tmp_path / "lost.jpg"
    shutil.copyfile(MEDIA / "image-ok.jpg", lost)
    with opened(tmp_path / "project", str(lost), media("image-ok.png")) as page:
        page.settled()
    lost.unlink()
    with opened(tmp_path / "project") as page:
        state = verdicts(page.settled())
        assert state["image-ok.png"] == ("image 2", "pass")
        assert state["lost.jpg"][1] != "pass"


@pytest.mark.parametrize(
    "name", ["../../evil.jpg", "/etc/evil.jpg", "..\\evil.jpg", ".hidden.jpg", "a\x00b.jpg", "x" * 400 + ".jpg", ""]
)
def test_an_upload_stays_in_its_folder_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    with opened(tmp_path / "project") as page:
        answer = page.client.post(
            "/api/assets", params={"name": name}, content=Path(media("image-ok.jpg")).read_bytes()
        )
        assert answer.status_code == 201
        (kept,) = (tmp_path / "project" / "originals").iterdir()
        assert not kept.name.startswith(".")
        assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_two_uploads_of_one_name_are_two_files(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        page.upload(media("image-ok.jpg"), "shot.jpg")
        page.upload(media("image-orientation-6.jpg"), "shot.jpg")
        assert [card["name"] for card in page.settled()["cards"]] == ["shot.jpg", "shot.jpg"]
        assert len(list((tmp_path / "originals").iterdir())) == 2


def test_names_are_told_without_what_acts_on_a_screen(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        page.upload(media("image-ok.jpg"), "<img src=x onerror=alert(1)>\u202egpj.jpg")
        (card,) = page.settled()["cards"]
        assert "\u202e" not in card["name"]


def test_paths_never_come_from_a_browser(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        for what in ("thumb", "media", "file", "why", "wave"):
            assert page.client.get(f"/api/assets/..%2f..%2fetc%2fpasswd/{what}").status_code == 404
            assert page.client.get(f"/api/assets/none/{what}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/assets/none/keep", {"keep": [0, 2]}),
        ("PUT", "/api/share", {"share": "mine"}),
        ("PUT", "/api/share", [1]),
        ("PATCH", "/api/request", {"assets": []}),
        ("PATCH", "/api/request", {"duration": [1]}),
        ("PUT", "/api/queue", {}),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, method: str, path: str, body: object) -> None:
    with opened(tmp_path) as page:
        before = page.state()
        answer = page.client.request(method, path, json=body)
        assert answer.status_code in (400, 404)
        assert answer.json()["error"]["message"]
        assert page.state() == before


def test_a_body_that_never_ends_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        assert page.client.patch("/api/request", content=b"[" * (3 << 20)).status_code == 413
        assert page.client.patch("/api/request", content=b"[" * (1 << 20)).status_code == 400


def test_changes_are_told_to_every_page_that_listens(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page, page.client.stream("GET", "/api/events") as heard:
        assert heard.headers["content-type"].startswith("text/event-stream")
        lines = heard.iter_lines()
        assert next(lines) == "event: hello"
        page.change("PATCH", "/api/request", {"prompt": "Heard?"})
        assert any("Heard?" in line for line in lines)


def test_what_the_page_can_be_asked_is_described(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        found = page.client.get("/api/openapi.json").json()
        assert found["openapi"] == "3.1.0"
        assert found["paths"]["/api/assets/{id}/keep"]["put"]["requestBody"]
        assert all(one["summary"] for path in found["paths"].values() for one in path.values())
        ids = [one["operationId"] for path in found["paths"].values() for one in path.values()]
        assert len(ids) == len(set(ids))


def test_what_a_folder_holds_besides_media_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "footage"
    folder.mkdir()
    shutil.copyfile(MEDIA / "image-ok.jpg", folder / "a.jpg")
    (folder / "notes.txt").write_text("no medium")
    start = PageOptions(
        request=tmp_path / "project" / "request.toml", assets=tuple(collect([str(folder)])), profile=PROFILE
    )
    with running_page(start) as (context, _):
        give_up = time.monotonic() + 120
        while len(context.workspace.ordered()) > 1 and time.monotonic() < give_up:
            time.sleep(0.05)
        assert [item.name for item in context.workspace.ordered()] == ["a.jpg"]


def test_a_file_that_changes_is_measured_again(tmp_path: Path) -> None:
    shutil.copyfile(MEDIA / "image-ok.jpg", tmp_path / "shot.jpg")
    with opened(tmp_path / "project", str(tmp_path / "shot.jpg")) as page:
        assert page.settled()["cards"][0]["verdict"] == "pass"
        shutil.copyfile(MEDIA / "image-299x300.jpg", tmp_path / "shot.jpg")
        assert page.when(lambda state: state["cards"][0]["verdict"] == "fail")
        (tmp_path / "shot.jpg").unlink()
        assert page.when(lambda state: state["cards"][0]["verdict"] == "unsure")


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        head = (
            f"POST /api/assets?name=a.jpg HTTP/1.1\r\nHost: 127.0.0.1:{page.access.port}\r\n"
            f"Authorization: Bearer {page.access.token}\r\nContent-Length: 1000000\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", page.access.port)) as asked:
            asked.sendall(head.encode() + bytes(5000))
        give_up = time.monotonic() + 120
        while list((tmp_path / "originals").glob("*")) and time.monotonic() < give_up:
            time.sleep(0.02)
        assert page.state()["cards"] == []
        assert [path for path in tmp_path.glob("originals/**/*") if path.is_file()] == []


def test_every_edition_says_what_may_be_chosen() -> None:
    for name in names():
        view = edition_view(load(name))
        assert view["models"]
        ranged = view["duration"]["min"] is not None and view["duration"]["max"] is not None
        assert ranged or isinstance(view["duration"]["of"], list)


def test_a_verdict_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    with opened(tmp_path) as page, ThreadPoolExecutor(1) as other:
        with page.context.workspace.project.writing:
            added = other.submit(page.context.workspace.add, [(media("image-ok.jpg"), "a.jpg")])
            page.when(lambda state: [card["verdict"] for card in state["cards"]] == ["pass"])
            assert not added.done()
        assert len(added.result()) == 1
        assert "image-ok.jpg" in (tmp_path / "request.toml").read_text()


def test_what_is_taken_away_while_it_is_measured_does_not_come_back(tmp_path: Path) -> None:
    shutil.copyfile(MEDIA / "audio-2s.wav", tmp_path / "picture.png")
    with opened(tmp_path / "project", str(tmp_path / "picture.png")) as page:
        page.settled()
        workspace = page.context.workspace
        (item,) = workspace.ordered()
        probed, item.kind = item.probed["original"], "image"
        workspace.remove(item.id)
        workspace._measured(item, "original", probed)  # noqa: SLF001 - what its thread calls, at a chosen moment
        assert page.cards() == []
