"""Sending from the page: quoted, agreed to, sent once, the film saved; refusals shown where they belong."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.errors import Refused
from preflight.profiles import Profile
from preflight.sandbox import Faults, read_fault, running
from tests.server.pages import Page, opened
from tests.specimens import PROFILE, media, probed

PROMPT = "The street of image 1 in the rain"
KEY = "a-key-that-must-not-be-told"


def is_over(state: dict[str, Any]) -> bool:
    return state["send"]["now"]["stage"] in ("done", "failed")


def impatient(profile: Profile) -> Profile:
    """Ask for a task every second."""
    return msgspec.structs.replace(profile, service=msgspec.structs.replace(profile.service, poll_s=1))


def ready(page: Page) -> None:
    page.change("PATCH", "/api/request", {"prompt": PROMPT, "duration": 4, "quality": "480p"})
    assert page.settled()["request"]["verdict"] == "pass"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with opened(tmp_path / "film", media("image-ok.jpg")) as page:
        ready(page)
        yield page


def test_the_price_is_told_before_anything_is_sent(page: Page) -> None:
    price = page.state()["request"]["price"]
    assert float(price["credits"]) > 0
    assert price["output_s"] == 4


def test_a_request_goes_to_the_sandbox_and_the_film_is_saved_under_the_project_s_name(page: Page) -> None:
    page.change("PUT", "/api/sandbox", {"on": True})
    quote = page.change("POST", "/api/quote").json()
    assert quote["earlier"] == ""
    assert quote["assets"] == [{"role": "image 1", "name": "image-ok.jpg"}]
    page.change("POST", "/api/send", {})
    state = page.when(is_over)
    assert state["send"]["now"]["stage"] == "done"
    (entry,) = state["send"]["sent"]
    assert (entry["state"], entry["films"], entry["sandbox"]) == ("downloaded", ["film.mp4"], True)
    assert probed(page.folder / "videos" / "film.mp4").fault is None
    film = page.client.get(f"/api/sent/sandbox/{entry['number']}/film", headers={"Range": "bytes=0-99"})
    assert (film.status_code, len(film.content), film.headers["content-type"]) == (206, 100, "video/mp4")
    assert page.change("POST", "/api/quote").json()["earlier"]
    page.change("POST", "/api/send", {})
    state = page.when(lambda state: is_over(state) and state["send"]["now"]["stage"] == "failed")
    assert state["send"]["now"]["duplicate"]
    page.change("PATCH", "/api/request", {"prompt": "Another", "duration": None})
    page.change("POST", f"/api/sent/sandbox/{entry['number']}/use")
    assert page.settled()["request"]["prompt"]["text"] == PROMPT


def test_nothing_is_sent_without_a_key_and_the_key_is_told_and_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    with opened(tmp_path, media("image-ok.jpg")) as page:
        ready(page)
        refused = page.client.post("/api/send", json={})
        assert refused.status_code == 400
        assert "key" in refused.json()["error"]["message"]
        page.change("PUT", "/api/key", {"key": KEY})
        state = page.state()
        assert state["send"]["key"]
        assert KEY not in str(state)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_what_fails_is_not_sent(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-299x300.png")) as page:
        page.change("PATCH", "/api/request", {"prompt": PROMPT})
        page.settled()
        page.change("PUT", "/api/sandbox", {"on": True})
        assert page.client.post("/api/quote").status_code == 400
        page.change("POST", "/api/send", {})
        state = page.when(is_over)
        assert "not clean" in state["send"]["now"]["message"]
        assert state["send"]["sent"] == []


def test_a_refusal_is_shown_on_the_asset_that_it_means(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg"), media("image-ok.png")) as page:
        ready(page)
        second = page.cards()[1]
        page.context.sending._failed(Refused("content[2]: the image is not good"))  # noqa: SLF001 - as the service says
        assert page.state()["send"]["now"]["blames"] == second["id"]


def test_an_answer_that_was_lost_is_looked_for_and_found(tmp_path: Path) -> None:
    faults = Faults(seed=1, faults=(read_fault("create:drop-after:1"),))
    with running(run_s=0.5, faults=faults) as sandbox, opened(tmp_path, media("image-ok.jpg")) as page:
        page.context.sending._base_url = sandbox.url  # noqa: SLF001 - as --base-url gives it
        page.context.workspace.profile = impatient(PROFILE)
        page.change("PUT", "/api/key", {"key": KEY})
        ready(page)
        page.change("POST", "/api/send", {})
        state = page.when(is_over)
        assert state["send"]["now"]["unknown"]
        assert state["send"]["sent"][0]["state"] == "unknown"
        page.change("POST", "/api/lost")
        state = page.when(lambda state: state["send"]["now"]["stage"] == "done")
        assert state["send"]["sent"][0]["state"] == "downloaded"
        assert len(sandbox.tasks) == 1


def test_a_service_that_is_down_is_said_and_nothing_was_sent(page: Page) -> None:
    page.context.sending._base_url = "http://127.0.0.1:9"  # noqa: SLF001 - as --base-url gives it
    page.change("PUT", "/api/key", {"key": KEY})
    page.change("POST", "/api/send", {})
    state = page.when(is_over)
    assert state["send"]["now"]["stage"] == "failed"
    assert not state["send"]["now"]["unknown"]


def test_what_was_just_mended_is_sent_and_not_taken_for_changed(tmp_path: Path) -> None:
    with opened(tmp_path, media("image-heic.heic")) as page:
        page.settled()
        page.change("POST", "/api/fix")
        page.settled()
        ready(page)
        page.change("PUT", "/api/sandbox", {"on": True})
        assert page.change("POST", "/api/quote").json()["assets"] == [{"role": "image 1", "name": "image-heic.png"}]


@pytest.mark.parametrize(("kind", "begins"), [("html", "<!DOCTYPE html>"), ("json", "{")])
def test_reports_are_offered(page: Page, kind: str, begins: str) -> None:
    answer = page.client.get(f"/api/report.{kind}")
    assert answer.status_code == 200
    assert answer.text.startswith(begins)
    assert "attachment" in answer.headers["content-disposition"]


def test_shorter_clips_are_offered_where_they_save(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-854x480.mp4")) as page:
        page.change("PATCH", "/api/request", {"prompt": "As in video 1", "duration": 4})
        state = page.settled()
        (card,) = state["cards"]
        longer = card["trim"]["duration_s"] > float(state["request"]["price"]["cut_s"])
        answer = page.client.post("/api/cheaper")
        assert answer.status_code == (204 if longer else 400)


def test_a_wrong_key_is_said_to_be_one_and_the_credits_of_a_right_one_are_told(tmp_path: Path) -> None:
    with running(run_s=0.5, keys=frozenset({"right"})) as sandbox, opened(tmp_path, media("image-ok.jpg")) as page:
        page.context.sending._base_url = sandbox.url  # noqa: SLF001 - as --base-url gives it
        page.change("PUT", "/api/key", {"key": "wrong"})
        ready(page)
        page.change("POST", "/api/send", {})
        now = page.when(is_over)["send"]["now"]
        assert (now["stage"], now["unknown"]) == ("failed", False)
        assert "Check the key" in now["advice"]
        assert page.client.post("/api/credits").is_error
        page.change("PUT", "/api/key", {"key": "right"})
        page.change("POST", "/api/credits")
        assert page.state()["send"]["left"] == "10,000"


def test_the_price_is_that_of_the_clips_as_they_will_be_cut(tmp_path: Path) -> None:
    with opened(tmp_path, media("video-20s.mp4")) as page:
        page.change("PATCH", "/api/request", {"prompt": PROMPT, "duration": 4})
        price = page.settled()["request"]["price"]
        assert float(price["input_s"]) <= 15


def test_a_film_s_link_ends_a_day_after_it_was_made_and_its_prompt_is_listed(page: Page) -> None:
    page.change("PUT", "/api/sandbox", {"on": True})
    page.change("POST", "/api/send", {})
    (entry,) = page.when(is_over)["send"]["sent"]
    assert entry["ends"] - time.time() == pytest.approx(24 * 3600, abs=60)
    assert entry["prompt"] == PROMPT
