"""Take the pictures of the page that the README and the manual show: samples judged, trimmed, mended, and sent.

It needs the system's Chromium and `make setup`; what is drawn is the real page on the shipped samples.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, ViewportSize, sync_playwright

from preflight.profiles import load
from preflight.server.ui.samples import samples
from preflight.server.ui.start import PageOptions, running_page
from preflight.values.assets import Asset

TARGET = Path(__file__).parent.parent / "docs" / "page.png"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE: ViewportSize = {"width": 1120, "height": 1560}
PATIENCE_MS = 120_000
PROMPT = "The rider of image 1 crosses a wide plain at dusk. Follow the camera of video 1; audio 1 plays throughout."


def main() -> None:
    """Write docs/page.png, and the pictures of the manual's chapter beside it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium is installed here")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "dusk"
        files = tuple(Asset(path=path) for path, name in samples(project / "originals") if name != "plain.png")
        files += (Asset(path=_banner(project / "originals" / "coast.png")),)
        start = PageOptions(request=project / "request.toml", profile=load(), assets=files)
        with running_page(start) as (context, access), sync_playwright() as driver:
            context.workspace.set({"prompt": PROMPT})
            browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport=SIZE, device_scale_factor=1.25)
            page.set_default_timeout(PATIENCE_MS)
            page.goto(access.secret_url)
            _worked_on(page)
            _pictures(page)
            browser.close()


def _banner(path: Path) -> str:
    """Draw a picture that is too wide: a coast at dusk, the sun at its left."""
    picture = Image.new("RGB", (1800, 520))
    draw = ImageDraw.Draw(picture)
    for row in range(520):
        draw.line((0, row, 1800, row), fill=(40 + row // 3, 40 + row // 6, 90 - row // 12))
    draw.ellipse((330, 190, 490, 350), fill=(250, 190, 110))
    draw.rectangle((0, 330, 1800, 520), fill=(24, 40, 70))
    draw.polygon([(760, 330), (1150, 130), (1460, 240), (1800, 90), (1800, 330)], fill=(20, 26, 44))
    picture.save(path)
    return str(path)


def _worked_on(page: Page) -> None:
    """Mend an image, and mark a part of the clip; leave the picture that is too wide to be decided on."""
    page.locator('article[data-asset="image 1"]').get_by_role("button", name="Fix", exact=True).click()
    page.locator('article[data-asset="image 1"][data-verdict="pass"]').wait_for()
    clip = page.locator('article[data-asset="video 1"]')
    clip.scroll_into_view_if_needed()
    clip.locator(".strip img").last.evaluate("(strip) => strip.decode()")
    for name, key, times in (("PageOptions", "Shift+ArrowRight", 4), ("End", "Shift+ArrowLeft", 3)):
        handle = clip.get_by_role("slider", name=f"{name} of the part to keep")
        for _ in range(times):
            handle.press(key)
    page.locator(".stage video").evaluate("(film) => film.remove()")
    page.locator("article[data-asset='audio 1'][data-verdict='fail']").wait_for()


def _pictures(page: Page) -> None:
    """Take the pictures, one after the other, as a person goes down the page."""
    _written(page, None, "page")
    wide = page.locator('article[data-asset="image 2"]')
    wide.get_by_role("button", name="crop the edges").click()
    wide.locator(".crop img").evaluate("(image) => image.decode()")
    wide.get_by_label("From the left").fill("0")
    _written(page, wide, "page-crop")
    _written(page, page.locator('article[data-asset="video 1"]'), "page-clip")
    page.get_by_role("button", name="Fix all").click()
    for role in ("image 2", "video 1", "audio 1"):
        page.locator(f'article[data-asset="{role}"][data-verdict="pass"]').wait_for()
    page.get_by_label("Try it free").check()
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Yes, send it").click()
    page.get_by_label("Film", exact=True).evaluate("(film) => { film.currentTime = 1; }")
    _written(page, page.locator("#prompt"), "page-prompt")
    _written(page, page.locator("#send"), "page-send")


def _written(page: Page, part: Locator | None, name: str) -> None:
    """Take a picture of what is seen, or of a part of the page, without the bar at the window's edge."""
    page.locator("#queue").evaluate("(bar, gone) => { bar.style.display = gone ? 'none' : '' }", part is not None)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.mouse.move(5, 5)
    page.wait_for_timeout(1500)
    page.locator("#project").evaluate("(line) => { line.textContent = 'Project dusk. Saved in ~/films/dusk'; }")
    target = TARGET.parent / f"{name}.png"
    if part is None:
        page.screenshot(path=target)
    else:
        part.screenshot(path=target)
    page.locator("#queue").evaluate("(bar) => { bar.style.display = '' }")
    print(f"{target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
