"""Take the picture of the page that the README shows: samples judged, a clip trimmed, one of them mended.

It needs the system's Chromium and `make setup`; what is drawn is the real page on the shipped samples.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from preflight.profiles import load
from preflight.server.ui.samples import samples
from preflight.server.ui.start import Start, running_page
from preflight.values.assets import Asset

TARGET = Path(__file__).parent.parent / "docs" / "page.png"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SIZE: ViewportSize = {"width": 1120, "height": 1560}
PATIENCE_MS = 120_000
PROMPT = "The rider of image 1 crosses a wide plain at dusk. Follow the camera of video 1; audio 1 plays throughout."


def main() -> None:
    """Write docs/page.png."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium is installed here")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "dusk"
        files = tuple(Asset(path=path) for path, name in samples(project / "originals") if name != "plain.png")
        start = Start(request=project / "request.toml", profile=load(), assets=files)
        with running_page(start) as (bench, access), sync_playwright() as driver:
            bench.desk.set({"prompt": PROMPT})
            browser = driver.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_page(viewport=SIZE, device_scale_factor=1.25)
            page.set_default_timeout(PATIENCE_MS)
            page.goto(access.secret_url)
            _worked_on(page)
            TARGET.parent.mkdir(exist_ok=True)
            page.screenshot(path=TARGET)
            browser.close()
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


def _worked_on(page: Page) -> None:
    """Mend the image, and mark a part of the clip."""
    image = page.locator('article[data-asset="image 1"]')
    image.get_by_role("button", name="Fix").click()
    page.locator('article[data-asset="image 1"][data-verdict="pass"]').wait_for()
    clip = page.locator('article[data-asset="video 1"]')
    clip.locator(".strip img").last.evaluate("(strip) => strip.decode()")
    for name, key, times in (("Start", "Shift+ArrowRight", 4), ("End", "Shift+ArrowLeft", 3)):
        handle = clip.get_by_role("slider", name=f"{name} of the part to keep")
        for _ in range(times):
            handle.press(key)
    page.locator(".stage video").evaluate("(film) => film.remove()")
    page.locator("article[data-asset='audio 1'][data-verdict='fail']").wait_for()
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.mouse.move(5, 5)
    page.locator("#project").evaluate("(line) => { line.textContent = 'Project dusk. Saved in ~/films/dusk'; }")
    page.wait_for_timeout(1500)


if __name__ == "__main__":
    main()
