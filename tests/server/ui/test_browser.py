"""The page in a real browser: what an editor does, by mouse and by keys, with a screen reader, on a phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from preflight.errors import Refused
from preflight.request.file import load_spec
from preflight.sandbox import Fault, Faults, running
from tests.server.browsers import Heard, browser, busiest_task, faults_by_axe
from tests.server.pages import opened
from tests.specimens import MEDIA, media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FloatRect, Locator, Page, Route

PATIENCE_MS = 30_000
GRABS = 100
DEMO = MEDIA.parent / "demo"
PLAYED = """async (film) => {
  film.muted = true;
  await film.play();
  await new Promise((going) => { film.ontimeupdate = going; });
  return film.duration;
}"""


@pytest.fixture(scope="module")
def chrome() -> "Iterator[Browser]":
    with browser() as opened_:
        yield opened_


def card(tab: "Page", role: str, verdict: str) -> "Locator":
    """Return a card once it has a verdict."""
    found = tab.locator(f'article[data-asset="{role}"][data-verdict="{verdict}"]')
    found.wait_for(timeout=PATIENCE_MS)
    return found


def test_an_editor_goes_from_files_to_a_film(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path / "film") as page:
        tab = chrome.new_page(viewport={"width": 1280, "height": 900})
        heard = Heard(tab, page.access.url)
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        assert "token" not in tab.url
        tab.locator('input[type="file"]').first.set_input_files([DEMO / "rider.jpg", DEMO / "drive.mov"])

        clip = card(tab, "video 1", "fail")
        see_what_is_wrong(clip)
        trim_by_keys_and_mouse(tab, clip)
        fix_and_compare(tab)
        describe(tab)
        send_and_play(tab)
        assert (tmp_path / "film" / "videos" / "film.mp4").is_file()
        assert heard.wrong == []
        tab.close()


def see_what_is_wrong(clip: "Locator") -> None:
    """What is wrong is said at once, and why behind it."""
    assert clip.get_attribute("aria-label") == "drive.mov"
    assert "16.016 s long: keep 15" in clip.inner_text()
    clip.get_by_role("button", name="Why").click()
    clip.get_by_text("video/duration").wait_for()


def grabbed(tab: "Page", handle: "Locator") -> "FloatRect":
    """Press the mouse on a handle, and give where it lies; what loads above it may move it away meanwhile."""
    for _ in range(GRABS):
        handle.evaluate("(handle) => handle.scrollIntoView({ block: 'center' })")
        handle.hover(position={"x": 4, "y": 20})
        grip = handle.bounding_box()
        assert grip
        tab.mouse.down()
        if handle.evaluate("(handle) => document.activeElement === handle"):
            return grip
        tab.mouse.up()
        tab.wait_for_timeout(100)
    raise AssertionError


def trim_by_keys_and_mouse(tab: "Page", clip: "Locator") -> None:
    last = clip.get_by_role("slider", name="End of the part to keep of drive.mov")
    last.focus()
    last.press("Shift+ArrowLeft")
    last.press("ArrowLeft")
    assert float(last.get_attribute("aria-valuenow") or 0) == pytest.approx(13.958, abs=0.05)
    first = clip.get_by_role("slider", name="Start of the part to keep of drive.mov")
    clip.locator(".stage video").wait_for()
    grip = grabbed(tab, first)
    track = clip.locator(".track").bounding_box()
    assert track
    tab.mouse.move(track["x"] + track["width"] / 2, grip["y"] + 20, steps=4)
    tab.mouse.up()
    assert float(first.get_attribute("aria-valuenow") or 0) == pytest.approx(8, abs=0.2)
    clip.get_by_text("within 2 to 15 s").wait_for()
    clip.locator(".steps").get_by_text("keep 7.9").or_(clip.locator(".steps").get_by_text("keep 8")).wait_for()


def fix_and_compare(tab: "Page") -> None:
    tab.get_by_role("button", name="Fix all").click()
    clip, image = card(tab, "video 1", "pass"), card(tab, "image 1", "pass")
    image.get_by_text("Before and after").click()
    image.get_by_role("slider", name="How much of the new picture is shown").fill("80")
    clip.get_by_text("Before and after").click()
    clip.locator(".players video").nth(1).wait_for()


def describe(tab: "Page") -> None:
    """What is named is marked, and what is not there is said."""
    field = tab.get_by_label("What the film shows")
    tab.get_by_role("button", name="Insert image 1").click()
    field.press_sequentially(" rides as in video 1 and video 2")
    tab.locator("#prompt .found").get_by_text("video 2").wait_for()
    field.fill("The rider of image 1 moves as in video 1")
    tab.locator("#prompt .found").get_by_text("video 2").wait_for(state="detached")
    assert tab.locator(".marked mark.there").all_inner_texts() == ["image 1", "video 1"]
    tab.get_by_label("Length of the film").fill("4")
    tab.get_by_text("About ").wait_for()


def send_and_play(tab: "Page") -> None:
    tab.get_by_label("Try it free").check()
    tab.get_by_role("button", name="Send", exact=True).click()
    tab.get_by_role("button", name="Yes, send it").click()
    film = tab.get_by_label("Film", exact=True)
    film.wait_for()
    assert film.evaluate(PLAYED) == pytest.approx(4, abs=0.3)


def test_axe_finds_nothing_in_any_state(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        tab = chrome.new_page(reduced_motion="reduce")
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        tab.get_by_role("button", name="Choose files").wait_for()
        assert faults_in_both(tab) == []
        names = ("image-heic.heic", "image-751x300.png", "audio-20s.wav", "image-ok.jpg", "video-854x480.mp4")
        tab.locator('input[type="file"]').first.set_input_files([MEDIA / name for name in names])
        card(tab, "image 1", "fail").get_by_role("button", name="Why").click()
        sound = card(tab, "audio 1", "fail")
        sound.scroll_into_view_if_needed()
        sound.locator(".wave path").wait_for(state="attached")
        page.settled()
        tab.get_by_label("What the film shows").fill("image 1 and image 9")
        tab.locator(".marked mark.stray").wait_for(state="attached")
        assert faults_in_both(tab) == []
        tab.get_by_role("button", name="Fix all").click()
        card(tab, "image 1", "pass").get_by_text("Before and after").click()
        page.settled()
        assert faults_in_both(tab) == []
        page.change("DELETE", f"/api/assets/{page.cards()[1]['id']}")
        tab.get_by_label("What the film shows").fill("A street")
        tab.get_by_label("Try it free").check()
        tab.get_by_role("button", name="Send", exact=True).click()
        tab.get_by_role("button", name="Yes, send it").wait_for()
        assert faults_in_both(tab) == []
        tab.close()


def test_axe_finds_nothing_where_a_submission_went_wrong(chrome: "Browser", tmp_path: Path) -> None:
    plan = (Fault(route="create", kind="400", times=1), Fault(route="create", kind="drop-after", times=1))
    with running(run_s=0.5, faults=Faults(faults=plan)) as sandbox, opened(tmp_path, media("image-ok.jpg")) as page:
        page.context.sending._base_url = sandbox.url  # noqa: SLF001 - as --base-url gives it
        page.change("PUT", "/api/key", {"key": "a-key"})
        page.change("PATCH", "/api/request", {"prompt": "The street of image 1", "duration": 4})
        page.settled()
        tab = chrome.new_page(reduced_motion="reduce")
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        sends(tab)
        tab.locator(".now .failed").get_by_role("heading", name="It was not made").wait_for()
        assert faults_in_both(tab) == []
        sends(tab)
        tab.get_by_role("button", name="Look for it").wait_for()
        assert faults_in_both(tab) == []
        page.context.sending._failed(Refused("content[1]: the image is not good"))  # noqa: SLF001 - as the service says
        tab.locator(".card.blamed").wait_for()
        assert faults_in_both(tab) == []
        tab.close()


def sends(tab: "Page") -> None:
    tab.get_by_role("button", name="Send", exact=True).click()
    tab.get_by_role("dialog").locator("button.main").click()


def faults_in_both(tab: "Page") -> list[object]:
    """Let axe look at the page in light and in dark."""
    found: list[object] = []
    for scheme in ("dark", "light"):
        tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found += [(scheme, one) for one in faults_by_axe(tab)]
    return found


def test_it_fits_a_phone_and_200_percent(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path, media("image-751x300.png"), media("audio-20s.wav"), media("video-854x480.mp4")) as page:
        for width in (360, 640):
            tab = chrome.new_page(viewport={"width": width, "height": 740})
            tab.goto(page.access.secret_url)
            card(tab, "audio 1", "fail").get_by_role("button", name="Why").click()
            card(tab, "image 1", "fail")
            page.settled()
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            tab.close()


def test_two_tabs_show_the_same_and_a_reload_loses_nothing(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path) as page:
        context = chrome.new_context()
        one, other = context.new_page(), context.new_page()
        one.goto(page.access.secret_url)
        other.goto(page.access.url)
        one.locator('input[type="file"]').first.set_input_files([MEDIA / "image-ok.jpg", MEDIA / "image-ok.png"])
        card(other, "image 2", "pass")
        one.get_by_label("What the film shows").fill("Seen in both")
        other.get_by_text("Seen in both").first.wait_for()
        card(one, "image 2", "pass").focus()
        one.keyboard.press("Alt+ArrowUp")
        other.locator('article[data-asset="image 1"][aria-label="image-ok.png"]').wait_for()
        one.reload()
        one.locator('article[data-asset="image 1"][aria-label="image-ok.png"]').wait_for()
        assert one.get_by_label("What the film shows").input_value() == "Seen in both"
        assert load_spec(tmp_path / "request.toml").prompt == "Seen in both"
        context.close()


def test_an_answer_that_comes_late_undoes_no_news(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path, media("image-ok.jpg")) as page:
        page.settled()
        tab = chrome.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        field = tab.get_by_label("What the film shows")

        def answer_late(route: "Route") -> None:
            answer = route.fetch()
            page.change("PATCH", "/api/request", {"prompt": "Newer"})
            tab.get_by_text("Newer").first.wait_for(state="attached")
            route.fulfill(response=answer)

        tab.route("**/api/state", answer_late, times=1)
        tab.goto(page.access.secret_url)
        card(tab, "image 1", "pass")
        field.wait_for()
        assert field.input_value() == "Newer"
        tab.close()


def test_names_are_text_and_nothing_else(chrome: "Browser", tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>'\"&amp;.jpg"
    with opened(tmp_path) as page:
        page.upload(media("image-ok.jpg"), name)
        tab = chrome.new_page()
        heard = Heard(tab, page.access.url)
        tab.goto(page.access.secret_url)
        assert card(tab, "image 1", "pass").get_attribute("aria-label") == name
        assert tab.locator("img[onerror]").count() == 0
        assert heard.wrong == []
        tab.close()


def test_sixty_files_are_all_there_and_the_page_goes_on_answering(chrome: "Browser", tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.jpg").write_bytes((MEDIA / "image-ok.jpg").read_bytes() + bytes(number))
    with opened(tmp_path / "project") as page:
        tab = chrome.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        with busiest_task(tab) as took_ms:
            tab.locator('input[type="file"]').first.set_input_files(sorted(folder.iterdir()))
            card(tab, "image 60", "pass")
            tab.get_by_text("60 of 9").wait_for()
        assert 0 < took_ms[0] < 100
        tab.close()


def test_a_new_file_is_dragged_out_and_shown_in_its_folder(chrome: "Browser", tmp_path: Path) -> None:
    shown: list[str] = []
    with opened(tmp_path, media("image-heic.heic")) as page:
        page.context.reveal = lambda path: shown.append(path) is None  # type: ignore[func-returns-value]  # it could
        page.settled()
        page.change("POST", "/api/fix")
        tab = chrome.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        made = card(tab, "image 1", "pass")
        tab.evaluate(
            "() => { window.dragged = []; addEventListener('dragstart', (event) =>"
            " window.dragged.push(event.dataTransfer.getData('DownloadURL'))) }"
        )
        link = made.get_by_role("link", name="Save")
        link.hover(position={"x": 9, "y": 9})
        box = link.bounding_box()
        assert box
        tab.mouse.down()
        tab.mouse.move(box["x"] + 40, box["y"] + 80, steps=6)
        tab.mouse.up()
        (dragged,) = tab.evaluate("window.dragged")
        kind, name, url = dragged.split(":", 2)
        fixed = Path(page.context.workspace.ordered()[0].fixed or "")
        assert (kind, name) == ("application/octet-stream", fixed.name)
        assert page.client.get(url).content == fixed.read_bytes()
        with tab.expect_download() as saved:
            link.click()
        assert (saved.value.suggested_filename, saved.value.path().read_bytes()) == (fixed.name, fixed.read_bytes())
        made.get_by_role("button", name="Show in folder").click()
        page.when(lambda _: bool(shown))
        assert shown == [str(fixed)]
        tab.close()


def test_a_crop_is_drawn_and_another_model_is_chosen(chrome: "Browser", tmp_path: Path) -> None:
    files = ("image-751x300.png", "image-truncated.jpg", "video-rotated-90.mp4", "video-hevc.mov")
    with opened(tmp_path, *map(media, files)) as page:
        tab = chrome.new_page(viewport={"width": 1280, "height": 1000}, reduced_motion="reduce")
        heard = Heard(tab, page.access.url)
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        card(tab, "image 2", "fail")
        wide = card(tab, "image 1", "fail")
        draw_a_crop(tab, wide)
        assert faults_by_axe(tab) == []
        wide.get_by_role("button", name="Fix", exact=True).click()
        card(tab, "image 1", "pass")
        plays_what_browsers_do_not(tab.locator('article[aria-label="video-hevc.mov"]'))
        tab.get_by_label("Model").select_option("kling-o3-image-to-video")
        tab.get_by_role("button", name="image_end").first.click()
        tab.locator('article[data-asset="image_end"]').wait_for()
        assert faults_by_axe(tab) == []
        assert heard.wrong == []
        tab.close()


def draw_a_crop(tab: "Page", wide: "Locator") -> None:
    """Drag the box and its corner by mouse, and then narrow it by a key."""
    wide.get_by_role("button", name="crop the edges").click()
    wide.locator(".crop img").evaluate("(image) => image.decode()")
    wide.locator(".corner").hover(position={"x": 5, "y": 5})
    corner, stage = wide.locator(".corner").bounding_box(), wide.locator(".crop").bounding_box()
    assert corner
    assert stage
    tab.mouse.down()
    tab.mouse.move(corner["x"] + 5 - stage["width"] / 3, corner["y"] + 5, steps=4)
    tab.mouse.up()
    across = wide.get_by_role("slider", name="Width")
    drawn = int(across.input_value())
    assert drawn == pytest.approx(500, abs=30)
    across.press("ArrowLeft")
    wide.locator(".steps").get_by_text(f"crop to {drawn - 1} x 300 px").wait_for()


def plays_what_browsers_do_not(clip: "Locator") -> None:
    clip.scroll_into_view_if_needed()
    clip.get_by_role("button", name="Play", exact=True).click()
    film = clip.locator(".stage video")
    film.wait_for()
    assert film.evaluate(PLAYED) > 1


def test_keys_alone_lead_from_a_file_to_a_film(chrome: "Browser", tmp_path: Path) -> None:
    with opened(tmp_path / "film", media("image-heic.heic")) as page:
        tab = chrome.new_page(viewport={"width": 1000, "height": 900})
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.access.secret_url)
        card(tab, "image 1", "fail")
        page.settled()
        for name in ("Why", "Fix"):
            tab_to(tab, name)
            tab.keyboard.press("Enter")
        card(tab, "image 1", "pass")
        tab_to(tab, "Insert image 1")
        tab.keyboard.press("Enter")
        tab.keyboard.type(" in the rain")
        tab_to(tab, "Try it free: send to the sandbox on this machine")
        tab.keyboard.press("Space")
        tab.locator("#send-missing li").first.wait_for(state="detached")
        tab_to(tab, "Send")
        tab.keyboard.press("Enter")
        tab.get_by_role("button", name="Yes, send it").wait_for()
        tab.keyboard.press("Enter")
        tab.get_by_label("Film", exact=True).wait_for()
        assert faults_by_axe(tab) == []
        tab.close()


def tab_to(tab: "Page", name: str) -> None:
    """Press Tab until what is called so has the focus."""
    said = ""
    for _ in range(120):
        tab.keyboard.press("Tab")
        said = tab.evaluate(
            "() => { const it = document.activeElement; return it.ariaLabel || it.labels?.[0]?.textContent"
            " || it.textContent }"
        )
        if said.strip() == name:
            return
    raise AssertionError(f"no key leads to {name}")
