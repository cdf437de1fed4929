"""What the page asks: ids, never paths; a change that cannot be is refused in words and changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from preflight.server.ui.request_view import SETTINGS
from preflight.server.ui.samples import NAMES
from tests.server.pages import Page, opened
from tests.specimens import media


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(tmp_path_factory.mktemp("routes"), media("video-20s.mp4"), media("image-ok.png")) as one:
        one.settled()
        yield one


@pytest.fixture(scope="module")
def clip(page: Page) -> str:
    return next(str(card["id"]) for card in page.cards() if card["kind"] == "video")


@pytest.fixture(scope="module")
def image(page: Page) -> str:
    return next(str(card["id"]) for card in page.cards() if card["kind"] == "image")


def ask(page: Page, method: str, path: str, body: object = None) -> tuple[int, Any]:
    answer = page.client.request(method, path, json=body)
    return answer.status_code, answer.json() if answer.content else None


def test_what_seldom_changes_is_told_once(page: Page) -> None:
    status, basis = ask(page, "GET", "/api/basis")
    assert (status, basis["reveals"], basis["words"]["close"]) == (200, False, "Close")
    assert basis["edition"]["name"] == page.context.workspace.profile.name
    assert len(basis["shares"]) == 3


def test_the_state_is_cards_a_request_a_queue_and_what_is_sent(page: Page) -> None:
    state = page.state()
    assert {"cards", "request", "trouble", "queue", "send"} <= {*state}
    assert [card["kind"] for card in state["cards"]] == ["image", "video"]


CHANGES = [
    ("PUT", "place", {"place": 1}),
    ("PUT", "field", {"field": ""}),
    ("PUT", "keep", {"keep": [1.0, 4.0]}),
    ("PUT", "keep", {"keep": None}),
    ("PUT", "choices", {"fit": "pad", "pad_color": "white"}),
    ("PUT", "choices", {}),
    ("PUT", "taken", {"which": "original"}),
]


@pytest.mark.parametrize(("method", "what", "body"), CHANGES)
def test_a_change_is_made_and_says_nothing(page: Page, clip: str, method: str, what: str, body: object) -> None:
    assert ask(page, method, f"/api/assets/{clip}/{what}", body) == (204, None)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("place", {"place": "first"}),
        ("place", {"place": 1, "more": 2}),
        ("field", {"field": None}),
        ("keep", {"keep": [4.0, 1.0]}),
        ("keep", {"keep": [1.0, 1.0]}),
        ("keep", {"keep": [1.0, 1.0000000001]}),
        ("keep", {"keep": [-1.0, 1.0]}),
        ("keep", {"keep": [0.0, 1e308]}),
        ("keep", {"keep": [1.0]}),
        ("keep", {}),
        ("choices", {"fit": "squeeze"}),
        ("choices", {"pad_color": "pinkish"}),
        ("choices", {"also": ["nothing"]}),
        ("taken", {"which": "fixed"}),
        ("taken", {"which": "third"}),
        ("taken", []),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(page: Page, clip: str, what: str, body: object) -> None:
    page.settled()
    before = page.card(clip) | {"plan": None}  # how long it will take goes by how busy the machine is
    status, told = ask(page, "PUT", f"/api/assets/{clip}/{what}", body)
    assert (status, bool(told["error"]["message"])) == (400, True)
    assert page.card(clip) | {"plan": None} == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *((method, f"/api/assets/nobody/{what}", body) for method, what, body in CHANGES),
        ("DELETE", "/api/assets/nobody", None),
        ("GET", "/api/assets/nobody/why", None),
        ("POST", "/api/assets/nobody/fix", None),
        ("POST", "/api/assets/nobody/again", None),
        ("POST", "/api/assets/nobody/fetch", None),
        ("POST", "/api/assets/nobody/quality", None),
    ],
)
def test_what_is_not_there_is_missing(page: Page, method: str, path: str, body: object) -> None:
    status, told = ask(page, method, path, body)
    assert (status, told["error"]["code"]) == (404, "missing")


def test_why_is_told_of_the_file_that_is_asked_for(page: Page, clip: str) -> None:
    _, why = ask(page, "GET", f"/api/assets/{clip}/why?which=original")
    assert "video/duration" in [one["rule"] for one in why["findings"]]
    assert ask(page, "GET", f"/api/assets/{clip}/why?which=fixed") == (200, {"findings": [], "measures": []})
    assert ask(page, "GET", f"/api/assets/{clip}/why?which=other")[0] == 400


def test_only_a_clip_that_was_made_here_is_compared_and_only_an_address_is_fetched(page: Page, clip: str) -> None:
    assert ask(page, "POST", f"/api/assets/{clip}/quality")[0] == 404
    assert ask(page, "POST", f"/api/assets/{clip}/fetch")[0] == 400


@pytest.mark.parametrize(
    "changes", [{"seed": 1}, {"prompt": 7}, {"duration": [1]}, {"model": "nobody's"}, {"images": []}, [], "x"]
)
def test_a_setting_that_is_none_is_refused_and_nothing_is_set(page: Page, changes: object) -> None:
    before = page.settled()["request"]
    assert ask(page, "PATCH", "/api/request", changes)[0] == 400
    assert page.settled()["request"] == before


def test_a_model_that_the_edition_does_not_describe_is_refused_where_no_other_may_be_chosen(page: Page) -> None:
    page.context.workspace.follows = False
    try:
        before = page.state()["request"]["settings"]
        status, told = ask(page, "PATCH", "/api/request", {"model": "nobody's"})
        assert (status, "nobody's" in told["error"]["message"]) == (400, True)
        assert page.state()["request"]["settings"] == before
    finally:
        page.context.workspace.follows = True


def test_settings_are_set_and_set_back(page: Page) -> None:
    for name, value in (("prompt", "A rider."), ("duration", 5), ("quality", "480p"), ("generate_audio", False)):
        assert ask(page, "PATCH", "/api/request", {name: value}) == (204, None)
    state = page.settled()["request"]
    assert (state["settings"]["duration"], state["prompt"]["text"]) == (5, "A rider.")
    assert ask(page, "PATCH", "/api/request", dict.fromkeys(("prompt", *SETTINGS))) == (204, None)
    assert page.settled()["request"]["settings"]["duration"] is None


def test_the_queue_waits_and_goes_on(page: Page) -> None:
    for paused in (True, False):
        assert ask(page, "PUT", "/api/queue", {"paused": paused}) == (204, None)
        assert page.state()["queue"]["paused"] is paused
    assert ask(page, "DELETE", "/api/jobs/nobody")[0] in (204, 404)
    assert ask(page, "PUT", "/api/share", {"share": "equal"}) == (204, None)


def test_an_upload_and_the_samples_are_put_on_the_desk_and_taken_off(page: Page, image: str) -> None:
    made = page.upload(media("image-300x300.jpg"), "../../my holiday.jpg")
    assert page.card(made)["name"] == "../../my holiday.jpg"
    assert [one.name for one in page.context.workspace.project.originals.iterdir()] == ["my holiday.jpg"]
    status, added = ask(page, "POST", "/api/samples")
    assert (status, len(added["ids"])) == (201, len(NAMES))
    assert ask(page, "POST", "/api/samples")[1] == {"ids": []}
    for id_ in (made, *added["ids"]):
        assert ask(page, "DELETE", f"/api/assets/{id_}") == (204, None)
    assert image in [card["id"] for card in page.cards()]


def test_an_upload_without_a_name_or_bytes_is_a_file_all_the_same(page: Page) -> None:
    answer = page.client.post("/api/assets", content=b"")
    assert answer.status_code == 201
    (made,) = answer.json()["ids"]
    assert ask(page, "DELETE", f"/api/assets/{made}") == (204, None)
